"""Probes media files, each in a process of its own that may hang or crash; it opens no media file itself."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from core.errors import SourceUnreadable
from core.ffmpeg.command import CONTAINERS
from core.ffmpeg.process import AFTER_KILL_S
from core.model import AudioTrack, Probe, VideoTrack

if TYPE_CHECKING:
    Child = subprocess.Popen[bytes]

CHILD: Final = Path(__file__).with_name("probe_child.py").resolve()
LIMIT_S: Final = 15.0
# Sound alone is no source, but people are told so instead of 'no media file'.
SOUND: Final = "mp3,wav,flac,ogg,aac"

_SAID_MAX: Final = 16_384
_WORD_MAX: Final = 64
_NOT_MEDIA: Final = 3  # the child's own word
# What the dynamic linker may need; nothing else of ours, since our environment may hold tokens.
_PASSED_ON: Final = ("PATH", "LD_LIBRARY_PATH")


class Prober:
    """Asks `probe_child.py` about files.

    Args:
        limit_s: How long one file may take before its process is killed.
        child: The program that looks.
    """

    def __init__(self, limit_s: float = LIMIT_S, child: Path = CHILD) -> None:
        self._limit_s = limit_s
        self._child = child

    async def probe(self, path: Path) -> Probe:
        """Return what an existing file holds; `path` is absolute.

        Raises:
            SourceUnreadable: not_media, no_video, truncated, too_slow, or broken where the file crashed its reader.
        """
        process = self._start(path)
        try:
            async with asyncio.timeout(self._limit_s):
                await _wait_for_exit(process.pid)
        except TimeoutError:
            raise SourceUnreadable(path.name, "too_slow") from None
        finally:
            said = await _end(process)
        return _judge(path.name, process.returncode, said)

    def _start(self, path: Path) -> Child:
        # A pipe of its own size and nobody who reads meanwhile: who floods it waits there until his time is up.
        return subprocess.Popen(  # noqa: S603 - fixed words and a path, no shell
            [sys.executable, "-I", "-X", "utf8", str(self._child), str(path), f"{CONTAINERS},{SOUND}"],
            bufsize=0,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            start_new_session=True,
        )


async def _wait_for_exit(pid: int) -> None:
    """Wait until a child is no more than a zombie; the caller still has to reap it."""
    exited = asyncio.Event()
    loop, pidfd = asyncio.get_running_loop(), os.pidfd_open(pid)
    loop.add_reader(pidfd, exited.set)
    try:
        await exited.wait()
    finally:
        loop.remove_reader(pidfd)
        os.close(pidfd)


async def _end(process: Child) -> bytes:
    """Kill the child if it still runs, reap it, and return what it has said."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        with suppress(TimeoutError):  # one that waits for a disk that has died goes when that is back
            async with asyncio.timeout(AFTER_KILL_S):
                await _wait_for_exit(process.pid)
                process.wait()
    assert process.stdout is not None  # noqa: S101 - it was started with a pipe
    with process.stdout as pipe:
        os.set_blocking(pipe.fileno(), False)
        return pipe.read(_SAID_MAX) or b""


def _judge(name: str, code: int, said: bytes) -> Probe:
    """Return the probe, or say why there is none."""
    if code == _NOT_MEDIA:
        raise SourceUnreadable(name, "not_media")
    if code in {-signal.SIGXCPU, -signal.SIGALRM}:
        raise SourceUnreadable(name, "too_slow")
    try:
        found = json.loads(said, parse_constant=_refuse)
        probe, cut = _read(found), bool(found["cut"])
    except (ValueError, TypeError, KeyError, RecursionError):
        raise SourceUnreadable(name, "broken") from None
    if cut:
        raise SourceUnreadable(name, "truncated")
    if probe.video is None:
        raise SourceUnreadable(name, "no_video")
    return probe


def _read(found: dict[str, Any]) -> Probe:
    return Probe(
        container=_word(found["container"]),
        duration_s=_number(found["duration_s"]),
        bitrate_kbps=_number(found["bitrate_kbps"]),
        video=found["video"] and _read_video(found["video"]),
        audio=found["audio"] and _read_audio(found["audio"]),
    )


def _read_video(found: dict[str, Any]) -> VideoTrack:
    b_frames = _number(found["b_frames"])
    return VideoTrack(
        codec=_word(found["codec"]),
        profile=_word(found["profile"]),
        pixel_format=_word(found["pixel_format"]),
        width=int(found["width"]),
        height=int(found["height"]),
        fps=float(found["fps"]),
        time_base=_word(found["time_base"]),
        interlaced=bool(found["interlaced"]),
        keyframe_gap_s=_number(found["keyframe_gap_s"]),
        b_frames=None if b_frames is None else int(b_frames),
        steady=bool(found["steady"]),
    )


def _read_audio(found: dict[str, Any]) -> AudioTrack:
    return AudioTrack(
        codec=_word(found["codec"]),
        profile=_word(found["profile"]),
        sample_rate_hz=int(found["sample_rate_hz"]),
        channels=int(found["channels"]),
        time_base=_word(found["time_base"]),
    )


def _word(value: object) -> str:
    return str(value)[:_WORD_MAX]


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)


def _refuse(constant: str) -> float:
    raise ValueError(constant)
