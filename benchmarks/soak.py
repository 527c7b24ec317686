"""`make soak ROUNDS=1000`: the service holds after so many starts and stops what it held after the first hundred.

Streams are started, killed, restarted and stopped again, five at once, on the real service with a real FFmpeg and a
real ingest. Prints what is held after the first hundred, half way and at the end. What fills up once (statements that
the database's library has compiled, its pages in memory) is there half way; a leak goes on, so the second half is what
is judged: exits 1 where something grew in it. A statement that is rare makes one step still; objects are looked at
several times on the way, and judged by the slope of most pairs of looks.
"""

import argparse
import json
import os
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import psutil

from benchmarks.measure import MIB
from benchmarks.observed import TARGET, TELL
from core.ffmpeg.records import RunFolder
from tests.fakes.clips import Clips
from tests.fakes.ingest import Ingest
from tests.fakes.nginx import find_nginx
from tests.fakes.wait import wait_for
from tests.integration.service import LOOK_S, ROOT, Service
from tools.debian import CACHE

AT_ONCE = 5
FIRST = 100
CLIP = "clip"
SETTLE_S = 3.0

KEPT = {
    "outbox": "alerts of some days",
    "KiB of database": "all of these",
    "run": "history",
    "audit": "the record of orders",
    "sample": "a day of measurements",
}
"""Rows that are kept on purpose, and bounded by their age or number."""

MEMORY_MIB = 3.0
"""Python's heap breathes by this much."""

LOOKS = 20
"""After the first hundred rounds; those of the second half are judged."""

STEADY = frozenset({"objects", "allocations"})

OBJECTS_A_ROUND = 0.5
"""Less than one for each round: nothing that belongs to a stream is left."""

OBJECTS = 300
STRINGS = 5
"""Python's own caches of strings and numbers breathe by so much more than its objects."""

POOL = min(32, (os.cpu_count() or 1) + 4) + 2
"""Threads that may be there: asyncio's pool, which fills up slowly, the loop's own and the database's."""


class Observed(Service):
    """A service that can be asked what it holds."""

    def start(self) -> None:
        """Start it under observation."""
        self.told = self.folder / "told.json"
        with self._stderr.open("ab") as stderr:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.observed", "run", "--config", str(self.config)],
                cwd=ROOT,
                env={**self.environment, TARGET: str(self.told)},
                stdin=subprocess.DEVNULL,
                stdout=stderr,
                stderr=stderr,
            )
        wait_for(self._answers, "the service's first answer", poll_s=LOOK_S)


@dataclass(frozen=True)
class Held:
    """What the service holds at a moment; `counts` by name."""

    memory_mib: float
    counts: dict[str, int]
    kinds: Counter[str]


def look(service: Observed) -> Held:
    """Return what it holds once it has come to rest."""
    wait_for(lambda: not service.pids(), "the end of all FFmpegs", poll_s=LOOK_S)
    time.sleep(SETTLE_S)
    service.told.unlink(missing_ok=True)
    service.process.send_signal(TELL)
    wait_for(service.told.exists, "the service's own account", poll_s=LOOK_S)
    own = json.loads(service.told.read_text())
    process = psutil.Process(service.process.pid)
    counts = {
        "file descriptors": process.num_fds(),
        "threads": own["threads"],
        "tasks": own["tasks"],
        "child processes": len(process.children()),
        "files": count_files(service),
        "objects": sum(own["kinds"].values()),
        "allocations": own["blocks"],
        "KiB of database": (service.data / "streambro.db").stat().st_size // 1024,
        **{f"rows of {table}": count for table, count in count_rows(service.data / "streambro.db").items()},
    }
    return Held(process.memory_info().rss / MIB, counts, Counter(own["kinds"]))


def count_files(service: Observed) -> int:
    """Return how many files it has: below its data folder, and in memory."""
    own = RunFolder(service.data / "run").digest
    return sum(1 for path in service.files() if path.is_relative_to(service.data) or own in str(path))


