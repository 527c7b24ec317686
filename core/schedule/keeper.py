"""Runs the schedules: starts streams at their times, tells what was missed, looks ahead; one task owns it all.

The rows say what is wanted, `core.schedule.due` what follows; timers only say when to ask. So a clock that is set, a
suspend or a blocked loop delays an answer, and changes none.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from core.errors import CoreError
from core.model import ScheduledRun
from core.schedule.due import DONE, due, needed_since
from core.schedule.model import Looked
from core.schedule.notice import Notice
from core.schedule.on_air import LOOKS_BEFORE, next_look
from core.schedule.plan import next_runs
from core.schedule.start import Starter

if TYPE_CHECKING:
    from datetime import datetime

    from core.model import ScheduleId, StreamId, StreamRecord
    from core.orders import Orders
    from core.schedule.ahead import Lookout
    from core.schedule.due import Due
    from core.schedule.model import ScheduleRecord
    from core.schedule.plan import Occurrence, Plan
    from core.streams.deck import Deck

log = logging.getLogger(__name__)

TICK_S: Final = 30.0
"""How often the clocks are compared, so that a step of the wall clock is noticed."""

STEP_S: Final = 1.0
"""By so much more or less than the monotonic clock the wall clock has been set."""

HELD_LOOK: Final = timedelta(minutes=1)
"""How often to look whether a stream that a restore left stopped was resumed."""


class Keeper:
    """Keeps the schedules; `run` it. Others only say what changed."""

    def __init__(self, deck: Deck, orders: Orders, lookout: Lookout, *, tick_s: float = TICK_S) -> None:
        self._deck = deck
        self._store = deck.store.schedules
        self._starter = Starter(deck, orders)
        self._notice = Notice(deck)
        self._lookout = lookout
        self._tick_s = tick_s
        self._wakes: dict[ScheduleId, datetime] = {}
        self._next: dict[ScheduleId, tuple[StreamId, Occurrence]] = {}
        self._changed: set[ScheduleId] = set()
        self._known: set[ScheduleId] = set()
        self._news = asyncio.Event()

    def ask_again(self, *schedules: ScheduleId) -> None:
        """Look at these at once: they are new, other than before, or gone."""
        self._changed.update(schedules)
        self._news.set()

    def next_run(self, stream: StreamId) -> Occurrence | None:
        """Return the run in which a schedule starts this stream next."""
        runs = (run for owner, run in self._next.values() if owner == stream)
        return min(runs, key=lambda run: run.start, default=None)

    async def run(self) -> None:
        """Keep them until cancelled; no timer is left behind."""
        loaded = False
        try:
            while True:
                loaded = loaded or await self._load()
                await self._look_at_due()
                await self._rest()
        finally:
            for schedule in self._known:
                self._deck.timers.cancel(_key(schedule))

    async def _load(self) -> bool:
        """Have every schedule looked at; return whether the store answered."""
        try:
            records = await self._store.all()
        except CoreError as error:
            log.warning("the schedules can't be read now: %s", error)
            return False
        now = self._deck.clock.now()
        for record in records:  # known before the first is looked at, which must count the others
            self._changed.add(record.id)
            self._set_next(record, _find_next(record.plan, now))
        return True

    async def _rest(self) -> None:
        """Wait for news or the tick; where the wall clock was set meanwhile, everything is asked again."""
        clock = self._deck.clock
        before, before_s = clock.now(), clock.monotonic()
        tick = clock.call_later(self._tick_s, self._news.set)
        try:
            await self._news.wait()
        finally:
            tick.cancel()
        self._news.clear()
        passed_s = clock.monotonic() - before_s
        if abs((clock.now() - before).total_seconds() - passed_s) > STEP_S:
            self._changed |= self._known

    async def _look_at_due(self) -> None:
        now = self._deck.clock.now()
        asked = self._changed | {schedule for schedule, at in self._wakes.items() if at <= now}
        self._changed = set()
        for schedule in sorted(asked):
            try:
                await self._look(schedule)
            except CoreError as error:
                log.warning("schedule %s can't be looked at now: %s", schedule, error)
                self._wake(schedule, now + timedelta(seconds=self._tick_s))
            except Exception:
                log.exception("looking at schedule %s failed", schedule)
                self._wake(schedule, now + timedelta(seconds=self._tick_s))

    async def _look(self, schedule: ScheduleId) -> None:
        record = await self._store.find(schedule)
        if record is None:
            self._forget(schedule)
            return
        self._known.add(schedule)
        now, plan = self._deck.clock.now(), record.plan
        stream = await self._deck.store.streams.get(record.stream)
        if stream.held:
            await self._store.saw(schedule, now, [])
            self._set_next(record, None)
            self._wake(schedule, now + HELD_LOOK)
            return
        marks = await self._store.marks(schedule, needed_since(plan, now, record.last_seen))
        called = due(plan, now, marks, record.last_seen)
        await self._tell_missed(record, called, stream.name, now)
        self._starter.forget_passed(schedule, called)
        coming = _find_next(plan, now)
        self._set_next(record, coming)
        moments = [called.wake_at]
        if called.start is not None:
            moments.append(await self._starter.start(record, called.start, stream.name))
        if coming is not None and marks.get(coming.key) not in DONE:
            moments.append(await self._look_ahead(record, coming, stream))
        self._wake(schedule, min((at for at in moments if at is not None), default=None))

    async def _tell_missed(self, record: ScheduleRecord, called: Due, name: str, now: datetime) -> None:
        """Tell first, write then: what a crash comes between is told once more rather than never."""
        blocked = self._starter.is_refused(record.id, called.missed)
        self._notice.missed(record, called, name, now, blocked=blocked)
        missed = [ScheduledRun(record.id, run.key, run.start) for run in called.missed]
        await self._store.saw(record.id, now, missed)

    async def _look_ahead(self, record: ScheduleRecord, run: Occurrence, stream: StreamRecord) -> datetime | None:
        """Say what would stop the next run while there is time to mend it; return when to look for that next."""
        now, first = self._deck.clock.now(), run.start - LOOKS_BEFORE[0]
        if now < first:
            return first
        if record.plan.since is not None and record.plan.since > first:
            return None
        place = self._deck.places.of(record.stream)
        if place is not None and not place.is_over(run.start):
            return next_look(run.start, now, troubled=False)
        known = record.looked if record.looked is not None and record.looked.key == run.key else None
        hindrance = await self._lookout.find_hindrance(record, stream, run.start, self._begin_before(record.id, run))
        if known is None or known.hindrance != hindrance:
            if record.remind or hindrance is not None or known is not None:
                self._notice.reminder(record, run, stream.name, hindrance, again=known is not None)
            await self._store.looked_ahead(record.id, Looked(run.key, hindrance))
        return next_look(run.start, now, troubled=hindrance is not None)

    def _begin_before(self, own: ScheduleId, run: Occurrence) -> dict[ScheduleId, datetime]:
        coming = ((schedule, coming.start) for schedule, (_, coming) in self._next.items())
        return {schedule: start for schedule, start in coming if schedule != own and start <= run.start}

    def _set_next(self, record: ScheduleRecord, coming: Occurrence | None) -> None:
        if coming is None:
            self._next.pop(record.id, None)
        else:
            self._next[record.id] = (record.stream, coming)

    def _wake(self, schedule: ScheduleId, at: datetime | None) -> None:
        if at is None:
            self._wakes.pop(schedule, None)
            self._deck.timers.cancel(_key(schedule))
            return

        async def wake() -> None:
            self._news.set()

        self._wakes[schedule] = at
        self._deck.timers.set(_key(schedule), at, wake)

    def _forget(self, schedule: ScheduleId) -> None:
        self._wake(schedule, None)
        self._starter.forget(schedule)
        self._notice.forget(schedule)
        self._next.pop(schedule, None)
        self._known.discard(schedule)


def _key(schedule: ScheduleId) -> str:
    return f"schedule {schedule}"


def _find_next(plan: Plan, now: datetime) -> Occurrence | None:
    return None if plan.paused else next(iter(next_runs(plan, now, 1)), None)
