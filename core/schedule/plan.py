"""A schedule as a value, and when its runs begin and end; it knows no stream, no timer and no present."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from itertools import groupby, islice, takewhile
from typing import TYPE_CHECKING, Final, NamedTuple

from core.schedule.errors import PlanFieldInvalid
from core.schedule.local_time import first_instant, has_day, highest_shown, load_zone, to_local
from core.schedule.repeat import YEARS, Cron, Days, Once, Repeat, Start, walls_after, walls_until

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Length = timedelta | time | None
"""How long a run lasts: elapsed time, until the wall clock shows that time next, or without an end."""

LENGTH_MAX: Final = timedelta(days=3660)


class IfMissed(StrEnum):
    """What to do when a start passed while the service was down: LATE starts it for the rest of its window."""

    LATE = "late"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Plan:
    """When something shall run. `id` and `name` are the caller's; `id` goes into the keys of its occurrences.

    `zone` is an IANA name. Runs that would begin before `since` (aware; when it was made or resumed) are none of it,
    so that a schedule made at seven does not start at once what it would have started at six. `paused` is heeded by
    `core.schedule.due` alone: a calendar can be looked at, and a place in it kept, while it is paused.

    Raises:
        PlanFieldInvalid: a start that doesn't fit the repeat, a length or year out of bounds.
        UnknownZone: no such zone.
    """

    id: str
    repeat: Repeat
    start: Start
    zone: str
    length: Length = None
    missed: IfMissed = IfMissed.LATE
    paused: bool = False
    name: str = ""
    since: datetime | None = None

    def __post_init__(self) -> None:
        load_zone(self.zone)
        _check_start(self.repeat, self.start)
        _check_length(self.length)
        if self.since is not None and self.since.tzinfo is None:
            raise PlanFieldInvalid("since", self.since.isoformat(), "with_zone")


def _check_start(repeat: Repeat, start: Start) -> None:
    wanted: tuple[type, str] = {
        Once: (datetime, "date_and_time"),
        Days: (time, "time_of_day"),
        Cron: (type(None), "nothing"),
    }[type(repeat)]
    if not isinstance(start, wanted[0]):
        raise PlanFieldInvalid("start", str(start), wanted[1])
    if isinstance(start, datetime) and start.year not in YEARS:
        raise PlanFieldInvalid("start", start.isoformat(), f"{YEARS.start}-{YEARS.stop - 1}")
    if start is not None and start.tzinfo is not None:
        raise PlanFieldInvalid("start", start.isoformat(), "without_zone")


def _check_length(length: Length) -> None:
    if isinstance(length, timedelta) and not timedelta(0) < length <= LENGTH_MAX:
        raise PlanFieldInvalid("length", str(length), f"1s-{LENGTH_MAX.days}d")
    if isinstance(length, time) and length.tzinfo is not None:
        raise PlanFieldInvalid("length", length.isoformat(), "without_zone")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One run of a plan, in UTC; it covers `start` and all up to `end`, but not `end`.

    `end` is when to stop it, None where it has no end; it never reaches into the plan's next run. `lapses_at` is
    when it can't be started any more: `end`, or else the start of the next run, None where neither comes. `key`
    names it for ever, whatever becomes of the zone's rules: plan, wall time and zone.
    """

    start: datetime
    end: datetime | None
    key: str
    lapses_at: datetime | None

    def covers(self, instant: datetime) -> bool:
        """Return whether it could be running then."""
        return self.start <= instant and (self.lapses_at is None or instant < self.lapses_at)


class Slot(NamedTuple):
    """A start, as the instant and as the wall time that the plan means; they differ by the gap where one is."""

    start: datetime
    wall: datetime


def next_runs(plan: Plan, after: datetime, count: int) -> list[Occurrence]:
    """Return the first `count` runs that begin after `after`; fewer where no more come."""
    return list(islice(runs_after(plan, after), count))


def occurrence_at(plan: Plan, instant: datetime) -> Occurrence | None:
    """Return the run whose window contains `instant`; a plan has never more than one."""
    latest = next(runs_until(plan, instant), None)
    return latest if latest is not None and latest.covers(instant) else None


def runs_after(plan: Plan, instant: datetime) -> Iterator[Occurrence]:
    """Yield the runs that begin after `instant`, ascending, without end where the plan has none."""
    slots = slots_after(plan, instant)
    slot = next(slots, None)
    while slot is not None:
        following = next(slots, None)
        yield build_occurrence(plan, slot, following)
        slot = following


def runs_until(plan: Plan, instant: datetime) -> Iterator[Occurrence]:
    """Yield the runs that began at or before `instant`, descending, back to `plan.since` or decades."""
    following = next(slots_after(plan, instant), None)
    for slot in _slots_until(plan, instant):
        yield build_occurrence(plan, slot, following)
        following = slot


def slots_after(plan: Plan, instant: datetime) -> Iterator[Slot]:
    """Yield the starts after `instant`, ascending; where a gap throws several together, the first of them."""
    floor = instant if plan.since is None else max(instant, plan.since - timedelta.resolution)
    seed = to_local(floor, load_zone(plan.zone))
    slots = (slot for slot in _slots(plan, walls_after(plan.repeat, plan.start, seed)) if slot.start > floor)
    for _, same in groupby(slots, key=_start_of):
        yield next(same)


def _slots_until(plan: Plan, instant: datetime) -> Iterator[Slot]:
    seed = highest_shown(instant, load_zone(plan.zone))
    slots = (slot for slot in _slots(plan, walls_until(plan.repeat, plan.start, seed)) if slot.start <= instant)
    wanted = takewhile(lambda slot: plan.since is None or slot.start >= plan.since, slots)
    for _, same in groupby(wanted, key=_start_of):
        *_, first = same
        yield first


def _start_of(slot: Slot) -> datetime:
    return slot.start


def _slots(plan: Plan, walls: Iterable[datetime]) -> Iterator[Slot]:
    """Turn wall times into instants; a date that the zone left out has no runs, but a single run still happens."""
    zone = load_zone(plan.zone)
    for wall in walls:
        start = first_instant(wall, zone)
        on_its_day = to_local(start, zone).date() == wall.date()
        if on_its_day or isinstance(plan.repeat, Once) or has_day(wall.date(), zone):
            yield Slot(start, wall)


def build_occurrence(plan: Plan, slot: Slot, following: Slot | None) -> Occurrence:
    """Return the run of a slot, cut off where the following one begins."""
    next_start = following.start if following is not None else None
    end = _uncut_end(plan, slot)
    if end is not None and next_start is not None:
        end = min(end, next_start)
    key = f"{plan.id}@{slot.wall.isoformat()}[{plan.zone}]"
    return Occurrence(slot.start, end, key, lapses_at=end if end is not None else next_start)


def _uncut_end(plan: Plan, slot: Slot) -> datetime | None:
    wall_end = nominal_end(plan.length, slot.wall)
    if wall_end is None:
        return None
    if isinstance(plan.length, timedelta):
        return slot.start + plan.length
    end = first_instant(wall_end, load_zone(plan.zone))
    if end > slot.start:
        return end
    return slot.start + (wall_end - slot.wall)  # the gap took all of it: it moves as a whole


def nominal_end(length: Length, wall: datetime) -> datetime | None:
    """Return what a wall clock without daylight saving would show at the end of a run that starts at `wall`."""
    if length is None or isinstance(length, timedelta):
        return None if length is None else wall + length
    end = datetime.combine(wall.date(), length.replace(fold=0))
    return end if end > wall else end + timedelta(days=1)
