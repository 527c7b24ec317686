"""A schedule as it is stored, ordered and shown; plain values around the plan, which says when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from core.model import NewRun, ScheduleId, SpaceName, StreamId, UserId
    from core.schedule.due import Mark
    from core.schedule.hindrance import Hindrance
    from core.schedule.load import Excess
    from core.schedule.plan import IfMissed, Length, Occurrence, Plan
    from core.schedule.repeat import Repeat, Start

NEXT_SHOWN: Final = 5
"""How many runs to come a view holds."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was last found to stop the run of that key, None: nothing."""

    key: str
    hindrance: Hindrance | None = None


@dataclass(frozen=True, slots=True)
class ScheduleRecord:
    """A schedule as it is stored; its name is the plan's.

    `remind`: say that it goes live soon. `unfit`: see `StartRequest`. `last_seen`: when it was last looked at.
    `looked`: what was found when a run of it was looked ahead at last.
    """

    id: ScheduleId
    space: SpaceName
    stream: StreamId
    plan: Plan
    remind: bool
    unfit: bool
    created_by: UserId
    last_seen: datetime | None = None
    looked: Looked | None = None


@dataclass(frozen=True, slots=True)
class NewSchedule:
    """A schedule to store, its stream defined first where it is new (`definition.stream` None). `plan.id` is empty."""

    definition: NewRun
    plan: Plan
    remind: bool
    unfit: bool
    created_by: UserId


@dataclass(frozen=True, slots=True)
class ScheduleRequest:
    """An order to make one. Names are as typed; `destinations` empty: the only one there is, or the kept stream's."""

    source: str
    destinations: tuple[str, ...]
    repeat: Repeat
    start: Start
    zone: str
    length: Length
    missed: IfMissed
    name: str | None = None
    remind: bool = False
    unfit: bool = False


@dataclass(frozen=True, slots=True)
class NoEnd:
    """Takes a schedule's end away, where None means 'as before'."""


@dataclass(frozen=True, slots=True)
class ScheduleChange:
    """An order to change one; what is None stays. `repeat` and `start` are changed together."""

    repeat: Repeat | None = None
    start: Start = None
    zone: str | None = None
    length: Length | NoEnd = None
    missed: IfMissed | None = None
    name: str | None = None
    remind: bool | None = None
    paused: bool | None = None


@dataclass(frozen=True, slots=True)
class ScheduleView:
    """One schedule as it is now.

    `next` are its next runs, none while it is paused. `current` is the run whose window is now, `mark` what became of
    it. `over`: no run is to come, nor does one go on. `excess` is where it would break a limit.
    """

    record: ScheduleRecord
    stream: str
    source: str
    destinations: tuple[str, ...]
    next: tuple[Occurrence, ...]
    current: Occurrence | None
    mark: Mark | None
    over: bool
    excess: Excess | None = None
    allowed: int = 0

    @property
    def lasts(self) -> timedelta | None:
        """How long its next run lasts, None without an end."""
        run = self.next[0] if self.next else self.current
        return run.end - run.start if run is not None and run.end is not None else None
