"""What it costs to look at a hundred streams every half minute: reading their costs, judging and keeping them.

The streams' processes are FFmpegs that were halted in mid-flight: all their memory is there, and they take no CPU. The
engine around them has a pretended runner, and a real database.
"""

import asyncio
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from core.config import CoreConfig, LimitsConfig
from core.ffmpeg.costs import Meter
from core.ffmpeg.process import read_stat
from core.model import MAIN_SPACE, Platform, StartRequest
from core.monitor.sampler import Monitor
from tests.core.engine.rig import Rig

EVERY_S = 30.0
LOOKS = 42
WARM = 2
RUNNING = 10
SHOWN_S = 1.0
"""By then an FFmpeg has read what it needs and sends."""


def measure_sampling(ffmpeg: Path, clip: Path, streams: int) -> tuple[float, float]:
    """Return what one core does for the sampler, in percent: reading the processes, and all that is made of it."""
    with tempfile.TemporaryDirectory() as folder:
        kept_s = asyncio.run(_time_looks(Path(folder), streams))
    with halted_ffmpegs(ffmpeg, clip, streams) as pids:
        read_s = _time_reading(pids)
    return 100 * read_s / EVERY_S, 100 * kept_s / EVERY_S


@contextmanager
def halted_ffmpegs(ffmpeg: Path, clip: Path, count: int) -> Iterator[list[int]]:
    """Give so many FFmpegs that copy a clip to nowhere and stand still, and end them."""
    argv = [str(ffmpeg), "-nostdin", "-v", "error", "-re", "-stream_loop", "-1", "-i", str(clip), "-c", "copy"]
    argv += ["-f", "flv", "-y", "/dev/null"]
    processes = []
    try:
        for _ in range(count):
            process = subprocess.Popen(argv, stdin=subprocess.DEVNULL)
            processes.append(process)
            time.sleep(SHOWN_S / RUNNING)
            if len(processes) > RUNNING:
                processes[-1 - RUNNING].send_signal(signal.SIGSTOP)
        time.sleep(SHOWN_S)
        for process in processes:
            process.send_signal(signal.SIGSTOP)
        yield [process.pid for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _time_reading(pids: Sequence[int]) -> float:
    """Return the CPU seconds that one reading of all processes takes."""
    known = [(pid, stat.start_ticks) for pid in pids if (stat := read_stat(pid))]
    meter = Meter(time.monotonic)
    meter.measure(known)
    began_s = time.process_time()
    for _ in range(LOOKS):
        meter.measure(known)
    return (time.process_time() - began_s) / LOOKS


async def _time_looks(folder: Path, streams: int) -> float:
    """Return the CPU seconds that one look takes: judging all streams, writing them down, making means."""
    rig = Rig(folder, CoreConfig(limits=LimitsConfig(per_user=streams, total=streams)))
    await rig.prepare()
    for number in range(streams):
        name = f"s{number}"
        await rig.store.destinations.add(MAIN_SPACE, name, Platform.CUSTOM, "rtmp://127.0.0.1/live", "sealed", name)
        await rig.order(rig.engine.start(rig.rina, StartRequest("lofi", (name,), name=name)))
    monitor = Monitor(rig.deck, folder)
    used_s = 0.0
    for number in range(WARM + LOOKS):
        await rig.clock.advance(EVERY_S)
        began_s = time.process_time()
        await monitor.look()
        used_s += time.process_time() - began_s if number >= WARM else 0.0
    await rig.crash()
    return used_s / LOOKS
