"""What processes cost: CPU time and memory as the kernel counts them; it judges nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.ffmpeg.process import read_stat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from core.ffmpeg.process import Stat

OLD_AFTER: Final = 20
"""So many measurements rest on one reading of what a process shares with others: ten minutes at the usual 30 s."""

CHANGED: Final = 0.25
"""Mapped memory that grew or shrank by this part is worth another reading."""


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU time used since the process began, its memory, and when that was read on the monotonic clock."""

    at_s: float
    cpu_s: float
    memory_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a process (by its start) had mapped when it was read how much of that is its own share."""

    start_ticks: int
    mapped_bytes: int
    own_bytes: int
    used: int = 0


class Meter:
    """Measures processes again and again; what is gone is forgotten. Not on the loop: a reading takes a millisecond.

    Memory is the process's own share (PSS), for which the kernel walks through all its pages. What it shares with
    others hardly changes, so between two readings its own share follows what it has mapped (RSS), which costs nothing.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._mapped: dict[int, Mapped] = {}

    def measure(self, processes: Iterable[tuple[int, int]]) -> dict[int, Cost]:
        """Return the costs by pid of processes given as (pid, start ticks); one that is gone or another is missing."""
        before, self._mapped = self._mapped, {}
        found = {}
        for pid, start_ticks in processes:
            stat = read_stat(pid)
            if stat is not None and stat.start_ticks == start_ticks and stat.alive:
                mapped = self._mapped[pid] = _follow(before.get(pid), pid, stat)
                own_bytes = max(0, mapped.own_bytes + stat.mapped_bytes - mapped.mapped_bytes)
                found[pid] = Cost(self._monotonic(), stat.cpu_s, own_bytes)
        return found


def _follow(known: Mapped | None, pid: int, stat: Stat) -> Mapped:
    if known is None or known.start_ticks != stat.start_ticks or known.used >= OLD_AFTER:
        return Mapped(stat.start_ticks, stat.mapped_bytes, _read_own(pid, stat))
    if abs(stat.mapped_bytes - known.mapped_bytes) > CHANGED * known.mapped_bytes:
        return Mapped(stat.start_ticks, stat.mapped_bytes, _read_own(pid, stat))
    return replace(known, used=known.used + 1)


def _read_own(pid: int, stat: Stat) -> int:
    """Return a process's own share of memory; all that it has mapped where the kernel does not tell."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_bytes().split(b"\n"):
            if line.startswith(b"Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return stat.mapped_bytes
