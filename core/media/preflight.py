"""Judges whether sources may be passed on as they are; pure, it reads probes and opens nothing.

The limits are the platforms' published advice, gathered in the design's 'May it be copied?'. What FFmpeg would publish
silently wrong is hard; what a platform merely advises against is not, and people may start it anyway.

Parts of a playlist may differ in their codec headers (quality, references): FFmpeg's concat demuxer writes them into
the stream, and 5.1 and 9.0 were measured to decode to the very pictures of the parts. They may not differ in time base:
8 s became 4 s or 350 s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.errors import Finding
from core.model import Platform

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from core.model import AudioTrack, Probe, VideoTrack

    Item = tuple[str, Probe]

FINDINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "video_missing": (),
    "video_codec": ("codec",),
    "video_profile": ("profile",),
    "pixel_format": ("pixel_format",),
    "interlaced": (),
    "audio_missing": (),
    "audio_codec": ("codec",),
    "audio_profile": ("profile",),
    "part_differs": ("what", "value", "first", "first_value"),
    "keyframe_gap": ("gap_s", "limit_s"),
    "b_frames": ("count", "limit"),
    "frame_rate_varies": (),
    "frame_rate_high": ("fps", "limit"),
    "sample_rate": ("rate_hz",),
    "channels": ("channels", "limit"),
    "bitrate_low": ("bitrate_kbps", "limit_kbps"),
    "bitrate_high": ("bitrate_kbps", "limit_kbps"),
}
"""Every code of a finding with the names in its data: the catalogue holds a sentence for each."""

PROFILES: Final = frozenset({"Constrained Baseline", "Baseline", "Main", "High"})
PIXEL_FORMATS: Final = frozenset({"yuv420p", "yuvj420p"})
AAC_PROFILES: Final = frozenset({"LC", ""})  # empty: a container that doesn't say; what does is LC all the same
SAMPLE_RATES_HZ: Final = frozenset({44_100, 48_000})
CHANNELS_MAX: Final = 2
B_FRAMES_MAX: Final = 2
KEYFRAME_GAP_MAX_S: Final = 4.0
# 120 frames at 29.97 a second are 4.004 s, and FLV rounds to milliseconds.
_GAP_ROUNDING_S: Final = 0.05

AUDIO_CODECS: Final[Mapping[Platform, frozenset[str]]] = {Platform.YOUTUBE: frozenset({"aac", "mp3"})}
_AAC: Final = frozenset({"aac"})
FPS_MAX: Final[Mapping[Platform, float]] = {Platform.YOUTUBE: 60.0}

# Lowest and highest kbit/s, by lines and by whether there are more than 30 pictures a second.
BITRATES_KBPS: Final[Mapping[tuple[Platform, int, bool], tuple[int, int]]] = {
    (Platform.YOUTUBE, 1080, False): (3000, 10_000),
    (Platform.YOUTUBE, 1080, True): (4000, 12_000),
    (Platform.TWITCH, 1080, False): (3000, 6000),
    (Platform.TWITCH, 1080, True): (3000, 6000),
    (Platform.FACEBOOK, 720, False): (1500, 4000),
    (Platform.FACEBOOK, 1080, False): (3000, 6000),
    (Platform.FACEBOOK, 1080, True): (4500, 9000),
}
_ORDINARY_FPS: Final = 31.0
_FEW: Final = 100

_PICTURES_ALIKE: Final[Mapping[str, Callable[[VideoTrack], str]]] = {
    "video_profile": lambda video: video.profile,
    "size": lambda video: f"{video.width}x{video.height}",
    "pixel_format": lambda video: video.pixel_format,
    "video_time_base": lambda video: video.time_base,
}
_SOUNDS_ALIKE: Final[Mapping[str, Callable[[AudioTrack], str]]] = {
    "audio_codec": lambda audio: audio.codec,
    "sample_rate": lambda audio: str(audio.sample_rate_hz),
    "channels": lambda audio: str(audio.channels),
    "audio_time_base": lambda audio: audio.time_base,
}
PARTS_ALIKE: Final = (*_PICTURES_ALIKE, *_SOUNDS_ALIKE)
"""What all parts of a playlist must have in common: the values of `what` in `part_differs`."""


def check_copy(items: Sequence[Item], platform: Platform) -> list[Finding]:
    """Return all that speaks against passing these items on as they are, each once; nothing: it may be copied.

    Each item is judged alone; those that are fit alone are held against the first of them, since together they become
    one stream.
    """
    alone = {item: list(_check_item(item, platform)) for item in items}
    fit = [item for item, found in alone.items() if not any(finding.hard for finding in found)]
    differences = [finding for other in fit[1:] for finding in _compare(fit[0], other)]
    return [finding for found in alone.values() for finding in found] + differences


def _check_item(item: Item, platform: Platform) -> Iterator[Finding]:
    name, probe = item
    if probe.video is None:
        yield Finding("video_missing", name)
    elif probe.video.codec != "h264":
        yield _build(name, "video_codec", probe.video.codec)
    else:
        yield from _check_picture(name, probe.video)
        yield from _check_pace(name, probe.video, platform)
        yield from _check_bitrate(name, probe.video, probe.bitrate_kbps, platform)
    if probe.audio is None:
        yield Finding("audio_missing", name)
    else:
        yield from _check_sound(name, probe.audio, platform)


def _check_picture(name: str, video: VideoTrack) -> Iterator[Finding]:
    if video.profile not in PROFILES:
        yield _build(name, "video_profile", video.profile)
    if video.pixel_format not in PIXEL_FORMATS:
        yield _build(name, "pixel_format", video.pixel_format)
    if video.interlaced:
        yield _build(name, "interlaced")


def _check_pace(name: str, video: VideoTrack, platform: Platform) -> Iterator[Finding]:
    gap_s = video.keyframe_gap_s or 0
    if gap_s > KEYFRAME_GAP_MAX_S + _GAP_ROUNDING_S:
        yield _build(name, "keyframe_gap", gap_s, KEYFRAME_GAP_MAX_S, hard=False)
    if (video.b_frames or 0) > B_FRAMES_MAX:
        yield _build(name, "b_frames", video.b_frames or 0, B_FRAMES_MAX, hard=False)
    if not video.steady:
        yield _build(name, "frame_rate_varies", hard=False)
    fps_max = FPS_MAX.get(platform, video.fps)
    if video.fps > fps_max:
        yield _build(name, "frame_rate_high", video.fps, fps_max, hard=False)


def _check_bitrate(name: str, video: VideoTrack, bitrate_kbps: float | None, platform: Platform) -> Iterator[Finding]:
    lines = min(video.width, video.height)
    lowest, highest = BITRATES_KBPS.get((platform, lines, video.fps > _ORDINARY_FPS), (0, 0))
    if bitrate_kbps is None or not highest:
        return
    if bitrate_kbps < lowest:
        yield _build(name, "bitrate_low", bitrate_kbps, lowest, hard=False)
    if bitrate_kbps > highest:
        yield _build(name, "bitrate_high", bitrate_kbps, highest, hard=False)


def _check_sound(name: str, audio: AudioTrack, platform: Platform) -> Iterator[Finding]:
    if audio.codec not in AUDIO_CODECS.get(platform, _AAC):
        yield _build(name, "audio_codec", audio.codec)
        return
    if audio.codec == "aac" and audio.profile not in AAC_PROFILES:
        yield _build(name, "audio_profile", audio.profile)
    if audio.sample_rate_hz not in SAMPLE_RATES_HZ:
        yield _build(name, "sample_rate", audio.sample_rate_hz, hard=False)
    if audio.channels > CHANNELS_MAX:
        yield _build(name, "channels", audio.channels, CHANNELS_MAX, hard=False)


def _compare(first: Item, other: Item) -> Iterator[Finding]:
    (name, probe), (first_name, first_probe) = other, first
    pairs: list[tuple[str, str, str]] = []
    if probe.video and first_probe.video:
        pairs += [(what, read(probe.video), read(first_probe.video)) for what, read in _PICTURES_ALIKE.items()]
    if probe.audio and first_probe.audio:
        pairs += [(what, read(probe.audio), read(first_probe.audio)) for what, read in _SOUNDS_ALIKE.items()]
    for what, value, expected in pairs:
        if value != expected:
            yield _build(name, "part_differs", what, value, first_name, expected)


def _build(item: str, code: str, *values: str | float, hard: bool = True) -> Finding:
    return Finding(code, item, tuple(zip(FINDINGS[code], map(_show, values), strict=True)), hard=hard)


def _show(value: str | float) -> str:
    """Return a number with no more digits than people read: 10, 4.2, 29.97, 12345."""
    if isinstance(value, str):
        return value
    return f"{value:.2f}".rstrip("0").rstrip(".") if value < _FEW else f"{value:.0f}"
