"""Tells what became of schedules' runs, as events on the bus; it decides nothing and starts nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.schedule.events import ScheduleBlocked, ScheduleMissed, ScheduleReminder, ScheduleStarted

if TYPE_CHECKING:
    from datetime import datetime

    from core.model import ScheduleId
    from core.schedule.due import Due
    from core.schedule.hindrance import Hindrance
    from core.schedule.model import ScheduleRecord
    from core.schedule.plan import Occurrence
    from core.streams.deck import Deck


class Notice:
    """Publishes. `name` is always the stream's."""

    def __init__(self, deck: Deck) -> None:
        self._deck = deck
        self._told_missed: dict[ScheduleId, str] = {}

    def forget(self, schedule: ScheduleId) -> None:
        """Forget a schedule that is gone."""
        self._told_missed.pop(schedule, None)

    def missed(self, record: ScheduleRecord, called: Due, name: str, now: datetime, *, blocked: bool = False) -> None:
        """Tell of all missed runs together, the latest by its time; not again where that could not be written down."""
        if not called.missed or self._told_missed.get(record.id) == called.missed[-1].key:
            return
        latest = called.missed[-1]
        self._told_missed[record.id] = latest.key
        reason = "blocked" if blocked else "skip" if latest.covers(now) else "away"
        fields = self._fields(record, latest, name)
        self._deck.bus.publish(
            ScheduleMissed(**fields, count=len(called.missed), reason=reason, more=called.missed_before)
        )

    def started(self, record: ScheduleRecord, run: Occurrence, name: str, late_s: float, *, joined: bool) -> None:
        """Tell that a run began."""
        place = self._deck.places.of(record.stream)
        live = place.session.view().run if place and place.session else None
        fields = self._fields(record, run, name)
        self._deck.bus.publish(ScheduleStarted(**fields, late_s=late_s, joined=joined, run=live))

    def blocked(self, record: ScheduleRecord, run: Occurrence, name: str, hindrance: Hindrance) -> None:
        """Tell that a run could not begin."""
        self._deck.bus.publish(ScheduleBlocked(**self._fields(record, run, name), **hindrance._asdict()))

    def reminder(
        self, record: ScheduleRecord, run: Occurrence, name: str, hindrance: Hindrance | None, *, again: bool
    ) -> None:
        """Tell that a run is near, and what would stop it."""
        more = hindrance._asdict() if hindrance else {}
        self._deck.bus.publish(ScheduleReminder(**self._fields(record, run, name), **more, again=again))

    def _fields(self, record: ScheduleRecord, run: Occurrence, name: str) -> dict[str, Any]:
        return {
            "at": self._deck.clock.now(),
            "space": record.space,
            "schedule": record.id,
            "title": record.plan.name,
            "stream": record.stream,
            "name": name,
            "starts_at": run.start,
            "ends_at": run.end,
        }
