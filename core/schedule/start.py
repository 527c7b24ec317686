"""Starts what a schedule calls for, anew or by joining what runs; where refused, it says when to try again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from core.errors import AlreadyRunning, CoreError, NotRunning, ShuttingDown
from core.model import Actor, ChangeRequest, ScheduledRun, StartRequest, State
from core.schedule.errors import RanAlready
from core.schedule.hindrance import judge
from core.schedule.notice import Notice

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from core.model import ScheduleId
    from core.orders import Orders
    from core.schedule.due import Due, Start
    from core.schedule.model import ScheduleRecord
    from core.schedule.plan import Occurrence
    from core.streams.deck import Deck

SOON: Final = timedelta(seconds=1)
PATIENCE: Final = timedelta(seconds=15)
"""What ends as this begins may take that long to give its key and place back; nobody is alarmed before."""

TRY_EVERY: Final = timedelta(seconds=30)
VIA: Final = "schedule"


@dataclass(slots=True)
class Block:
    """A run that can't begin, since when it was first tried, and what people were told of it."""

    key: str
    since: datetime
    told: str | None = None


class Starter:
    """Starts runs. Of each schedule it remembers at most the one run that is being refused."""

    def __init__(self, deck: Deck, orders: Orders) -> None:
        self._deck = deck
        self._orders = orders
        self._notice = Notice(deck)
        self._blocks: dict[ScheduleId, Block] = {}

    async def start(self, record: ScheduleRecord, start: Start, name: str) -> datetime | None:
        """Start a run of the stream of that name; return when to try again, None where that is not needed."""
        run = start.occurrence
        try:
            joined = await self._join(record, run)
            if not joined:
                await self._begin(record, run)
        except (RanAlready, ShuttingDown):
            return None
        except (AlreadyRunning, NotRunning):
            return self._deck.clock.now() + SOON  # it is just being started or stopped
        except CoreError as error:
            return self._blocked(record, run, name, error)
        self.forget(record.id)
        self._notice.started(record, run, name, start.late_by.total_seconds(), joined=joined)
        return None

    def forget_passed(self, schedule: ScheduleId, called: Due) -> None:
        """Forget a refused run that is not called for any more."""
        block = self._blocks.get(schedule)
        if block is not None and (called.start is None or called.start.occurrence.key != block.key):
            self.forget(schedule)

    def forget(self, schedule: ScheduleId) -> None:
        """Forget its refused run."""
        self._blocks.pop(schedule, None)

    def is_refused(self, schedule: ScheduleId, runs: Sequence[Occurrence]) -> bool:
        """Return whether one of these runs was refused."""
        block = self._blocks.get(schedule)
        return block is not None and any(run.key == block.key for run in runs)

    async def _begin(self, record: ScheduleRecord, run: Occurrence) -> None:
        request = StartRequest(
            f"#s{record.stream}", ends_at=run.end, unfit=record.unfit, scheduled=_scheduled(record, run)
        )
        await self._orders.start(await self._actor(record), request)

    async def _join(self, record: ScheduleRecord, run: Occurrence) -> bool:
        """Let a stream that runs go on in this run, until the later of both ends; return whether it runs.

        One that was started without an end takes the run's, as its card has said: a schedule that found it on air would
        else never end it again.
        The mark comes last: whatever crashes in between, joining once more changes nothing.
        """
        place = self._deck.places.of(record.stream)
        if place is None or place.session is None:
            return False
        if place.session.view().state is State.STOPPING:
            raise NotRunning(place.name, State.STOPPING)
        own = place.session.record.ends_at
        ends_at = None if run.end is None else max(run.end, own or run.end)
        change = ChangeRequest(ends_at=ends_at, no_end=ends_at is None)
        if await self._orders.change(await self._actor(record), record.stream, change) is None:
            raise NotRunning(place.name, State.STOPPED)
        await self._deck.store.schedules.join(_scheduled(record, run))
        return True

    def _blocked(self, record: ScheduleRecord, run: Occurrence, name: str, error: CoreError) -> datetime:
        now = self._deck.clock.now()
        block = self._blocks.get(record.id)
        if block is None or block.key != run.key:
            block = self._blocks[record.id] = Block(run.key, now)
        if now - block.since < PATIENCE:
            return now + SOON
        hindrance = judge(error)
        if block.told != hindrance.problem:
            block.told = hindrance.problem
            self._notice.blocked(record, run, name, hindrance)
        return now + TRY_EVERY

    async def _actor(self, record: ScheduleRecord) -> Actor:
        person = await self._deck.store.people.find(record.created_by)
        return Actor(record.created_by, person.name if person else "?", record.space, VIA)


def _scheduled(record: ScheduleRecord, run: Occurrence) -> ScheduledRun:
    return ScheduledRun(record.id, run.key, run.start)
