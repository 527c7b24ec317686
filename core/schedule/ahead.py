"""Looking ahead at a run: what would keep it from starting as things stand; it changes nothing."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

from core.errors import CoreError
from core.model import StartRequest
from core.schedule.hindrance import Hindrance, judge
from core.streams.deck import locks_of
from core.streams.limits import check_keys, check_limits

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from core.model import StreamRecord
    from core.schedule.model import ScheduleRecord
    from core.streams.deck import Deck
    from core.streams.places import Place

MIB: Final = 1024 * 1024


class Lookout:
    """Asks the rules that a start asks, for a moment to come."""

    def __init__(self, deck: Deck, data_dir: Path) -> None:
        self._deck = deck
        self._data_dir = data_dir

    async def find_hindrance(self, record: ScheduleRecord, at: datetime) -> Hindrance | None:
        """Return what would stop a start at `at`; streams that are to end by then don't count."""
        try:
            await self._check(record, at)
        except CoreError as error:
            return judge(error)
        free_mib = shutil.disk_usage(self._data_dir).free / MIB
        return Hindrance("disk") if free_mib < self._deck.config.monitor.disk_free_mib else None

    async def _check(self, record: ScheduleRecord, at: datetime) -> None:
        deck = self._deck
        stream: StreamRecord = await deck.store.streams.get(record.stream)
        draft = await deck.planner.draft_again(stream, StartRequest(f"#s{stream.id}"))
        await deck.planner.check(draft, unfit=record.unfit)
        allowed = await deck.store.people.limit(record.created_by)
        others = [place for place in deck.places if not _is_over(place, at)]
        check_keys((place.slot for place in others), record.space, locks_of(draft.destinations))
        check_limits(deck.places.use(record.created_by, allowed, others))


def _is_over(place: Place, at: datetime) -> bool:
    ends_at = place.session.record.ends_at if place.session else None
    return ends_at is not None and ends_at <= at
