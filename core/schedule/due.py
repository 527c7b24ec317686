"""What a schedule calls for at this moment: start, tell a miss, or wait; it decides and does nothing.

Nothing here trusts the clock to go on evenly: whatever was started or stopped by hand is known by its mark, and a
miss that a clock gone ahead made up is forgotten as soon as the run can be started after all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from core.schedule.plan import IfMissed, Occurrence, Plan, next_runs, occurrence_at, runs_until

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

ON_TIME: Final = timedelta(minutes=2)
"""How late a start is still on time: a loop that was blocked for a minute has not missed a run."""

MISSED_MAX: Final = 50
"""How many misses are listed; after a year away nobody reads them all."""


class Mark(StrEnum):
    """What is known of an occurrence; stored under its key, in one transaction with what it tells of.

    RAN: it was started. STOPPED: a person ended it, or told it not to start. MISSED: its miss was told.
    """

    RAN = "ran"
    STOPPED = "stopped"
    MISSED = "missed"


DONE: Final = frozenset({Mark.RAN, Mark.STOPPED})
"""What is known of a run that is not to be started any more."""


@dataclass(frozen=True, slots=True)
class Start:
    """Start this run now, until `occurrence.end`; `late_by` is how long ago it should have begun."""

    occurrence: Occurrence
    late_by: timedelta


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be done now. `missed` ascends; `missed_before`: there were more, too old to list.

    `wake_at` is when to ask again at the latest, None where nothing comes. A timer that sleeps until then should
    look at the wall clock now and then, for it may be set.
    """

    start: Start | None = None
    missed: tuple[Occurrence, ...] = ()
    missed_before: bool = False
    wake_at: datetime | None = None


def due(plan: Plan, now: datetime, marks: Mapping[str, Mark], last_seen: datetime | None) -> Due:
    """Return what `plan` calls for at `now`; asked again with the marks that follow from it, it calls for no more.

    Args:
        plan: Paused, it calls for nothing.
        now: The wall clock, aware; it may have been set back or ahead since `last_seen`.
        marks: What is known of its occurrences, by key: those since `last_seen`, and those of the last days.
        last_seen: When this was last asked, kept over restarts; None the first time.
    """
    if plan.paused:
        return Due()
    seen = min(last_seen or plan.since or now, now)
    current, passed = _split(plan, now, marks, seen)
    was_there = current is not None and last_seen is not None and seen >= current.start
    start = _start(plan, current, now, marks, was_there=was_there) if current is not None else None
    missed = [run for run in passed if run.key not in marks]
    if current is not None and start is None and current.key not in marks:
        missed.insert(0, current)
    return Due(
        start=start,
        missed=tuple(reversed(missed[:MISSED_MAX])),
        missed_before=len(missed) > MISSED_MAX,
        wake_at=_wake_at(plan, current, now),
    )


def _split(
    plan: Plan, now: datetime, marks: Mapping[str, Mark], seen: datetime
) -> tuple[Occurrence | None, list[Occurrence]]:
    """Return the run of now, and those that lapsed since `seen` unmarked, latest first, one more than are listed."""
    current: Occurrence | None = None
    passed: list[Occurrence] = []
    for run in runs_until(plan, now):
        if run.covers(now):
            current = run
        elif run.lapses_at is None or run.lapses_at <= seen or len(passed) > MISSED_MAX:
            break
        elif run.key not in marks:
            passed.append(run)
    return current, passed


def _start(plan: Plan, run: Occurrence, now: datetime, marks: Mapping[str, Mark], *, was_there: bool) -> Start | None:
    mark = marks.get(run.key)
    if mark in DONE:
        return None
    late_by = now - run.start
    away_at_start = mark is Mark.MISSED or not was_there
    if plan.missed is IfMissed.SKIP and late_by > ON_TIME and away_at_start:
        return None
    return Start(run, late_by)


def _wake_at(plan: Plan, current: Occurrence | None, now: datetime) -> datetime | None:
    moments = [run.start for run in next_runs(plan, now, 1)]
    if current is not None and current.lapses_at is not None:
        moments.append(current.lapses_at)
    return min(moments, default=None)


def needed_since(plan: Plan, now: datetime, last_seen: datetime | None) -> datetime:
    """Return from which start on `due` needs to know the marks."""
    seen = min(last_seen or plan.since or now, now)
    runs = (occurrence_at(plan, now), occurrence_at(plan, seen))
    return min([seen, *(run.start for run in runs if run is not None)])
