"""Makes the demo's clips with FFmpeg, a picture and a sound each; they are fit to be copied to any platform."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.cli.demo.children import PROGRESS, QUIET, kill, spawn

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator
    from pathlib import Path

SECONDS: Final = 10
SIZE: Final = "640x360"


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip: its name, and FFmpeg's sources of its picture and its sound."""

    name: str
    picture: str
    sound: str


CLIPS: Final = (
    Clip(
        "lofi",
        f"gradients=s={SIZE}:r=30:nb_colors=5:c0=0x16245c:c1=0xb5446e:c2=0xf2a541:c3=0x2f6690:c4=0x16245c"
        f":speed=0.02:seed=11:d={SECONDS}",
        "aevalsrc=0.12*sin(2*PI*220*t)+0.1*sin(2*PI*277.2*t)+0.1*sin(2*PI*329.6*t)",
    ),
    Clip("testcard", f"testsrc2=s={SIZE}:r=30:d={SECONDS}", "sine=440:r=44100"),
)

FIT: Final = (
    f"-t {SECONDS} -c:v libx264 -preset veryfast -b:v 1M -pix_fmt yuv420p -g 60 -keyint_min 60 -sc_threshold 0 -bf 2 "
    "-c:a aac -b:a 128k -ar 44100 -ac 2 -movflags +faststart"
)
"""H.264 with a keyframe every 2 s and AAC, picture and sound equally long: what every platform takes."""


class ClipFailed(Exception):
    """FFmpeg could not make a clip; the text is its own complaint."""


async def make(ffmpeg: Path, clip: Clip, folder: Path) -> AsyncIterator[float]:
    """Make a clip in `folder` and yield how much of it is there, from 0 to 1.

    Raises:
        ClipFailed: FFmpeg can't, for instance since it has no libx264.
    """
    process = await spawn(_command(ffmpeg, clip, folder), said=asyncio.subprocess.PIPE, errors=asyncio.subprocess.PIPE)
    try:
        async for made_s in read_progress(process):
            yield min(made_s / SECONDS, 1.0)
        assert process.stderr is not None  # noqa: S101 - it was asked for above
        complaint = (await process.stderr.read()).decode(errors="replace").strip()
        if await process.wait():
            raise ClipFailed(complaint.splitlines()[0] if complaint else f"exit code {process.returncode}")
    finally:
        await kill(process)


async def read_progress(process: Process) -> AsyncIterator[float]:
    """Yield the seconds of output that FFmpeg's `-progress pipe:1` tells of, until it ends."""
    assert process.stdout is not None  # noqa: S101 - whoever reads progress has asked for it
    while line := await process.stdout.readline():
        name, _, value = line.decode(errors="replace").strip().partition("=")
        if name == "out_time_us" and value.lstrip("-").isdigit():
            yield max(0, int(value)) / 1e6


def _command(ffmpeg: Path, clip: Clip, folder: Path) -> list[str | Path]:
    sources = ["-f", "lavfi", "-i", clip.picture, "-f", "lavfi", "-i", clip.sound]
    return [ffmpeg, *QUIET, *PROGRESS, *sources, *FIT.split(), folder / f"{clip.name}.mp4"]
