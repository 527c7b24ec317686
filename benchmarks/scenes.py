"""What is measured: streams side by side with bare FFmpegs, and single starts and stops of both in turn."""

import os
import shutil
import signal
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.bare import BareFfmpegs
from benchmarks.measure import Memory, cpu_in_window, memory, wait_until
from benchmarks.platforms import platforms
from tests.fakes.ingest import Ingest
from tests.integration.service import Service

WINDOWS = 3
SETTLE_S = 4.0
CLIP = "clip"


@dataclass(frozen=True)
class Stage:
    """What all scenes play on."""

    ffmpeg: Path
    clip: Path
    ingest: Ingest
    folder: Path

    def service(self, name: str, settings: Mapping[str, object] | None = None) -> Service:
        """Return a service of its own with the clip in its library, not yet started."""
        made = Service(self.folder / name, self.ffmpeg, {"limits": {"per_user": 50, "total": 50}, **(settings or {})})
        shutil.copy(self.clip, made.media / f"{CLIP}.mp4")
        return made


@dataclass(frozen=True)
class Costs:
    """What a number of streams costs, through the service and bare."""

    streams: int
    cpu_ratio: float
    service_cpu_percent: float
    bare_cpu_percent: float
    memory: Memory


def measure_costs(stage: Stage, streams: int, window_s: float) -> Costs:
    """Run so many streams through the service and as many bare ones at the same time, and compare them.

    Windows are short enough that load from elsewhere meets both sides alike; of three the median counts.
    """
    service = stage.service(f"costs-{streams}")
    with service, BareFfmpegs(stage.ffmpeg, stage.clip, stage.ingest.rtmp_url) as bare:
        ours = [f"costs{streams}-ours-{number:02}-key" for number in range(streams)]
        theirs = [f"costs{streams}-bare-{number:02}" for number in range(streams)]
        # In turn: processes that start at one instant wake at one instant for ever, and warm the caches for each other.
        for our_key, bare_key in zip(ours, theirs, strict=True):
            start(service, stage.ingest, our_key)
            bare.start(bare_key)
        wait_until(lambda: set(ours) | set(theirs) <= stage.ingest.publishing(), "all streams at the ingest")
        time.sleep(SETTLE_S)
        groups = [[service.process.pid], service.pids(), bare.pids]
        windows = [cpu_in_window(groups, window_s) for _ in range(WINDOWS)]
        held = memory(service.process.pid)
    return Costs(
        streams,
        statistics.median((own + ffmpegs) / alone for own, ffmpegs, alone in windows),
        statistics.median(100 * own / window_s for own, _, _ in windows),
        statistics.median(100 * alone / window_s for _, _, alone in windows),
        held,
    )


def measure_chat_memory(stage: Stage, streams: int) -> Memory:
    """Return what a service holds that serves Telegram, Discord and so many streams."""
    with platforms() as chats, stage.service("chat", chats.settings) as service:
        keys = [f"chat-{number:02}-key" for number in range(streams)]
        for key in keys:
            start(service, stage.ingest, key)
        wait_until(lambda: set(keys) <= stage.ingest.publishing(), "all streams at the ingest")
        wait_until(chats.reached, "the service at both platforms")
        time.sleep(SETTLE_S)
        return memory(service.process.pid)


@dataclass(frozen=True)
class Times:
    """Medians in seconds."""

    start_s: float
    bare_start_s: float
    stop_s: float
    bare_stop_s: float
    back_s: float


def measure_times(stage: Stage, rounds: int) -> Times:
    """Time starts and stops, ours and bare in turn; one of each beforehand, which finds nothing read from the disk."""
    ingest = stage.ingest
    found: dict[str, list[float]] = {"start": [], "bare_start": [], "stop": [], "bare_stop": []}
    with stage.service("times") as service, BareFfmpegs(stage.ffmpeg, stage.clip, ingest.rtmp_url) as bare:
        for number in range(rounds + 1):
            name, theirs = f"times-ours-{number}", f"times-bare-{number}"
            ours = f"{name}-key"
            service.done(f"adddestination {name} {ingest.rtmp_url} {ours}")
            began = time.monotonic()
            bare.start(theirs)
            found["bare_start"].append(first_byte(ingest, theirs) - began)
            began = time.monotonic()
            service.done(f"startstream {CLIP} {name} name={name}")
            found["start"].append(first_byte(ingest, ours) - began)
            service.until(name, "live")
            began = time.monotonic()
            bare.stop(theirs)
            found["bare_stop"].append(gone(ingest, theirs) - began)
            began = time.monotonic()
            service.done(f"stop {name}")
            found["stop"].append(gone(ingest, ours) - began)
        back_s = time_return(service, ingest)
    medians = {name: statistics.median(times[1:]) for name, times in found.items()}
    return Times(medians["start"], medians["bare_start"], medians["stop"], medians["bare_stop"], back_s)


def start(service: Service, ingest: Ingest, key: str) -> None:
    """Start a stream named as its key without the ending: a key itself is no name."""
    name = key.removesuffix("-key")
    service.done(f"adddestination {name} {ingest.rtmp_url} {key}")
    service.done(f"startstream {CLIP} {name} name={name}")


def time_return(service: Service, ingest: Ingest) -> float:
    """Kill the FFmpeg of a live stream, and return after how long bytes come again."""
    key = "times-back-key"
    start(service, ingest, key)
    service.until("times-back", "live")
    began = time.monotonic()
    os.kill(service.pid(), signal.SIGKILL)
    wait_until(lambda: ingest.attempts(key) > 1, "the next attempt")
    return first_byte(ingest, key) - began


def first_byte(ingest: Ingest, key: str) -> float:
    """Wait for the first media byte under a key and return when it was there, on the monotonic clock."""
    wait_until(lambda: ingest.attempts(key), f"{key} at the ingest")
    return wait_until(partial(has_bytes, ingest, key), f"bytes of {key}")


def has_bytes(ingest: Ingest, key: str) -> bool:
    """Whether media arrived."""
    stream = ingest.stream(key)
    return stream is not None and stream.bytes_in > 0


def gone(ingest: Ingest, key: str) -> float:
    """Wait until the ingest has let a publisher go and return when it did, on the monotonic clock."""
    wait_until(lambda: any(seen.kind == "done" and seen.name == key for seen in ingest.history), f"the end of {key}")
    return next(seen.at_s for seen in reversed(ingest.history) if seen.kind == "done" and seen.name == key)
