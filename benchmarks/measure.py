"""Reads what processes cost; it starts and ends none."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import psutil

MIB = 2**20


@dataclass(frozen=True)
class Memory:
    """What a process holds: all that it maps (RSS), and its fair share of what it shares with others (PSS)."""

    rss_mib: float
    pss_mib: float


def cpu_s(pids: Sequence[int]) -> float:
    """Return the CPU seconds that these processes have used since they began, to the nanosecond.

    Ten copied streams use 5 % of a core: /proc's 10 ms steps would be a tenth of a window's figure.
    """
    # The kernel's name for another process's CPU clock, clock_getcpuclockid(3): CPUCLOCK_SCHED is 2.
    return sum(time.clock_gettime((~pid << 3) | 2) for pid in pids)


def memory(pid: int) -> Memory:
    """Return what a process holds now."""
    found = psutil.Process(pid).memory_full_info()
    return Memory(found.rss / MIB, found.pss / MIB)


def cpu_in_window(groups: Sequence[Sequence[int]], window_s: float) -> list[float]:
    """Return the CPU seconds that each group of processes uses within one and the same window."""
    before = [cpu_s(group) for group in groups]
    time.sleep(window_s)
    return [cpu_s(group) - used for group, used in zip(groups, before, strict=True)]


def wait_until(check: Callable[[], object], what: str, within_s: float = 60.0) -> float:
    """Poll as fast as can be, and return when (on the monotonic clock) it came true.

    Raises:
        TimeoutError: It did not within the time.
    """
    deadline = time.monotonic() + within_s
    while not check():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(0.001)
    return time.monotonic()
