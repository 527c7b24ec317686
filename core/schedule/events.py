"""What has happened to schedules, as frozen values in the past tense."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.events import Event

if TYPE_CHECKING:
    from datetime import datetime

    from core.model import RunId, ScheduleId, StreamId


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleEvent(Event):
    """Something that happened to one run of a schedule: from `starts_at` to `ends_at` (None: without an end).

    `name` is the stream's, `title` the schedule's.
    """

    schedule: ScheduleId
    title: str
    stream: StreamId
    name: str
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleReminder(ScheduleEvent):
    """It goes live soon; `problem` is what would stop it as things stand (`core.schedule.hindrance`), None: nothing.

    `again`: of this run something else was told before.
    """

    problem: str | None = None
    what: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleStarted(ScheduleEvent):
    """It went live, `late_s` after its time, as the stream's `run`, None where that has ended again.

    `joined`: it was started by hand before and goes on in this run.
    """

    run: RunId | None = None
    late_s: float = 0.0
    joined: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleBlocked(ScheduleEvent):
    """It could not start for `problem`, and is tried again until its window ends."""

    problem: str
    what: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleMissed(ScheduleEvent):
    """`count` runs did not take place, of which this is the latest; `more`: there were others, too old to count.

    `reason`: away (the service was not there), skip (it was late, and late starts are not wanted), blocked.
    """

    count: int
    reason: str
    more: bool = False
