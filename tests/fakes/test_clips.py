"""The clips are what their names say, and what reads them sees it."""

import subprocess
from pathlib import Path

import pytest

from tests.fakes.clips import BROKEN, RECIPES, Clips
from tests.fakes.ffprobe import Ffprobe


def test_backward_time_is_seen(clips: Clips, ffprobe: Ffprobe, tmp_path: Path) -> None:
    """A file whose time jumps back to its beginning is told apart from one whose time only goes forward."""
    twice = tmp_path / "twice.ts"
    twice.write_bytes(clips["mpegts"].read_bytes() * 2)
    assert ffprobe.backward_steps(clips["mpegts"]) == []
    assert len(ffprobe.backward_steps(twice)) == 1


FINDINGS = {
    "standard": ("h264", "yuv420p", "aac"),
    "short": ("h264", "yuv420p", "aac"),
    "second": ("h264", "yuv420p", "aac"),
    "three_mbit": ("h264", "yuv420p", "aac"),
    "thin": ("h264", "yuv420p", "aac"),
    "mkv": ("h264", "yuv420p", "aac"),
    "mov": ("h264", "yuv420p", "aac"),
    "flv": ("h264", "yuv420p", "aac"),
    "mpegts": ("h264", "yuv420p", "aac"),
    "no_audio": ("h264", "yuv420p", None),
    "picture_ends": ("h264", "yuv420p", "aac"),
    "other_size": ("h264", "yuv420p", "aac"),
    "other_rate": ("h264", "yuv420p", "aac"),
    "mono": ("h264", "yuv420p", "aac"),
    "long_keyframes": ("h264", "yuv420p", "aac"),
    "hevc": ("hevc", "yuv420p", "aac"),
    "vp9_webm": ("vp9", "yuv420p", "opus"),
    "vp9_mp4": ("vp9", "yuv420p", "opus"),
    "opus_audio": ("h264", "yuv420p", "opus"),
    "mp3_audio": ("h264", "yuv420p", "mp3"),
    "ten_bit": ("h264", "yuv420p10le", "aac"),
    "full_chroma": ("h264", "yuv444p", "aac"),
    "no_video": (None, None, "aac"),
    "index_first": ("h264", "yuv420p", "aac"),
}


@pytest.mark.parametrize("name", RECIPES)
def test_clip_is_what_its_name_says(clips: Clips, ffprobe: Ffprobe, name: str) -> None:
    """Each clip has the codecs and the pixel format that tests rely on, and its recipe's length."""
    streams = ffprobe.streams(clips[name])
    video, audio = streams.get("video", {}), streams.get("audio", {})
    assert (video.get("codec_name"), video.get("pix_fmt"), audio.get("codec_name")) == FINDINGS[name]
    assert ffprobe.duration_s(clips[name]) == pytest.approx(RECIPES[name].seconds, abs=0.2)


def test_clips_differ_where_they_should(clips: Clips, ffprobe: Ffprobe) -> None:
    """Keyframe gaps, bitrate, picture size, sample rate and channels are those that the clips are named after."""
    assert ffprobe.keyframes_s(clips["standard"]) == pytest.approx([0, 2], abs=0.1)
    assert ffprobe.keyframes_s(clips["picture_ends"]) == pytest.approx([0, 2, 4], abs=0.1)
    assert ffprobe.keyframes_s(clips["long_keyframes"]) == pytest.approx([0, 10, 20], abs=0.1)
    assert ffprobe.streams(clips["other_size"])["video"]["width"] == 480
    assert ffprobe.streams(clips["other_rate"])["audio"]["sample_rate"] == "48000"
    assert ffprobe.streams(clips["mono"])["audio"]["channels"] == 1
    three_mbit = clips["three_mbit"].stat().st_size * 8 / RECIPES["three_mbit"].seconds
    assert three_mbit == pytest.approx(3.1e6, rel=0.03)


@pytest.mark.parametrize("name", BROKEN)
def test_broken_clip_is_broken(clips: Clips, ffprobe: Ffprobe, name: str) -> None:
    """Nothing broken can be read to its promised end."""
    if name == "cut_short":
        promised = RECIPES["index_first"].seconds
        assert float(ffprobe.packets(clips[name])[-1]["pts_time"]) < promised - 1
        return
    if name == "ffconcat":
        # An unguarded reader follows the list to its neighbour, which is what makes it dangerous.
        assert clips[name].read_text().startswith("ffconcat")
        assert clips[name].with_name("neighbour.mp4").exists()
        return
    with pytest.raises(subprocess.CalledProcessError):
        ffprobe.streams(clips[name])


def test_put_gives_a_copy_that_may_be_changed(clips: Clips, tmp_path: Path) -> None:
    """A test may do to its copy what it likes, also under another name, without touching the clip itself."""
    whole = clips["standard"].read_bytes()
    copy = clips.put("standard", tmp_path / "my film.mp4")
    copy.write_bytes(b"")
    assert clips["standard"].read_bytes() == whole
    assert clips.put("directory", tmp_path).is_dir()
