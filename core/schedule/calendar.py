"""Whether a plan fits into the calendar: itself, those it must not meet, the limits; pure, but slow."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from core.schedule.due import Mark
from core.schedule.errors import ScheduleOverlaps, ScheduleTooLong
from core.schedule.load import Excess, first_excess
from core.schedule.overlap import overlaps, overlaps_itself
from core.schedule.plan import next_runs
from core.schedule.repeat import Once

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from core.schedule.plan import Occurrence, Plan

LOAD_HORIZON: Final = timedelta(days=31)


def check_calendar(plan: Plan, others: Sequence[tuple[Plan, str, bool]], now: datetime) -> None:
    """Refuse a plan that can't be. `others`: plans that must not meet it, why (stream, key), whether they may be named.

    Raises:
        ScheduleTooLong: it meets itself. ScheduleOverlaps: it meets another.
    """
    itself = overlaps_itself(plan, now)
    if itself is not None:
        raise ScheduleTooLong(itself.start)
    for other, same, named in others:
        found = overlaps(plan, other, now)
        if found is not None:
            name, shown = (other.name, other) if named else (None, None)
            raise ScheduleOverlaps(name, shown, same, found.start, found.end)


def find_excess(plans: Sequence[Plan], allowed: int, now: datetime) -> Excess | None:
    """Return where more of these plans would run at once than are allowed, within a month."""
    return first_excess(plans, max(0, allowed), now, LOAD_HORIZON) if plans else None


def is_over(plan: Plan, now: datetime, current: Occurrence | None, mark: Mark | None, *, running: bool) -> bool:
    """Return whether no run is to come, nor one goes on: a single run that was stopped never comes again."""
    if next_runs(plan, now, 1):
        return False
    if current is None:
        return True
    return isinstance(plan.repeat, Once) and mark in {Mark.RAN, Mark.STOPPED} and not running
