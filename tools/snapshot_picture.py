"""Makes the README's snapshot: what /snapshot sends, of a clip that was made for it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from bot.commands.looking import find_stamp
from bot.i18n import Words
from bot.present.stamp import stamp
from core.config import FfmpegConfig
from core.ffmpeg.binary import load_binary
from core.ffmpeg.snapshot import take_snapshot

if TYPE_CHECKING:
    from core.ffmpeg.binary import FfmpegBinary

TARGET: Final = Path(__file__).parent.parent / "docs" / "snapshot.jpg"
TAKEN: Final = datetime(2026, 11, 23, 14, 4, 7, tzinfo=UTC)
AT_S: Final = 2.0
SKY: Final = "gradients=s=780x438:x0=390:y0=0:x1=390:y1=437:c0=0x1b2a49:c1=0xe07a5f:n=2:speed=0.00001:d=3"
SUN: Final = "lt(hypot(X-500,Y-250-4*T),58)"
HILL: Final = "gt(Y,330+24*sin(X/90)+14*sin(X/37))"
COLOURS: Final = {"r": (22, 250), "g": (24, 214), "b": (40, 140)}
"""Of the hills, of the sun."""


def make_clip(ffmpeg: FfmpegBinary, path: Path) -> None:
    """Write a clip of an evening: a sky, a sun that goes down, hills before it."""
    planes = [f"{c}='if({HILL},{hill},if({SUN},{sun},{c}(X,Y)))'" for c, (hill, sun) in COLOURS.items()]
    picture = f"{SKY},format=gbrp,geq={':'.join(planes)}"
    argv = [str(ffmpeg.path), "-loglevel", "error", "-f", "lavfi", "-i", picture, "-pix_fmt", "yuv420p", str(path)]
    subprocess.run(argv, check=True)  # noqa: S603 - argv is built here, without a shell


async def make(folder: Path) -> bytes:
    """Return the picture."""
    ffmpeg, clip = await load_binary(FfmpegConfig()), folder / "lofi.mp4"
    await asyncio.to_thread(make_clip, ffmpeg, clip)
    return stamp(await take_snapshot(ffmpeg, clip, AT_S), find_stamp(Words("en", ZoneInfo("Asia/Jakarta")), TAKEN))


def main() -> int:
    """Write the picture."""
    with tempfile.TemporaryDirectory(prefix="streambro-picture-") as folder:
        TARGET.write_bytes(asyncio.run(make(Path(folder))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
