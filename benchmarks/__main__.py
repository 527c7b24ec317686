"""`make bench`: prints the table, and exits 1 where a bound is missed.

`--quick` measures 10 streams in short windows: a look, not a figure to quote. `soak 1000` starts and stops streams so
often and looks what is left of it (see `benchmarks.soak`); `alert` kills an FFmpeg and looks how soon that is told (see
`benchmarks.alert`).
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import alert, soak
from benchmarks.measure import Memory
from benchmarks.report import UNKNOWN, Row, build_table
from benchmarks.sampling import measure_sampling
from benchmarks.scenes import Costs, Stage, Times, measure_chat_memory, measure_costs, measure_times
from tests.fakes.clips import Clips
from tests.fakes.ffmpeg import find_chosen, take_choice
from tests.fakes.ingest import Ingest
from tests.fakes.nginx import find_nginx
from tools.debian import CACHE

CPU_RATIO, SERVICE_MIB, CHAT_MIB, START_RATIO, SAMPLING_PERCENT = 1.05, 80, 115, 1.2, 0.2
# By number of streams: CPU over bare, and memory.
OTHERS_COSTS = {10: (("1.43-1.53", "1.15", "1.20"), ("127-136 MB", "122 MB", "31-33 MB"))}


def main() -> int:
    """Measure, print, judge."""
    if (other := {"soak": soak.main, "alert": alert.main}.get("".join(sys.argv[1:2]))) is not None:
        return other(sys.argv[2:], find_chosen(take_choice()))
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="10 streams, short windows")
    quick = parser.parse_args().quick
    ffmpeg = find_chosen(take_choice())
    with tempfile.TemporaryDirectory() as folder, Ingest(find_nginx(), Path(folder, "ingest"), record=False) as ingest:
        stage = Stage(ffmpeg, Clips(ffmpeg, CACHE / "clips")["three_mbit"], ingest, Path(folder))
        rows = list(measure(stage, quick=quick))
    print(f"{ffmpeg}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    print(build_table(rows))
    return int(any(row.missed for row in rows))


def measure(stage: Stage, *, quick: bool) -> Iterator[Row]:
    """Play all scenes and yield the table's rows."""
    window_s, sizes, rounds = (5.0, (10,), 3) if quick else (20.0, (10, 20), 9)
    for streams in sizes:
        say(f"{streams} streams beside {streams} bare FFmpegs, three windows of {window_s:g} s ...")
        yield from show_costs(measure_costs(stage, streams, window_s))
    say(f"{sizes[-1]} streams with Telegram and Discord ...")
    yield from show_chat_memory(measure_chat_memory(stage, sizes[-1]), sizes[-1])
    say("100 streams to look at ...")
    yield from show_sampling(*measure_sampling(stage.ffmpeg, stage.clip, 100), 100)
    say(f"{rounds} starts and stops of each ...")
    yield from show_times(measure_times(stage, rounds))


def show_costs(costs: Costs) -> Iterator[Row]:
    """Give the rows of one number of streams."""
    count, share = costs.streams, " % of a core"
    cpu, memory = OTHERS_COSTS.get(count, (UNKNOWN, UNKNOWN))
    bare = f"1 ({costs.bare_cpu_percent:.1f}{share})"
    yield Row(f"CPU over bare, {count} streams", costs.cpu_ratio, "", CPU_RATIO, bare, cpu, 3)
    yield Row(f"of it the service, {count} streams", costs.service_cpu_percent, share)
    yield Row(f"service's memory, {count} streams: RSS", costs.memory.rss_mib, " MiB", SERVICE_MIB, "-", memory, 1)
    yield Row(f"service's memory, {count} streams: PSS", costs.memory.pss_mib, " MiB", digits=1)


def show_chat_memory(memory: Memory, streams: int) -> Iterator[Row]:
    """Give the rows of a service with both platforms."""
    yield Row(f"with Telegram and Discord, {streams} streams: RSS", memory.rss_mib, " MiB", CHAT_MIB, digits=1)
    yield Row(f"with Telegram and Discord, {streams} streams: PSS", memory.pss_mib, " MiB", digits=1)


def show_sampling(read_percent: float, kept_percent: float, streams: int) -> Iterator[Row]:
    """Give the rows of measuring."""
    share = " % of a core"
    yield Row(f"measuring {streams} streams", read_percent + kept_percent, share, SAMPLING_PERCENT, digits=3)


def show_times(times: Times) -> Iterator[Row]:
    """Give the rows of starts and stops."""
    start, stop = f"{times.bare_start_s:.3f} s", f"{times.bare_stop_s:.3f} s"
    ratio = times.start_s / times.bare_start_s
    yield Row("start call to first byte, over bare", ratio, "", START_RATIO, "1", ("1.07", "1.07", "1.04"))
    yield Row("start call to first byte", times.start_s, " s", None, start, ("0.29 s", "0.29 s", "0.28 s"), 3)
    yield Row("stop call to gone", times.stop_s, " s", None, stop, ("0.02 s", "0.02 s", "0.014 s"), 3)
    yield Row("kill -9 of an FFmpeg: back after", times.back_s, " s", None, "never", ("never", "3.3 s", "15.3 s"), 1)


def say(text: str) -> None:
    """Tell on the terminal what takes so long."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
