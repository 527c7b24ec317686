"""Probing: what a media file holds, and that no file can hurt the one who asks."""

import asyncio
from pathlib import Path

import psutil
import pytest

from core.errors import SourceUnreadable
from core.media.probe import Prober
from tests.fakes.clips import Clips

pytestmark = pytest.mark.real


async def test_a_fit_clip_is_described(clips: Clips) -> None:
    """What matters for copying is known of a file: codecs, profiles, sizes, rates and keyframes."""  # P4
    probe = await Prober().probe(clips["standard"])

    assert probe.video
    assert probe.audio
    assert probe.container.startswith("mov")
    assert probe.duration_s == pytest.approx(4, abs=0.1)
    assert probe.bitrate_kbps
    assert (probe.video.codec, probe.video.profile, probe.video.pixel_format) == (
        "h264",
        "Constrained Baseline",
        "yuv420p",
    )
    assert (probe.video.width, probe.video.height, probe.video.fps) == (320, 180, 30)
    assert (probe.video.keyframe_gap_s, probe.video.b_frames, probe.video.steady) == (2.0, 0, True)
    assert not probe.video.interlaced
    assert (probe.audio.codec, probe.audio.profile) == ("aac", "LC")
    assert (probe.audio.sample_rate_hz, probe.audio.channels) == (44_100, 2)


@pytest.mark.parametrize("name", ["mkv", "mov", "flv", "mpegts"])
async def test_every_container_that_ffmpeg_may_open_is_described(clips: Clips, name: str) -> None:
    """A clip is understood whatever it is packed in."""
    probe = await Prober().probe(clips[name])

    assert probe.video
    assert probe.audio
    assert (probe.video.codec, probe.video.steady, probe.audio.codec) == ("h264", True, "aac")
    assert probe.video.keyframe_gap_s == pytest.approx(2.0, abs=0.05)


@pytest.mark.parametrize(
    ("name", "video", "pixels", "audio"),
    [
        ("hevc", "hevc", "yuv420p", "aac"),
        ("vp9_webm", "vp9", "yuv420p", "opus"),
        ("vp9_mp4", "vp9", "yuv420p", "opus"),
        ("ten_bit", "h264", "yuv420p10le", "aac"),
        ("mp3_audio", "h264", "yuv420p", "mp3"),
        ("no_audio", "h264", "yuv420p", None),
    ],
)
async def test_what_cant_be_copied_is_seen(clips: Clips, name: str, video: str, pixels: str, audio: str | None) -> None:
    """Codecs and pixels that a platform would refuse are known before anything is sent."""  # P4
    probe = await Prober().probe(clips[name])

    assert probe.video
    assert (probe.video.codec, probe.video.pixel_format) == (video, pixels)
    assert (probe.audio and probe.audio.codec) == audio


async def test_a_codec_that_nobody_knows_is_called_unknown(clips: Clips, tmp_path: Path) -> None:
    """A film of an unheard-of codec is a film that can't be copied, not a fault."""
    strange = tmp_path / "strange.mp4"
    strange.write_bytes(clips["standard"].read_bytes().replace(b"avc1", b"zzzz"))

    probe = await Prober().probe(strange)

    assert probe.video
    assert probe.video.codec == "unknown"


async def test_rare_keyframes_are_seen(clips: Clips) -> None:
    """A keyframe only every ten seconds is known without decoding a picture."""  # P4
    probe = await Prober().probe(clips["long_keyframes"])

    assert probe.video
    assert probe.video.keyframe_gap_s == pytest.approx(10, abs=0.05)


async def test_b_frames_interlacing_and_uneven_pictures_are_seen(ffmpeg_path: Path, tmp_path: Path) -> None:
    """Three B-frames in a row, half pictures and a jumping frame rate are known."""  # P4
    half = await _make(ffmpeg_path, tmp_path / "half.mp4", "-bf", "3", "-flags", "+ilme+ildct")
    jumping = await _make(
        ffmpeg_path, tmp_path / "jumping.mp4", "-vf", "select='not(lt(mod(n,30),10)*mod(n,2))'", "-fps_mode", "vfr"
    )

    seen = (await Prober().probe(half)).video
    uneven = (await Prober().probe(jumping)).video

    assert seen
    assert uneven
    assert (seen.b_frames, seen.interlaced, seen.steady) == (3, True, True)
    assert (uneven.interlaced, uneven.steady) == (False, False)


