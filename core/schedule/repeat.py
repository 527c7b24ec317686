"""How a schedule repeats, and the wall times at which it would start; zones are no matter here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from core.schedule import cron
from core.schedule.errors import PlanFieldInvalid

if TYPE_CHECKING:
    from collections.abc import Iterator

YEARS: Final = range(1970, 2200)
"""The years in which schedules live: before, zones were kept to the second; after, nobody knows."""


class Day(IntEnum):
    """A day of the week, counted as cron does: Sunday is 0."""

    SUN = 0
    MON = 1
    TUE = 2
    WED = 3
    THU = 4
    FRI = 5
    SAT = 6


def day_of(day: date) -> Day:
    """Return the day of the week of a date."""
    return Day(day.isoweekday() % 7)


@dataclass(frozen=True, slots=True)
class Once:
    """A single run, at a date and time."""


@dataclass(frozen=True, slots=True)
class Days:
    """A run on each of these days of the week, at a time of day.

    Raises:
        PlanFieldInvalid: no day at all.
    """

    days: frozenset[Day]

    def __post_init__(self) -> None:
        if not self.days:
            raise PlanFieldInvalid("days", "", "one_day_at_least")


@dataclass(frozen=True, slots=True)
class Cron:
    """A run whenever the wall clock matches; see `core.schedule.cron.check` for its errors."""

    expression: str

    def __post_init__(self) -> None:
        cron.check(self.expression)


Repeat = Once | Days | Cron
Start = datetime | time | None
"""Naive and local: date and time for `Once`, time of day for `Days`, nothing for `Cron`, which says it itself."""

DAILY: Final = Days(frozenset(Day))
WEEKDAYS: Final = Days(frozenset(Day) - {Day.SUN, Day.SAT})
WEEKENDS: Final = Days(frozenset({Day.SUN, Day.SAT}))


def walls_after(repeat: Repeat, start: Start, wall: datetime) -> Iterator[datetime]:
    """Yield the wall times after `wall` at which a run would start, ascending; `Once` yields its own in any case."""
    match repeat, start:
        case Once(), datetime():
            yield start
        case Days(days), time():
            yield from (at for at in _daily(start, wall, 1) if at > wall and day_of(at) in days)
        case Cron(expression), None:
            yield from cron.walls_after(expression, wall)


def walls_until(repeat: Repeat, start: Start, wall: datetime) -> Iterator[datetime]:
    """Yield the wall times up to and with `wall` at which a run would start, descending; `Once` as above."""
    match repeat, start:
        case Once(), datetime():
            yield start
        case Days(days), time():
            yield from (at for at in _daily(start, wall, -1) if at <= wall and day_of(at) in days)
        case Cron(expression), None:
            yield from cron.walls_until(expression, wall)


def _daily(start: time, wall: datetime, step: int) -> Iterator[datetime]:
    at = datetime.combine(wall.date(), start.replace(fold=0))
    while at.year in YEARS:
        yield at
        at += timedelta(days=step)
