"""The check before copying: what FFmpeg would publish wrong is refused, what a platform advises against is said."""

from dataclasses import replace

import pytest

from core.errors import Finding
from core.media.preflight import BITRATES_KBPS, PARTS_ALIKE, check_copy
from core.media.probe import Prober
from core.model import AudioTrack, Platform, Probe, VideoTrack
from tests.fakes.clips import Clips

VIDEO = VideoTrack("h264", "High", "yuv420p", 1920, 1080, 30.0, "1/15360", keyframe_gap_s=2.0, b_frames=2)
AUDIO = AudioTrack("aac", "LC", 44_100, 2, "1/44100")
FIT = Probe("mov", 60.0, 4500.0, VIDEO, AUDIO)


def judge(probe: Probe, platform: Platform = Platform.YOUTUBE) -> list[Finding]:
    """Check one file called x."""
    return check_copy([("x", probe)], platform)


def with_video(**changes: object) -> Probe:
    """Return the fit probe with another picture."""
    return replace(FIT, video=replace(VIDEO, **changes))  # type: ignore[arg-type]  # a test's own words


def with_audio(**changes: object) -> Probe:
    """Return the fit probe with another sound."""
    return replace(FIT, audio=replace(AUDIO, **changes))  # type: ignore[arg-type]  # a test's own words


@pytest.mark.parametrize("platform", Platform)
def test_a_fit_file_is_copied_anywhere(platform: Platform) -> None:
    """H.264 High at 1080p30 with AAC goes everywhere as it is."""  # R1 P4
    assert judge(FIT, platform) == []


@pytest.mark.parametrize("profile", ["Constrained Baseline", "Baseline", "Main", "High"])
@pytest.mark.parametrize("pixels", ["yuv420p", "yuvj420p"])
def test_every_ordinary_h264_is_fit(profile: str, pixels: str) -> None:
    """What phones and editors make is not refused."""  # P4
    assert judge(with_video(profile=profile, pixel_format=pixels)) == []


@pytest.mark.parametrize(
    ("probe", "code", "data"),
    [
        (with_video(codec="hevc", profile="Main 10", pixel_format="yuv420p10le"), "video_codec", {"codec": "hevc"}),
        (with_video(codec="vp9"), "video_codec", {"codec": "vp9"}),
        (with_video(profile="High 4:2:2"), "video_profile", {"profile": "High 4:2:2"}),
        (with_video(pixel_format="yuv444p"), "pixel_format", {"pixel_format": "yuv444p"}),
        (with_video(interlaced=True), "interlaced", {}),
        (replace(FIT, video=None), "video_missing", {}),
        (replace(FIT, audio=None), "audio_missing", {}),
        (with_audio(codec="opus", profile=""), "audio_codec", {"codec": "opus"}),
        (with_audio(codec="ac3", sample_rate_hz=96_000), "audio_codec", {"codec": "ac3"}),
        (with_audio(profile="HE-AAC"), "audio_profile", {"profile": "HE-AAC"}),
    ],
)
def test_what_would_be_wrong_on_air_is_refused(probe: Probe, code: str, data: dict[str, str]) -> None:
    """A codec, pixel format or missing sound that FFmpeg would publish without a word can't be started anyway."""  # P4
    assert judge(probe) == [Finding(code, "x", tuple(data.items()), hard=True)]


@pytest.mark.parametrize(
    ("probe", "code", "data"),
    [
        (with_video(keyframe_gap_s=10.0), "keyframe_gap", {"gap_s": "10", "limit_s": "4"}),
        (with_video(keyframe_gap_s=4.17), "keyframe_gap", {"gap_s": "4.17", "limit_s": "4"}),
        (with_video(b_frames=3), "b_frames", {"count": "3", "limit": "2"}),
        (with_video(steady=False), "frame_rate_varies", {}),
        (with_audio(sample_rate_hz=22_050), "sample_rate", {"rate_hz": "22050"}),
        (with_audio(channels=6), "channels", {"channels": "6", "limit": "2"}),
        (replace(FIT, bitrate_kbps=1200.4), "bitrate_low", {"bitrate_kbps": "1200", "limit_kbps": "3000"}),
        (replace(FIT, bitrate_kbps=20_000.0), "bitrate_high", {"bitrate_kbps": "20000", "limit_kbps": "10000"}),
    ],
)
def test_what_a_platform_advises_against_may_be_started_anyway(probe: Probe, code: str, data: dict[str, str]) -> None:
    """Advice is given with its numbers, and is not the last word."""  # P4
    assert judge(probe) == [Finding(code, "x", tuple(data.items()), hard=False)]


def test_too_many_pictures_a_second_for_youtube() -> None:
    """YouTube takes 60 pictures a second at most; elsewhere nothing is said."""  # P4
    fast = replace(with_video(fps=120.0), bitrate_kbps=6000.0)
    assert [finding.code for finding in judge(fast)] == ["frame_rate_high"]
    assert judge(fast, Platform.CUSTOM) == []


