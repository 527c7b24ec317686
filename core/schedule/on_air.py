"""Who is on air at a moment to come, as far as planned starts and stops tell; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from core.schedule.plan import occurrence_at

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from core.model import ScheduleId, StreamId
    from core.schedule.plan import Occurrence, Plan
    from core.streams.limits import Slot

LOOKS_BEFORE: Final = (timedelta(minutes=10), timedelta(minutes=5), timedelta(minutes=1))
"""When to look ahead at a run; the first is when people are reminded."""

TROUBLED_LOOK: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Seat:
    """What a stream takes up from now, or from its planned start, up to `ends_at` (None: until somebody stops it).

    `stream`: None while it is still being ordered.
    """

    stream: StreamId | None
    slot: Slot
    ends_at: datetime | None


def foresee(running: Iterable[Seat], coming: Iterable[Seat], at: datetime) -> list[Slot]:
    """Return what is taken at `at` by those that go on until then; a stream that runs and begins again counts once.

    `coming` are those that begin before; one that stops exactly at `at` is gone.
    """
    on_air: list[Seat] = []
    for seat in (*running, *coming):
        known = seat.stream is not None and any(seat.stream == other.stream for other in on_air)
        if not known and (seat.ends_at is None or seat.ends_at > at):
            on_air.append(seat)
    return [seat.slot for seat in on_air]


def run_before(plan: Plan, schedule: ScheduleId, coming: datetime, at: datetime, own: ScheduleId) -> Occurrence | None:
    """Return the run of `plan` that begins before `own`'s run at `at`, and that goes on then.

    `coming` is when its next run begins: what began before that is on air, or never will be. Of two that begin at once
    the older schedule's comes first, as in `core.schedule.keeper`.
    """
    run = None if plan.paused else occurrence_at(plan, at)
    if run is None or run.start < coming or (run.start, schedule) >= (at, own):
        return None
    return run


def next_look(start: datetime, now: datetime, *, troubled: bool) -> datetime | None:
    """Return when to look again at what would stop a run at `start`: often, where something would."""
    moments = [start - before for before in LOOKS_BEFORE]
    if troubled:
        moments.append(max(now, moments[0]) + TROUBLED_LOOK)
    return min((at for at in moments if now < at < start), default=None)
