"""Which FFmpeg there is and what it can; it streams nothing."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.errors import FfmpegUnusable
from core.ffmpeg.process import build_environment

if TYPE_CHECKING:
    from core.config import FfmpegConfig

_VERSION: Final = re.compile(r"ffmpeg version n?([0-9]+(?:\.[0-9]+)+)")
_VIDEO_ENCODER: Final = re.compile(r"^ V\S{5} (\S+)", re.MULTILINE)
_WORD: Final = "ffmpeg"


@dataclass(frozen=True, slots=True)
class FfmpegBinary:
    """An FFmpeg that answered. `version` is empty for a build from between releases; `encoders` are those of video."""

    path: Path
    version: tuple[int, ...]
    encoders: frozenset[str]


async def load_binary(config: FfmpegConfig, timeout_s: float = 10.0) -> FfmpegBinary:
    """Find FFmpeg and ask it what it is; two calls of at most `timeout_s` each.

    Raises:
        FfmpegUnusable: There is none, it can't be executed, or it does not answer as an FFmpeg.
    """
    return await asyncio.to_thread(_load, config, timeout_s)


def find_ffmpeg(config: FfmpegConfig) -> Path:
    """Return the path of the configured FFmpeg; for `auto` that on PATH, else that of the imageio-ffmpeg package.

    Raises:
        FfmpegUnusable: missing, or not_executable.
    """
    if config.path == "auto":
        found = shutil.which(_WORD) or _find_packaged()
        if found is None:
            raise FfmpegUnusable(_WORD, "missing")
        return Path(found).absolute()
    # A bare name is looked for on PATH, as a shell would.
    path = Path(shutil.which(config.path) or config.path).absolute()
    if not path.is_file():
        raise FfmpegUnusable(config.path, "missing")
    if not os.access(path, os.X_OK):
        raise FfmpegUnusable(config.path, "not_executable")
    return path


def parse_version(text: str) -> tuple[int, ...]:
    """Return the version from what `-version` prints: Debian's `5.1.9-0+deb12u1`, a build's `n9.0.2-17-g2a571b6`."""
    found = _VERSION.match(text)
    return tuple(int(part) for part in found[1].split(".")) if found else ()


def _find_packaged() -> str | None:
    try:
        import imageio_ffmpeg  # noqa: PLC0415 - an extra, and only needed where the system has no FFmpeg
    except ImportError:
        return None
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError:
        return None


def _load(config: FfmpegConfig, timeout_s: float) -> FfmpegBinary:
    path = find_ffmpeg(config)
    version = _ask(path, "-version", timeout_s)
    if not version.startswith("ffmpeg version "):
        raise FfmpegUnusable(str(path), "failed")
    encoders = _ask(path, "-encoders", timeout_s)
    return FfmpegBinary(path, parse_version(version), frozenset(_VIDEO_ENCODER.findall(encoders)))


def _ask(path: Path, question: str, timeout_s: float) -> str:
    command = [str(path), "-hide_banner", "-loglevel", "error", question]
    try:
        answer = subprocess.run(  # noqa: S603 - a fixed question to the configured program
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout_s,
            check=True,
            env=build_environment(os.environ, "", ""),
        )
    except (OSError, subprocess.SubprocessError):
        raise FfmpegUnusable(str(path), "failed") from None
    return answer.stdout.decode("utf-8", "replace")
