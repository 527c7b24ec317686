"""Looks into one media file and prints what it holds as JSON; run as a program of its own, since a file may crash it.

It knows nothing of StreamBro and imports nothing of it: `python -I probe_child.py PATH CONTAINERS`. Only packets are
read, no picture is decoded. Exit 0 with JSON on standard output, 3 where it is no media file.
"""

from __future__ import annotations

import itertools
import json
import os
import resource
import signal
import statistics
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import av
from av.stream import Disposition

if TYPE_CHECKING:
    from fractions import Fraction

    from av.audio.codeccontext import AudioCodecContext
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.codeccontext import VideoCodecContext
    from av.video.stream import VideoStream

NOT_MEDIA: Final = 3  # 1 is what Python itself exits with after a crash
CPU_S: Final = 10
MEMORY_BYTES: Final = 1 << 30
ALARM_S: Final = 30  # an end of its own, in case that nobody is left who would end it
LOOK_S: Final = 60.0  # of the film
LOOK_BYTES: Final = 64 << 20

UNKNOWN: Final = {"codec": "unknown", "profile": ""}
# Names by number in libavcodec's AVFieldOrder: 0 is unknown, 1 progressive.
FIRST_INTERLACED: Final = 2
# Milliseconds (FLV, Matroska) make 33 and 34 of 33.3: that much is rounding.
UNEVEN: Final = 0.25
UNEVEN_SHARE: Final = 0.02


def main() -> int:
    """Print what the file holds; the exit code."""
    _, path, containers = sys.argv
    limit_self()
    options = {"protocol_whitelist": "file", "format_whitelist": containers}
    try:
        with av.open(f"file:{path}", options=options) as container:
            found = describe(container, Path(path).stat().st_size)
    except (av.FFmpegError, OSError, ValueError):
        return NOT_MEDIA
    sys.stdout.write(json.dumps(found))
    return 0


def limit_self() -> None:
    """Allow no more than a look: some seconds, some memory, no file written, no dump; streams go first."""
    os.nice(10)
    signal.alarm(ALARM_S)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def describe(container: InputContainer, size_bytes: int) -> dict[str, Any]:
    """Return the fields of `core.model.Probe`, and whether data are missing that the file's index promises."""
    video = container.streams.video[0] if container.streams.video else None
    audio = container.streams.audio[0] if container.streams.audio else None
    cut = any(is_cut(stream, size_bytes) for stream in container.streams)
    # A cover picture counts as a video track for FFmpeg's `0:v:0`, and can't be streamed.
    film = None if video is None or video.disposition & Disposition.attached_pic else video
    return {
        "container": container.format.name,
        "duration_s": container.duration / av.time_base if container.duration else None,
        "bitrate_kbps": container.bit_rate / 1000 if container.bit_rate else None,
        "video": film and describe_video(container, film),
        "audio": audio and describe_audio(audio),
        "cut": cut,
    }


def is_cut(stream: Any, size_bytes: int) -> bool:  # noqa: ANN401 - any kind of stream
    """Whether its index (that of MP4 names every packet) leads past the end of the file."""
    entries = stream.index_entries
    return len(entries) > 0 and entries[-1].pos + entries[-1].size > size_bytes


def describe_video(container: InputContainer, stream: VideoStream) -> dict[str, Any]:
    """Return the fields of `core.model.VideoTrack`."""
    return {
        **describe_picture(stream.codec_context),
        "fps": float(stream.average_rate or stream.guessed_rate or 0),
        "time_base": str(stream.time_base),
        **look(container, stream),
    }


def describe_picture(codec: VideoCodecContext | None) -> dict[str, Any]:
    """Return what the codec tells of the picture; a codec that nobody knows has no context."""
    if codec is None:
        return {**UNKNOWN, "pixel_format": "", "width": 0, "height": 0, "interlaced": False}
    return {
        "codec": codec.codec.canonical_name,  # not that of its decoder here
        "profile": codec.profile or "",
        "pixel_format": codec.pix_fmt or "",
        "width": codec.width,
        "height": codec.height,
        "interlaced": int(codec.field_order) >= FIRST_INTERLACED,
    }


def describe_audio(stream: AudioStream) -> dict[str, Any]:
    """Return the fields of `core.model.AudioTrack`."""
    return {**describe_sound(stream.codec_context), "time_base": str(stream.time_base)}


def describe_sound(codec: AudioCodecContext | None) -> dict[str, Any]:
    """Return what the codec tells of the sound."""
    if codec is None:
        return {**UNKNOWN, "sample_rate_hz": 0, "channels": 0}
    return {
        "codec": codec.codec.canonical_name,
        "profile": codec.profile or "",
        "sample_rate_hz": codec.sample_rate,
        "channels": codec.channels,
    }


def look(container: InputContainer, stream: VideoStream) -> dict[str, Any]:
    """Return what the packets of the first minute tell."""
    keyframes: list[float] = []
    shown: list[float] = []
    seen_bytes, b_run, b_frames = 0, 0, 0
    for packet in container.demux(stream):
        seen_bytes += packet.size
        at = show_time_s(packet, stream.time_base)
        if at is None:
            continue
        b_run = b_run + 1 if shown and at < max(shown[-32:]) else 0
        b_frames = max(b_frames, b_run)
        shown.append(at)
        if packet.is_keyframe:
            keyframes.append(at)
        if at - shown[0] > LOOK_S or seen_bytes > LOOK_BYTES:
            break
    return {"keyframe_gap_s": longest_gap_s(keyframes, shown), "b_frames": b_frames, "steady": is_steady(shown)}


def show_time_s(packet: Packet[VideoStream], time_base: Fraction | None) -> float | None:
    """Return when a packet's picture is shown, in seconds."""
    return None if packet.pts is None or time_base is None else float(packet.pts * time_base)


def longest_gap_s(keyframes: list[float], shown: list[float]) -> float | None:
    """Return the longest time without a keyframe, the beginning and the end of what was seen included."""
    if not keyframes:
        return None
    marks = [min(shown), *sorted(keyframes), max(shown)]
    return max(after - before for before, after in itertools.pairwise(marks))


def is_steady(shown: list[float]) -> bool:
    """Whether the pictures are equally far apart, but for rounding and a few at the seams of a film."""
    ordered = sorted(shown)
    steps = [after - before for before, after in itertools.pairwise(ordered)]
    if not steps:
        return True
    usual = statistics.median(steps)
    uneven = sum(abs(step - usual) > UNEVEN * usual for step in steps)
    return uneven <= UNEVEN_SHARE * len(steps)


if __name__ == "__main__":
    sys.exit(main())
