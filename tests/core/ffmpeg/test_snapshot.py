"""A picture out of a source: the right moment, a bounded size, and from nothing but that file."""

import io
import subprocess
from pathlib import Path

import pytest

from core.config import FfmpegConfig
from core.errors import NoPicture
from core.ffmpeg.binary import FfmpegBinary, load_binary
from core.ffmpeg.snapshot import MAX_WIDTH, take_snapshot
from tests.core.ffmpeg.conftest import runs
from tests.fakes.clips import Clips

pytestmark = [pytest.mark.real, pytest.mark.ffmpeg]


@pytest.fixture
async def binary(ffmpeg_path: Path) -> FfmpegBinary:
    """The FFmpeg of this run."""
    return await load_binary(FfmpegConfig(path=str(ffmpeg_path)))


async def test_picture_of_a_moment(binary: FfmpegBinary, clips: Clips) -> None:
    """A snapshot is a JPEG, and another moment gives another picture."""
    first = await take_snapshot(binary, clips["standard"], 0.5)
    later = await take_snapshot(binary, clips["standard"], 3.0)

    assert first.startswith(b"\xff\xd8\xff")
    assert first.endswith(b"\xff\xd9")
    assert first != later
    assert await take_snapshot(binary, clips["standard"], -1) != later


@pytest.fixture
def large_clip(ffmpeg_path: Path, tmp_path: Path) -> Path:
    """A 4K clip."""
    path = tmp_path / "large.mkv"
    make = "-v error -f lavfi -i testsrc2=size=3840x2160:rate=5:duration=1 -c:v libx264 -preset ultrafast"
    subprocess.run([ffmpeg_path, *make.split(), path], check=True, stdin=subprocess.DEVNULL)
    return path


async def test_size_of_the_picture(binary: FfmpegBinary, large_clip: Path, clips: Clips) -> None:
    """A snapshot of a 4K source is small enough for a chat; a small source is not blown up."""
    image = pytest.importorskip("PIL.Image")

    large = image.open(io.BytesIO(await take_snapshot(binary, large_clip, 0.5)))
    small = image.open(io.BytesIO(await take_snapshot(binary, clips["standard"], 0.5)))

    assert large.size == (MAX_WIDTH, 720)
    assert small.size == (320, 180)


@pytest.mark.parametrize("name", ["it's 🎬 100%.mp4", "-i.mp4", "concat:a|b.mp4", "with\nline.mp4", "%03d.mp4"])
async def test_any_name(binary: FfmpegBinary, clips: Clips, tmp_path: Path, name: str) -> None:
    """A file's name is never taken for anything but a name."""
    path = clips.put("short", tmp_path / name)

    assert await take_snapshot(binary, path, 1)


@pytest.mark.parametrize(
    ("clip", "at_s"), [("text", 0), ("ffconcat", 0), ("empty", 0), ("directory", 0), ("no_video", 0), ("short", 99)]
)
async def test_no_picture_there(binary: FfmpegBinary, clips: Clips, clip: str, at_s: float) -> None:
    """A file without a picture, or a list that points elsewhere, is refused; so is a moment behind the end."""
    with pytest.raises(NoPicture) as refused:
        await take_snapshot(binary, clips[clip], at_s)

    assert refused.value.reason == "failed"


async def test_slow_one_is_ended(tmp_path: Path) -> None:
    """A snapshot that takes too long is given up, and its process with it."""
    program = tmp_path / "ffmpeg"
    program.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 1000\n")
    program.chmod(0o755)

    with pytest.raises(NoPicture) as refused:
        await take_snapshot(FfmpegBinary(program, (), frozenset()), tmp_path / "clip.mp4", 0, timeout_s=0.5)

    assert refused.value.reason == "too_slow"
    assert not runs(int((tmp_path / "pid").read_text()))
