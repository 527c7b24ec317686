"""Takes one picture out of a local source; the FFmpeg that streams it is not touched."""

from __future__ import annotations

import os
import subprocess
from functools import partial
from typing import TYPE_CHECKING, Final

from core.apart import run_apart
from core.errors import NoPicture
from core.ffmpeg.command import build_source_options, build_source_url
from core.ffmpeg.process import AFTER_KILL_S, build_environment

if TYPE_CHECKING:
    from pathlib import Path

    from core.ffmpeg.binary import FfmpegBinary

MAX_WIDTH: Final = 1280


async def take_snapshot(binary: FfmpegBinary, path: Path, at_s: float, timeout_s: float = 10.0) -> bytes:
    """Return a JPEG of what the source shows at `at_s` seconds, at most 1280 pixels wide.

    Cancelled, FFmpeg goes on in the background for at most `timeout_s`.

    Raises:
        NoPicture: too_slow, or failed (no picture there, no such file). Its `stream` is the file's name: the caller
            knows the stream's.
    """
    take = partial(_take, build_snapshot_argv(binary.path, path, at_s), path.stem, timeout_s)
    try:
        return await run_apart(take, timeout_s + AFTER_KILL_S)
    except TimeoutError:
        raise NoPicture(path.stem, "too_slow") from None


def build_snapshot_argv(ffmpeg: Path, path: Path, at_s: float) -> list[str]:
    """Return the command that writes one JPEG to stdout; one thread, since streams need the machine more."""
    common = [str(ffmpeg), "-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-threads", "1"]
    source = [*build_source_options(), "-ss", f"{max(0.0, at_s):.3f}", "-i", build_source_url(path)]
    picture = ["-map", "0:v:0", "-frames:v", "1", "-vf", f"scale='min({MAX_WIDTH},iw)':-2"]
    # JPEG knows full range only, and newer versions refuse to take another for it.
    jpeg = ["-pix_fmt", "yuvj420p", "-c:v", "mjpeg", "-q:v", "4", "-f", "image2pipe", "pipe:1"]
    return [*common, *source, *picture, *jpeg]


def _take(argv: list[str], name: str, timeout_s: float) -> bytes:
    environment = build_environment(os.environ, "", "")
    try:
        done = subprocess.run(  # noqa: S603 - argv is built here, without a shell
            argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout_s, check=False, env=environment
        )
    except subprocess.TimeoutExpired:
        raise NoPicture(name, "too_slow") from None
    except OSError:
        raise NoPicture(name, "failed") from None
    if not done.stdout:
        raise NoPicture(name, "failed")
    return done.stdout