async def test_a_cover_picture_is_no_film(clips: Clips, ffmpeg_path: Path, tmp_path: Path) -> None:
    """A song with a cover has no picture to stream."""
    song = tmp_path / "song.m4a"
    await _run(ffmpeg_path, "-i", clips["no_video"], "-f", "lavfi", "-i", "color=red:size=64x64:duration=0.1:rate=10",
               "-map", "1:v", "-map", "0:a", "-c:v", "mjpeg", "-c:a", "copy", "-frames:v", "1",
               "-disposition:v:0", "attached_pic", "-f", "mp4", song)  # fmt: skip

    assert await _reason(song) == "no_video"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("text", "not_media"),
        ("ffconcat", "not_media"),
        ("empty", "not_media"),
        ("no_index", "not_media"),
        ("cut_short", "truncated"),
        ("no_video", "no_video"),
    ],
)
async def test_what_is_no_clip_says_why(clips: Clips, name: str, reason: str) -> None:
    """A text, a list for FFmpeg, an upload that broke off and a song each give their own reason."""
    assert await _reason(clips[name]) == reason


@pytest.mark.parametrize(
    "content",
    [
        b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:4,\nstandard.mp4\n#EXT-X-ENDLIST\n",
        b"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\nc=IN IP4 127.0.0.1\na=rtpmap:96 H264/90000\n",
        b"\x00" * 100_000,
    ],
)
async def test_lists_and_rubbish_are_not_followed(clips: Clips, tmp_path: Path, content: bytes) -> None:
    """A playlist or session description under a film's name opens neither its neighbour nor a socket."""
    clips.put("standard", tmp_path)
    hostile = tmp_path / "hostile.mp4"
    hostile.write_bytes(content)

    assert await _reason(hostile) == "not_media"


async def test_a_name_like_an_option_or_protocol_is_just_a_name(clips: Clips, tmp_path: Path) -> None:
    """However a file is called, only that file is opened."""
    for name in ("-i", "concat:a|b", "http:", "%03d.mp4", 'it\'s "live" 🌙.mp4', "a?b#c.mp4"):
        probe = await Prober().probe(clips.put("standard", tmp_path / name))
        assert probe.video


@pytest.mark.parametrize("program", ["import time\ntime.sleep(600)\n", "while True: print('x' * 1_000_000)\n"])
async def test_a_reader_that_hangs_or_babbles_is_ended(tmp_path: Path, program: str) -> None:
    """A file that never comes to an end is given up and leaves no process behind."""  # R5
    child = tmp_path / "child.py"
    child.write_text(program)

    assert await _reason(tmp_path / "x.mp4", Prober(limit_s=0.5, child=child)) == "too_slow"


@pytest.mark.parametrize(
    "program",
    [
        "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n",
        "raise SystemExit(7)\n",
        "1 / 0\n",
        "print('{}')\n",
        "print('[' * 16000)\n",
        'print(\'{"container": "x", "duration_s": NaN, "bitrate_kbps": 1, "video": null, "audio": null, "cut": 0}\')\n',
    ],
)
async def test_a_reader_that_crashes_or_lies_is_only_a_broken_file(tmp_path: Path, program: str) -> None:
    """Whatever a hostile file does to its reader, the service goes on and calls the file broken."""
    child = tmp_path / "child.py"
    child.write_text(program)

    assert await _reason(tmp_path / "x.mp4", Prober(limit_s=20, child=child)) == "broken"


async def test_the_reader_gets_no_secrets(tmp_path: Path, clips: Clips) -> None:
    """The process that opens strange files has none of the service's tokens in its environment."""
    child = tmp_path / "child.py"
    child.write_text(
        "import os, sys\nsys.exit(3 if set(os.environ) <= {'PATH', 'LD_LIBRARY_PATH', 'LC_CTYPE'} else 1)\n"
    )

    assert await _reason(clips["standard"], Prober(child=child)) == "not_media"


async def test_a_cancelled_probe_leaves_no_process(tmp_path: Path) -> None:
    """Whoever stops waiting leaves nothing running."""  # R5
    child, pid = tmp_path / "child.py", tmp_path / "pid"
    child.write_text(f"import os, time\nopen({str(pid)!r}, 'x').write(str(os.getpid()))\ntime.sleep(600)\n")
    waiting = asyncio.create_task(Prober(limit_s=60, child=child).probe(tmp_path / "x.mp4"))
    async with asyncio.timeout(20):
        while not (pid.exists() and pid.read_text()):  # noqa: ASYNC110  # another process's file
            await asyncio.sleep(0.02)

    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    assert not psutil.pid_exists(int(pid.read_text()))


async def _reason(path: Path, prober: Prober | None = None) -> str:
    with pytest.raises(SourceUnreadable) as refusal:
        await (prober or Prober()).probe(path)
    return refusal.value.reason


async def _make(ffmpeg: Path, at: Path, *options: str) -> Path:
    await _run(ffmpeg, "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=30:duration=4", *options, "-c:v", "libx264",
               "-preset", "veryfast", "-x264-params", "b-adapt=0", "-pix_fmt", "yuv420p", at)  # fmt: skip
    return at


async def _run(ffmpeg: Path, *arguments: str | Path) -> None:
    process = await asyncio.create_subprocess_exec(ffmpeg, "-nostdin", "-v", "error", *arguments)
    assert await process.wait() == 0
