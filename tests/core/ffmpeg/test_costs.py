"""What processes cost: true to the kernel's own figures, and cheap enough to look at a hundred of them."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from core.ffmpeg.costs import OLD_AFTER, Cost, Meter
from core.ffmpeg.process import read_stat

MIB = 2**20
EATER = """
import sys
held = []
print(flush=True)
for line in sys.stdin:
    held.append(b"x" * int(line))
    print(flush=True)
"""


class Eater:
    """A process that takes memory when it is told to."""

    def __init__(self) -> None:
        self._process = subprocess.Popen([sys.executable, "-c", EATER], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._hear()
        self.pid = self._process.pid
        stat = read_stat(self.pid)
        assert stat is not None
        self.known = (self.pid, stat.start_ticks)

    def eat(self, mib: int) -> None:
        """Take so much more, and return when it has it."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"%d\n" % (mib * MIB))
        self._process.stdin.flush()
        self._hear()

    def end(self) -> None:
        """Be gone."""
        self._process.kill()
        self._process.communicate()

    def _hear(self) -> None:
        assert self._process.stdout is not None
        self._process.stdout.readline()


@pytest.fixture
def eater() -> Iterator[Eater]:
    """A process, ended afterwards."""
    made = Eater()
    yield made
    made.end()


def own_mib(pid: int) -> float:
    """A process's own share by another's reading."""
    return float(psutil.Process(pid).memory_full_info().pss / MIB)


def seen_mib(meter: Meter, eater: Eater) -> float:
    """What the meter says."""
    return meter.measure([eater.known])[eater.pid].memory_bytes / MIB


def test_memory_is_a_processes_own_share(eater: Eater) -> None:
    """What FFmpegs share with each other is not counted twice."""  # R11
    assert seen_mib(Meter(time.monotonic), eater) == pytest.approx(own_mib(eater.pid), abs=1)


@pytest.mark.parametrize("mib", [1, 60])
def test_growth_is_seen_at_the_next_look(eater: Eater, mib: int) -> None:
    """A stream that eats memory is seen to, however rarely its share is read anew."""  # R11
    meter = Meter(time.monotonic)
    before = seen_mib(meter, eater)
    eater.eat(mib)
    assert seen_mib(meter, eater) - before == pytest.approx(mib, abs=0.8)
    assert seen_mib(meter, eater) == pytest.approx(own_mib(eater.pid), abs=2)


def test_the_share_is_read_anew_now_and_then(eater: Eater) -> None:
    """What is shared may change: an old reading is not believed for ever."""
    meter = Meter(time.monotonic)
    seen_mib(meter, eater)
    (first,) = meter._mapped.values()
    for _ in range(OLD_AFTER):
        seen_mib(meter, eater)
    assert meter._mapped[eater.pid].used == OLD_AFTER
    seen_mib(meter, eater)
    assert (first.used, meter._mapped[eater.pid].used) == (0, 0)


def test_what_is_gone_costs_nothing_and_is_forgotten(eater: Eater) -> None:
    """A process that ended, or another that has its number, is left out; nothing of it stays."""  # R13
    meter = Meter(time.monotonic)
    seen_mib(meter, eater)
    assert meter.measure([(eater.pid, eater.known[1] + 1)]) == {}
    assert meter._mapped == {}
    eater.end()
    assert meter.measure([eater.known]) == {}


def test_cpu_time_is_the_kernels(eater: Eater) -> None:
    """CPU time is what the process used since it began."""
    found = Meter(lambda: 7.0).measure([eater.known])[eater.pid]
    assert isinstance(found, Cost)
    assert found.at_s == 7
    assert 0 <= found.cpu_s <= sum(psutil.Process(eater.pid).cpu_times()[:2]) + 0.05
    assert Path(f"/proc/{eater.pid}").is_dir()
