"""What encode mode aims for: sizes and bitrates by quality, and each encoder's options; it starts nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

KEYFRAME_GAP_S: Final = 2
"""What YouTube, Twitch and Facebook advise."""


@dataclass(frozen=True, slots=True)
class Quality:
    """A rung of the ladder: the picture is fitted into `width` x `height`, the sound comes on top of `video_kbps`."""

    name: str
    width: int
    height: int
    fps: int
    video_kbps: int


# Bitrates lie inside what YouTube, Twitch and Facebook advise for that picture (facts, 'May it be copied?').
LADDER: Final = (
    Quality("1080p60", 1920, 1080, 60, 6000),
    Quality("1080p30", 1920, 1080, 30, 4500),
    Quality("720p60", 1280, 720, 60, 4000),
    Quality("720p30", 1280, 720, 30, 2500),
    Quality("480p30", 854, 480, 30, 1200),
    Quality("360p30", 640, 360, 30, 800),
)
QUALITIES: Final[Mapping[str, Quality]] = {quality.name: quality for quality in LADDER}


def choose_quality(height: int, fps: float) -> Quality:
    """Return the highest rung that invents neither lines nor frames, the lowest where every rung would.

    Args:
        height: Of the source's picture, in pixels.
        fps: Of the source; 59.94 counts as 60, and 25 or 24 as 30.
    """
    low_rate = min(quality.fps for quality in LADDER)
    fitting = (q for q in LADDER if q.height <= height and (q.fps == low_rate or q.fps <= fps + 1))
    return next(fitting, LADDER[-1])


@dataclass(frozen=True, slots=True)
class EncodeSettings:
    """How encode mode makes its packets: which encoder, how hard it tries, and what comes out."""

    quality: Quality
    encoder: str = "libx264"
    preset: str = "veryfast"


def build_video_options(settings: EncodeSettings) -> list[str]:
    """Return the output options for the picture: the same size, rate and keyframe gap whatever comes in.

    Raises:
        KeyError: No such encoder in `ENCODERS`.
    """
    quality = settings.quality
    scale = f"scale={quality.width}:{quality.height}:force_original_aspect_ratio=decrease"
    pad = f"pad={quality.width}:{quality.height}:-1:-1"
    filters = f"{scale},{pad},setsar=1,fps={quality.fps},format=yuv420p"
    return ["-vf", filters, "-c:v", settings.encoder, *ENCODERS[settings.encoder](settings)]


def _build_x264_options(settings: EncodeSettings) -> list[str]:
    kbps, gap = settings.quality.video_kbps, str(settings.quality.fps * KEYFRAME_GAP_S)
    rate = ["-b:v", f"{kbps}k", "-maxrate", f"{kbps}k", "-bufsize", f"{2 * kbps}k"]
    keyframes = ["-g", gap, "-keyint_min", gap, "-sc_threshold", "0", "-bf", "2"]
    return ["-preset", settings.preset, *rate, *keyframes, "-x264-params", "nal-hrd=cbr:force-cfr=1"]


# The seam for hardware: a trial encode picks a name, this table has its options.
ENCODERS: Final[Mapping[str, Callable[[EncodeSettings], list[str]]]] = {"libx264": _build_x264_options}
