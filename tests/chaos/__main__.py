"""`make chaos SEED=7`: twenty real streams under a seeded sequence of faults; prints how long each took."""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
import traceback
from collections import defaultdict
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

from tests.chaos.faults import Faults
from tests.chaos.judge import Judge
from tests.chaos.times import Times, build_table
from tests.chaos.world import World
from tests.fakes.clips import Clips
from tests.fakes.ffmpeg import find_chosen, take_choice
from tests.fakes.nginx import find_nginx
from tools.debian import CACHE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DISK_MIB: Final = 48


async def rampage(arguments: argparse.Namespace, seed: int, folder: Path, times: Mapping[str, Times]) -> None:
    """Break things until the time is over, hold every promise, and note what it took."""
    rng, clock_file = Random(seed), folder / "clock"
    clock_file.write_text("0")
    async with World(
        folder,
        Path(arguments.ffmpeg),
        Clips(Path(arguments.ffmpeg), CACHE / "clips"),
        find_nginx(),
        environment=_stepped_by(clock_file),
    ) as world:
        await world.start_streams(arguments.streams)
        faults = Faults(world, rng, clock_file, full_disk=arguments.disk)
        judge = Judge(world)
        until = time.monotonic() + arguments.minutes * 60
        deck: list[str] = []
        while time.monotonic() < until:
            deck = deck or rng.sample(sorted(faults.by_name), len(faults.by_name))
            await asyncio.sleep(rng.uniform(0.5, 2))
            outcome = await faults.by_name[deck.pop()]()
            live_at_s = await world.all_live()
            _tell(f"  {times[outcome.fault].add(outcome, live_at_s)}")
            await judge.hold_time(outcome, live_at_s)
            await judge.hold(outcome)
        await judge.hold_at_the_end()


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _stepped_by(clock_file: Path) -> dict[str, str]:
    """Return what makes Python's wall clock follow that file; FFmpegs don't inherit it."""
    return {"PYTHONPATH": str(Path(__file__).with_name("clock")), "CHAOS_CLOCK": str(clock_file)}


@contextmanager
def _small_disk(folder: Path) -> Iterator[bool]:
    """Give whether the folder is a small disk of its own, which takes root."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m,mode=700", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        yield False
        return
    try:
        yield True
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def run_seed(arguments: argparse.Namespace, seed: int, times: Mapping[str, Times]) -> bool:
    """Run one seed and return whether every promise was kept; what was broken is told."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="streambro-chaos-")))
        data = folder / "service" / "data"
        data.mkdir(parents=True)
        arguments.disk = stack.enter_context(_small_disk(data))
        _tell(f"seed {seed}: {arguments.streams} streams, {arguments.minutes:g} min")
        if not arguments.disk:
            _tell("  left out here: disk full (takes root)")
        try:
            asyncio.run(rampage(arguments, seed, folder, times))
        except AssertionError:
            _tell(traceback.format_exc())
            return False
    return True


def main() -> int:
    """Run the seeds and return 0 when every promise was kept."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--seed", type=int, nargs="+", default=[7])
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--streams", type=int, default=20)
    parser.add_argument("--ffmpeg", default=str(find_chosen(take_choice())))
    arguments = parser.parse_args()
    times: dict[str, Times] = defaultdict(Times)
    broken = [seed for seed in arguments.seed if not run_seed(arguments, seed, times)]
    _tell(f"\n{build_table(times)}\n")
    _tell(f"Promises were broken with seed {broken}." if broken else "Every promise was kept.")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
