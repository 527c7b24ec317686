"""Looking ahead at a run: what would keep it from starting at its time; it changes nothing."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

from core.errors import CoreError
from core.model import StartRequest, State
from core.schedule.due import DONE
from core.schedule.hindrance import Hindrance, judge
from core.schedule.on_air import Seat, foresee, run_before
from core.streams.deck import locks_of
from core.streams.limits import Slot, check_keys, check_limits

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from core.model import ScheduleId, StreamRecord
    from core.schedule.model import ScheduleRecord
    from core.streams.deck import Deck
    from core.streams.places import Place

MIB: Final = 1024 * 1024


class Lookout:
    """Asks the rules that a start asks, for a moment to come."""

    def __init__(self, deck: Deck, data_dir: Path) -> None:
        self._deck = deck
        self._data_dir = data_dir

    async def find_hindrance(
        self, record: ScheduleRecord, stream: StreamRecord, at: datetime, others: Mapping[ScheduleId, datetime]
    ) -> Hindrance | None:
        """Return what would stop a start of `stream` at `at`, counting what is on air then.

        `others` are the schedules that may begin a run before it does, and when the next run of each begins.
        """
        try:
            await self._check(record, stream, at, others)
        except CoreError as error:
            return judge(error)
        free_mib = shutil.disk_usage(self._data_dir).free / MIB
        return Hindrance("disk") if free_mib < self._deck.config.monitor.disk_free_mib else None

    async def _check(
        self, record: ScheduleRecord, stream: StreamRecord, at: datetime, others: Mapping[ScheduleId, datetime]
    ) -> None:
        deck = self._deck
        draft = await deck.planner.draft_again(stream, StartRequest(f"#s{stream.id}"))
        await deck.planner.check(draft, unfit=record.unfit)
        allowed = await deck.store.people.limit(record.created_by)
        found = [await self._find_coming(other, begins, record.id, at) for other, begins in others.items()]
        coming = [seat for seat in found if seat is not None]
        slots = foresee(map(_take_seat, deck.places), coming, at)
        check_keys(slots, record.space, locks_of(draft.destinations))
        check_limits(deck.places.use(record.created_by, allowed, slots))

    async def _find_coming(self, schedule: ScheduleId, begins: datetime, own: ScheduleId, at: datetime) -> Seat | None:
        """Return what a schedule's run takes up that begins before `own`'s at `at`, if one does and is not left out."""
        deck = self._deck
        record = await deck.store.schedules.find(schedule)
        if record is None or (run := run_before(record.plan, schedule, begins, at, own)) is None:
            return None
        mark = (await deck.store.schedules.marks(schedule, run.start)).get(run.key)
        stream = await deck.store.streams.get(record.stream)
        if mark in DONE or stream.held:
            return None
        locks = [(await deck.store.destinations.get(known)).lock for known in stream.spec.destinations]
        slot = Slot(record.space, stream.name, record.created_by, "", frozenset(locks), run.start, State.STARTING)
        return Seat(stream.id, slot, run.end)


def _take_seat(place: Place) -> Seat:
    if place.session is None:
        return Seat(None, place.slot, None)
    record = place.session.record
    return Seat(record.id, place.slot, record.ends_at)
