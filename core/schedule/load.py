"""How many schedules run at once, so that one which would break a limit can be warned of when it is made."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import merge
from typing import TYPE_CHECKING

from core.schedule.overlap import HORIZON
from core.schedule.plan import Occurrence, Plan, occurrence_at, runs_after

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Excess:
    """At `at` more plans run than are allowed: these."""

    at: datetime
    plans: tuple[Plan, ...]


def first_excess(plans: Sequence[Plan], allowed: int, after: datetime, horizon: timedelta = HORIZON) -> Excess | None:
    """Return the first moment from `after` on, within `horizon`, at which more than `allowed` plans run at once."""
    running: dict[int, Occurrence] = {}
    starts = merge(*(_starts(place, plan, after) for place, plan in enumerate(plans)))
    for start, place, run in starts:
        if start >= after + horizon:
            return None
        running = {other: held for other, held in running.items() if held.covers(start)} | {place: run}
        if len(running) > allowed:
            return Excess(max(start, after), tuple(plans[other] for other in sorted(running)))
    return None


def _starts(place: int, plan: Plan, after: datetime) -> Iterator[tuple[datetime, int, Occurrence]]:
    now = occurrence_at(plan, after)
    if now is not None:
        yield now.start, place, now
    for run in runs_after(plan, after):
        yield run.start, place, run
