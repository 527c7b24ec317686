"""What can be wrong with a schedule, as types that carry data; the words for people live in the bot's catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import CoreError

if TYPE_CHECKING:
    from datetime import datetime

    from core.schedule.plan import Plan


class PlanError(CoreError):
    """A schedule that can't be."""


@dataclass(eq=False)
class UnknownZone(PlanError):
    """No time zone of that name; `suggestions` are the nearest IANA names."""

    zone: str
    suggestions: tuple[str, ...] = ()


@dataclass(eq=False)
class PlanFieldInvalid(PlanError):
    """`field`: start, length, days, since. `allowed` is a code of the catalogue or a span such as `1s-3660d`."""

    field: str
    value: str
    allowed: str


@dataclass(eq=False)
class CronFieldCount(PlanError):
    """A cron expression has five fields: minute, hour, day of the month, month, day of the week."""

    expression: str
    found: int
    wanted: int = 5


@dataclass(eq=False)
class CronFieldInvalid(PlanError):
    """One field of a cron expression. `field`: minute, hour, day-of-month, month, day-of-week."""

    field: str
    value: str
    allowed: str


@dataclass(eq=False)
class CronNeverRuns(PlanError):
    """Every field is right, but no date fits them all within 50 years."""

    expression: str


@dataclass(eq=False)
class ScheduleOverlaps(CoreError):
    """Another schedule is in the way from `start` to `end` (None: without an end). `same`: stream or key.

    Where it is another space's, `name` and `plan` are None.
    """

    name: str | None
    plan: Plan | None
    same: str
    start: datetime
    end: datetime | None


@dataclass(eq=False)
class ScheduleTooLong(CoreError):
    """Its own runs overlap: the one that begins at `start` would begin before the one before it ends."""

    start: datetime


@dataclass(eq=False)
class ScheduleNeverRuns(CoreError):
    """No run of it is to come."""


@dataclass(eq=False)
class TooManySchedules(CoreError):
    """The space has as many as it may."""

    allowed: int


@dataclass(eq=False)
class RanAlready(CoreError):
    """This run of the schedule was started before, or told not to start."""

    key: str
