"""Where the runs of two plans meet; which pairs must not is the caller's to say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING, Final

from core.schedule.plan import (
    Occurrence,
    Plan,
    build_occurrence,
    next_runs,
    nominal_end,
    occurrence_at,
    slots_after,
)

if TYPE_CHECKING:
    from datetime import datetime

HORIZON: Final = timedelta(days=366)
"""A year sees each zone's daylight saving both ways."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """From `start` on, up to `end`, both would run; `end` is None where neither has one."""

    start: datetime
    end: datetime | None
    first: Occurrence
    second: Occurrence


def overlaps(a: Plan, b: Plan, after: datetime, horizon: timedelta = HORIZON) -> Overlap | None:
    """Return the first time from `after` on at which `a` and `b` would both run, None where they don't.

    Looked at is `horizon` from when both have begun: a plan of which nothing is to come for years is looked at then.
    A run without an end lasts until its plan's next one. One that ends as another begins does not overlap it.
    Two plans that run every few minutes and never meet take seconds: call it off the event loop.
    """
    left, right = _from(a, after), _from(b, after)
    limit = max([after, *(run.start for run in (left, right) if run is not None)]) + horizon
    while left is not None and right is not None and max(left.start, right.start) < limit:
        if _is_over(left, right.start):
            left = _from(a, right.start)
        elif _is_over(right, left.start):
            right = _from(b, left.start)
        else:
            ends = [run.lapses_at for run in (left, right) if run.lapses_at is not None]
            return Overlap(max(left.start, right.start, after), min(ends, default=None), left, right)
    return None


def _from(plan: Plan, instant: datetime) -> Occurrence | None:
    """Return the first run that is not over at `instant`."""
    return occurrence_at(plan, instant) or next(iter(next_runs(plan, instant, 1)), None)


def _is_over(run: Occurrence, instant: datetime) -> bool:
    return run.lapses_at is not None and run.lapses_at <= instant


def overlaps_itself(plan: Plan, after: datetime, horizon: timedelta = HORIZON) -> Overlap | None:
    """Return the first run within `horizon` that is meant to begin before the one before it ends.

    Measured on a wall clock without daylight saving: 'daily for 24 hours' is fine, though one day has only 23.
    """
    slots = takewhile(lambda slot: slot.start < after + horizon, slots_after(plan, after))
    for slot, following in pairwise(slots):
        wall_end = nominal_end(plan.length, slot.wall)
        if wall_end is not None and wall_end > following.wall:
            first = build_occurrence(plan, slot, None)
            second = build_occurrence(plan, following, None)
            ends = [run.end for run in (first, second) if run.end is not None]
            return Overlap(second.start, min(ends, default=None), first, second)
    return None
