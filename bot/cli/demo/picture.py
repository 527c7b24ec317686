"""Reads a picture as pixels, with FFmpeg: small, for a look at it in a terminal and for telling it from a black one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from bot.cli.demo.children import QUIET, kill, spawn

if TYPE_CHECKING:
    from pathlib import Path

    from bot.cli.demo.screen import Pixel

WIDTH: Final = 64
HEIGHT: Final = 36
TIMEOUT_S: Final = 10.0


async def read_pixels(ffmpeg: Path, picture: Path) -> list[list[Pixel]]:
    """Return a picture's rows, scaled to 64x36; none where it can't be read."""
    small = f"-frames:v 1 -vf scale={WIDTH}:{HEIGHT} -f rawvideo -pix_fmt rgb24 -".split()
    nowhere, pipe = asyncio.subprocess.DEVNULL, asyncio.subprocess.PIPE
    process = await spawn([ffmpeg, *QUIET, "-i", f"file:{picture}", *small], said=pipe, errors=nowhere)
    try:
        async with asyncio.timeout(TIMEOUT_S):
            data, _ = await process.communicate()
    except TimeoutError:
        data = b""
    finally:
        await kill(process)
    if len(data) != WIDTH * HEIGHT * 3:
        return []
    pixels = [(data[at], data[at + 1], data[at + 2]) for at in range(0, len(data), 3)]
    return [pixels[at : at + WIDTH] for at in range(0, len(pixels), WIDTH)]


def count_colours(rows: list[list[Pixel]]) -> int:
    """Return how many different colours it has: a black or a broken picture has one or two."""
    return len({pixel for row in rows for pixel in row})