@pytest.mark.parametrize("gap_s", [None, 0.0, 4.0, 4.004])
def test_a_keyframe_every_four_seconds_is_enough(gap_s: float | None) -> None:
    """120 frames at 29.97 a second are still 'every four seconds'."""  # P4
    assert judge(with_video(keyframe_gap_s=gap_s, fps=29.97)) == []


def test_mp3_is_taken_by_youtube_alone() -> None:
    """A film with MP3 goes to YouTube as it is, and not to Twitch."""  # P4
    probe = with_audio(codec="mp3", profile="")
    assert judge(probe, Platform.YOUTUBE) == []
    assert [finding.code for finding in judge(probe, Platform.TWITCH)] == ["audio_codec"]


def test_bitrate_is_judged_by_the_picture_and_the_platform() -> None:
    """A small picture or an unknown platform has no range, a tall one is judged like a wide one."""  # P4
    thin = replace(FIT, bitrate_kbps=500.0)
    assert judge(thin, Platform.CUSTOM) == []
    assert judge(replace(with_video(width=640, height=360), bitrate_kbps=500.0)) == []
    assert [f.code for f in judge(replace(with_video(width=1080, height=1920), bitrate_kbps=500.0))] == ["bitrate_low"]
    assert judge(replace(thin, bitrate_kbps=None)) == []
    assert all(lowest < highest for lowest, highest in BITRATES_KBPS.values())


@pytest.mark.parametrize(
    ("part", "what", "value", "expected"),
    [
        (with_video(profile="Main"), "video_profile", "Main", "High"),
        (with_video(width=1280, height=720), "size", "1280x720", "1920x1080"),
        (with_video(pixel_format="yuvj420p"), "pixel_format", "yuvj420p", "yuv420p"),
        (with_video(time_base="1/12800"), "video_time_base", "1/12800", "1/15360"),
        (with_audio(codec="mp3", profile=""), "audio_codec", "mp3", "aac"),
        (with_audio(sample_rate_hz=48_000), "sample_rate", "48000", "44100"),
        (with_audio(channels=1), "channels", "1", "2"),
        (with_audio(time_base="1/48000"), "audio_time_base", "1/48000", "1/44100"),
    ],
)
def test_parts_that_dont_fit_together_are_named(part: Probe, what: str, value: str, expected: str) -> None:
    """A part that would stretch, change pitch or break the picture is named with what differs."""  # P5
    found = check_copy([("a", FIT), ("a", FIT), ("b", part)], Platform.YOUTUBE)
    data = (("what", what), ("value", value), ("first", "a"), ("first_value", expected))
    assert found == [Finding("part_differs", "b", data, hard=True)]
    assert what in PARTS_ALIKE


def test_parts_may_differ_in_what_does_no_harm() -> None:
    """Parts of other length, bitrate, container and frame rate follow each other."""  # P5
    other = replace(with_video(fps=25.0), duration_s=9.0, bitrate_kbps=5000.0, container="matroska")
    assert check_copy([("a", FIT), ("b", other)], Platform.YOUTUBE) == []


def test_a_part_that_is_unfit_alone_is_only_told_once() -> None:
    """Each bad part has its own finding, once, however often it stands in the list, and is compared with nothing."""
    bad = with_video(codec="hevc", width=640)
    found = check_copy([("bad", bad), ("a", FIT), ("bad", bad), ("b", with_video(width=1280))], Platform.YOUTUBE)
    assert [(finding.code, finding.item) for finding in found] == [("video_codec", "bad"), ("part_differs", "b")]


def test_nothing_to_copy_gives_no_finding() -> None:
    """An empty list is another error's business."""
    assert check_copy([], Platform.YOUTUBE) == []


@pytest.mark.real
@pytest.mark.ffmpeg
@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["standard"], {}),
        (["standard", "second", "short"], {}),
        (["mkv"], {}),
        (["flv"], {}),
        (["mpegts"], {}),
        (["three_mbit"], {}),
        (["no_audio"], {"audio_missing": True}),
        (["hevc"], {"video_codec": True}),
        (["vp9_webm"], {"video_codec": True, "audio_codec": True}),
        (["opus_audio"], {"audio_codec": True}),
        (["mp3_audio"], {"audio_codec": True}),
        (["ten_bit"], {"video_profile": True, "pixel_format": True}),
        (["full_chroma"], {"video_profile": True, "pixel_format": True}),
        (["long_keyframes"], {"keyframe_gap": False}),
        (["standard", "other_size"], {"part_differs": True}),
        (["standard", "other_rate"], {"part_differs": True}),
        (["standard", "mono"], {"part_differs": True}),
        (["standard", "mkv"], {"part_differs": True}),
        (["standard", "no_audio"], {"audio_missing": True}),
    ],
)
async def test_real_clips_are_judged_as_their_makers_meant(
    clips: Clips, names: list[str], expected: dict[str, bool]
) -> None:
    """Clips of every kind are copied, or refused for the reason that they were made for."""  # P4
    items = [(name, await Prober().probe(clips[name])) for name in names]
    assert {finding.code: finding.hard for finding in check_copy(items, Platform.CUSTOM)} == expected
