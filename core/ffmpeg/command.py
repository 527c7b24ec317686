"""Turns a plan into FFmpeg's argv; pure, and the only place where an FFmpeg's arguments are put together."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from core.ffmpeg.contract import PLAYLIST_PLACEHOLDER, SEGMENTS_PLACEHOLDER, RunSpec
from core.ffmpeg.encoders import KEYFRAME_GAP_S, build_video_options

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from core.ffmpeg.encoders import EncodeSettings
    from core.model import OutputId

CONTAINERS: Final = "mov,matroska,flv,mpegts,avi"
"""Names of the demuxers that may open a source, as `-format_whitelist` takes them; mov is MP4 too, matroska WebM."""

_INGEST: Final = re.compile(r"rtmps?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~:/?=&%+-]*)?")
_KEY: Final = re.compile(r"[A-Za-z0-9._~:/?=&%+-]+")
_LINE_ENDS: Final = frozenset("\n\r\0")

_COMMON: Final = ("-hide_banner", "-nostdin", "-nostats", "-loglevel", "level+info")
REPORT_S: Final = 2.0
"""How often FFmpeg reports: the floor of what a watcher needs; each block costs a wake-up of FFmpeg and 220 bytes."""

QUICK_REPORT_S: Final = 0.5
_SILENCE: Final = ("-f", "lavfi", "-i", "anullsrc=r=44100:cl=stereo")
_AAC: Final = ("-c:a", "aac", "-b:a", "128k", "-ar", "44100", "-ac", "2")
# A drifting or late sound is stretched and padded to the picture's clock.
_RESAMPLE: Final = ("-af", "aresample=async=1:first_pts=0")
# Without rw_timeout a half-open link is noticed after a quarter of an hour; `-timeout` would make FFmpeg a listener.
_OUTPUT: Final = ("-rw_timeout", "10000000", "-flvflags", "no_duration_filesize", "-f", "flv")

SEGMENTS_KEPT: Final = 6
"""Of `KEYFRAME_GAP_S` each: how long an output may be held up before it has to leave something out."""

SEGMENT_LIST: Final = "list.m3u8"
# fMP4 and not MPEG-TS, whose timestamps wrap after 26.5 h; its samples in the order of their time, since FFmpeg 5.1
# sends a segment that has all of its picture before its sound in one burst, and sees a closed connection only then.
# The last two that left the list may still be being read.
_SEGMENTS: Final = (
    *("-f", "hls", "-hls_time", str(KEYFRAME_GAP_S), "-hls_list_size", str(SEGMENTS_KEPT)),
    *("-hls_flags", "delete_segments+independent_segments+temp_file", "-hls_delete_threshold", "2"),
    *("-hls_segment_type", "fmp4", "-hls_fmp4_init_filename", "init.mp4"),
    *("-hls_segment_options", "frag_interleave=1"),
    *("-hls_segment_filename", f"{SEGMENTS_PLACEHOLDER}/%d.m4s", f"{SEGMENTS_PLACEHOLDER}/{SEGMENT_LIST}"),
)
# Begins two segments behind what is newest, so that a late one makes no gap, and sends evenly.
_FROM_SEGMENTS: Final = (
    *("-protocol_whitelist", "file", "-format_whitelist", "hls,mov", "-live_start_index", "-2"),
    *("-re", "-i", f"file:{SEGMENTS_PLACEHOLDER}/{SEGMENT_LIST}", "-map", "0:v:0", "-map", "0:a:0", "-c", "copy"),
)


@dataclass(frozen=True, slots=True)
class SourcePlan:
    """What is read, and what becomes of it.

    `inputs` are absolute paths, played in order; more than one becomes a concat list. `has_audio` tells whether they
    have sound at all (silence is added where not), `audio_fit` whether that sound may be passed on as it is (else it
    alone is encoded). `encode` None means stream copy. `report_s` is how often it reports, see `find_report_s`.
    """

    ffmpeg: Path
    inputs: tuple[Path, ...]
    loop: bool = field(default=True, kw_only=True)
    has_audio: bool = field(default=True, kw_only=True)
    audio_fit: bool = field(default=True, kw_only=True)
    encode: EncodeSettings | None = field(default=None, kw_only=True)
    report_s: float = field(default=REPORT_S, kw_only=True)

    def going_to(self, url: str, key: str) -> OutputPlan:
        """Return the plan that sends it to an ingest."""
        fit = {"loop": self.loop, "has_audio": self.has_audio, "audio_fit": self.audio_fit}
        return OutputPlan(self.ffmpeg, self.inputs, url, key, **fit, encode=self.encode, report_s=self.report_s)


@dataclass(frozen=True, slots=True)
class OutputPlan(SourcePlan):
    """A source that goes to one ingest. `url` is the ingest without the key."""

    url: str
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RelayPlan:
    """What another output encodes goes to one ingest. `url` is the ingest without the key."""

    ffmpeg: Path
    encoding: OutputId
    url: str
    key: str = field(repr=False)
    report_s: float = field(default=REPORT_S, kw_only=True)


def find_report_s(version: tuple[int, ...]) -> float:
    """Return how often an FFmpeg of a version has to report; an unknown version, `()`, is taken for a new one.

    From 7.0 on it looks for a signal only when it reports: measured with 9.0.2, a stop took 2.0 s at a report every
    2 s, and 0.3 s at one every 0.5 s.
    """
    return REPORT_S if (0,) < version < (7,) else QUICK_REPORT_S


def build_argv(plan: OutputPlan) -> RunSpec:
    """Return what a runner needs to send a source to an ingest.

    Raises:
        ValueError: No input, a path that is relative or holds a line end, an ingest or key with other characters than
            `A-Za-z0-9._~:/?=&%+-`. The text never holds the key.
    """
    argv = (*_build_source(plan), *_build_output(plan.url, plan.key))
    return RunSpec(argv=argv, secrets=(plan.key,), playlist=_find_playlist(plan))


def build_encoding(plan: SourcePlan, own: OutputId) -> RunSpec:
    """Return what a runner needs to encode a source once, for relays to pass on.

    Raises:
        ValueError: No input, or a path that is relative or holds a line end.
    """
    return RunSpec(argv=(*_build_source(plan), *_SEGMENTS), playlist=_find_playlist(plan), segments=own)


def build_relay(plan: RelayPlan) -> RunSpec:
    """Return what a runner needs to pass on what another output encodes.

    Raises:
        ValueError: An ingest or key as in `build_argv`.
    """
    argv = (str(plan.ffmpeg), *_COMMON, *_report(plan.report_s), *_FROM_SEGMENTS, *_build_output(plan.url, plan.key))
    return RunSpec(argv=argv, secrets=(plan.key,), segments=plan.encoding)


def build_source_options(containers: str = CONTAINERS) -> list[str]:
    """Return the input options that keep FFmpeg to local files of the containers that we take.

    A text that begins with `ffconcat` would else be obeyed, whatever its file is called.
    """
    return ["-protocol_whitelist", "file", "-format_whitelist", containers]


def build_source_url(path: Path) -> str:
    """Return the path as FFmpeg opens it literally: no option, no other protocol, no pattern.

    Raises:
        ValueError: The path is relative.
    """
    if not path.is_absolute():
        raise ValueError("a source's path must be absolute")
    return f"file:{path}"


def build_playlist(paths: Sequence[Path]) -> str:
    """Return the concat list of these files, in order.

    Each part is held to our containers by an option of its own: the list's whitelist has to name `concat`, which would
    let a part be a list again.

    Raises:
        ValueError: A path is relative, or holds a line end: the format has no way to write that.
    """
    parts = (_build_part(path) for path in paths)
    return "".join(("ffconcat version 1.0\n", *parts))


def _build_part(path: Path) -> str:
    url = build_source_url(path)
    if _LINE_ENDS.intersection(url):
        raise ValueError("a path in a playlist must not hold a line end")
    quoted = url.replace("'", r"'\''")
    return f"file '{quoted}'\noption protocol_whitelist file\noption format_whitelist {CONTAINERS}\n"


def _build_source(plan: SourcePlan) -> list[str]:
    if not plan.inputs:
        raise ValueError("a plan needs an input")
    return [str(plan.ffmpeg), *_COMMON, *_report(plan.report_s), *_build_input(plan), *_build_tracks(plan)]


def _report(every_s: float) -> list[str]:
    return ["-progress", "pipe:1", "-stats_period", f"{every_s:g}"]


def _find_playlist(plan: SourcePlan) -> str | None:
    return build_playlist(plan.inputs) if len(plan.inputs) > 1 else None


def _build_input(plan: SourcePlan) -> list[str]:
    pace = ["-re", *(["-stream_loop", "-1"] if plan.loop else [])]
    if len(plan.inputs) == 1:
        return [*build_source_options(), *pace, "-i", build_source_url(plan.inputs[0])]
    concat = ["-f", "concat", "-safe", "0", "-i", f"file:{PLAYLIST_PLACEHOLDER}"]
    return [*build_source_options(f"concat,{CONTAINERS}"), *pace, *concat]


def _build_tracks(plan: SourcePlan) -> list[str]:
    silence = [] if plan.has_audio else _SILENCE
    audio = "0:a:0" if plan.has_audio else "1:a:0"
    # Silence has no end, so a source that is played once must end the output.
    shortest = [] if plan.has_audio or plan.loop else ["-shortest"]
    return [*silence, "-map", "0:v:0", "-map", audio, *_build_codecs(plan), *shortest]


def _build_codecs(plan: SourcePlan) -> list[str]:
    if plan.encode is not None:
        return [*build_video_options(plan.encode), *(_RESAMPLE if plan.has_audio else ()), *_AAC]
    if plan.has_audio and plan.audio_fit:
        return ["-c", "copy"]
    return ["-c:v", "copy", *_AAC]


def _build_output(url: str, key: str) -> list[str]:
    """Name application and key apart from the URL, which FFmpeg prints in its log.

    Given the key as playpath, FFmpeg takes only the path's first segment as the application, so it is told the whole.
    """
    if not _INGEST.fullmatch(url):
        raise ValueError("not an RTMP ingest")
    if not _KEY.fullmatch(key):
        raise ValueError("the key is empty or holds characters that no key has")
    split = urlsplit(url)
    app = f"{split.path}?{split.query}" if split.query else split.path
    app = app.removeprefix("/").removesuffix("/")
    return [*_OUTPUT, *(["-rtmp_app", app] if app else []), "-rtmp_playpath", key, url]