def count_rows(database: Path) -> dict[str, int]:
    """Return how many rows each table has."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        tables = [name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")]
        found = {name: connection.execute(f'select count(*) from "{name}"').fetchone()[0] for name in sorted(tables)}
    finally:
        connection.close()
    return {name: int(count) for name, count in found.items()}


def play(service: Observed, wave: int, names: Sequence[str]) -> None:
    """Let streams start and stop once; each wave in another way."""
    answer(service, [f"startstream {CLIP} {name} name={name}" for name in names])
    if wave % 5 != 0:
        wait_for(lambda: states(service, names) == {"live"}, "streams on air", poll_s=LOOK_S)
    if wave % 5 == 1:
        answer(service, [f"restart {name}" for name in names])
    if wave % 5 == 2:  # FFmpegs die, and are stopped while they are away
        for pid in service.pids():
            os.kill(pid, signal.SIGKILL)
    if wave % 5 == 3:
        answer(service, [*(f"logs {name}" for name in names), "streams", "health", "history"])
    answer(service, [f"stop {name}" for name in names])


def answer(service: Observed, orders: Sequence[str]) -> None:
    """Give orders at once, none of which is refused."""
    for order, reply in zip(orders, service.orders(*orders), strict=True):
        if not reply["ok"]:
            raise RuntimeError(f"{order}: {reply['text']}")
    service.replies.clear()


def states(service: Observed, names: Sequence[str]) -> set[str]:
    """Return the states that these streams are in."""
    streams = service.done("streams")["data"]["streams"]
    return {stream["state"] for stream in streams if stream["name"] in names}


def find_growth(looks: Sequence[Held], rounds: int) -> list[str]:
    """Return what grew from the first to the last look, so many rounds later, a line each."""
    before, after, grown = looks[0], looks[-1], []
    memory_mib = after.memory_mib - before.memory_mib
    if memory_mib > MEMORY_MIB:
        grown.append(f"memory by {memory_mib:.1f} MiB")
    for name, count in after.counts.items():
        more, allowed = float(count - before.counts.get(name, 0)), 0.0
        if name == "threads":
            allowed = max(0, POOL - before.counts[name])
        if name in STEADY:
            more = find_steady_growth([look.counts[name] for look in looks])
            allowed = max(OBJECTS, OBJECTS_A_ROUND * rounds) * (1 if name == "objects" else STRINGS)
        if more > allowed and name.removeprefix("rows of ") not in KEPT:
            grown.append(f"{name} by {more:.0f}")
    return grown


def find_steady_growth(counts: Sequence[int]) -> float:
    """Return by how much a count grows all along, whatever steps it made: the median slope between any two looks.

    That is the Theil-Sen estimator, https://en.wikipedia.org/wiki/Theil-Sen_estimator.
    """
    slopes = [(later - earlier) / (j - i) for (i, earlier), (j, later) in combinations(enumerate(counts), 2)]
    return statistics.median(slopes) * (len(counts) - 1)


def show(first: Held, middle: Held, last: Held) -> str:
    """Return what was held at each look as a Markdown table."""
    lines = ["| | after the first | half way | at the end | in the second half |", "| --- | --- | --- | --- | --- |"]
    memory = (first.memory_mib, middle.memory_mib, last.memory_mib)
    held = " | ".join(f"{mib:.1f} MiB" for mib in memory)
    lines.append(f"| memory | {held} | {memory[2] - memory[1]:+.1f} MiB |")
    for name, count in last.counts.items():
        counts = (first.counts.get(name, 0), middle.counts.get(name, 0), count)
        why = KEPT.get(name.removeprefix("rows of "), "")
        kept = f" (kept: {why})" if why else ""
        if any(counts):
            lines.append(f"| {name} | {' | '.join(map(str, counts))} | {counts[2] - counts[1]:+}{kept} |")
    return "\n".join(lines)


def main(argv: Sequence[str], ffmpeg: Path) -> int:
    """Play the rounds, print, judge."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks soak", description=__doc__)
    parser.add_argument("rounds", type=int, nargs="?", default=1000, help="starts and stops in all, 1000 unless said")
    rounds = max(FIRST + 4 * AT_ONCE, parser.parse_args(argv).rounds)
    with tempfile.TemporaryDirectory() as folder, Ingest(find_nginx(), Path(folder, "ingest"), record=False) as ingest:
        clip = Clips(ffmpeg, CACHE / "clips")["three_mbit"]
        settings = {"limits": {"per_user": 50, "total": 50}, "monitor": {"interval_s": 2}}
        service = Observed(Path(folder, "soak"), ffmpeg, settings)
        shutil.copy(clip, service.media / f"{CLIP}.mp4")
        with service:
            return soak(service, ingest, rounds)


def soak(service: Observed, ingest: Ingest, rounds: int) -> int:
    """Play the rounds on a service that runs."""
    names = [f"soak-{number}" for number in range(AT_ONCE)]
    for name in names:
        service.done(f"adddestination {name} {ingest.rtmp_url} {name}")
    began_s, looks = time.monotonic(), []
    waves = [(FIRST + (rounds - FIRST) * number // LOOKS) // AT_ONCE for number in range(LOOKS)]
    for wave in range(rounds // AT_ONCE):
        if wave in waves:
            looks.append(look(service))
        play(service, wave, names)
        print(f"\r{(wave + 1) * AT_ONCE} of {rounds} rounds", end="", file=sys.stderr, flush=True)
    looks.append(look(service))
    second = looks[LOOKS // 2 :]
    print(f"\n{rounds} starts and stops in {time.monotonic() - began_s:.0f} s, the first {FIRST} to warm up\n")
    print(show(looks[0], second[0], second[-1]))
    print(f"\nObjects at each look: {', '.join(str(held.counts['objects']) for held in looks)}")
    grown = find_growth(second, (rounds - FIRST) // 2)
    if grown:
        most = (second[-1].kinds - second[0].kinds).most_common(12)
        print(f"\nIt grew: {', '.join(grown)}\nMost new objects: {dict(most)}")
    return int(bool(grown))
