"""Schedules as they are wanted, and the marks of their runs; when they run is `core.schedule`'s business."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlmodel import col, select

from core.errors import NameInUse
from core.model import ScheduledRun, ScheduleId, SpaceName, StreamId, UserId
from core.names import fold
from core.schedule.due import Mark
from core.schedule.errors import PlanError
from core.schedule.model import NewSchedule, ScheduleRecord
from core.schedule.plan import IfMissed, Plan
from core.schedule.stored import (
    length_from_text,
    length_to_text,
    looked_from_text,
    looked_to_text,
    repeat_from_text,
    repeat_to_text,
    start_from_text,
    start_to_text,
)
from core.store import tables
from core.store.database import Repository, query, transaction
from core.store.marks import mark_ran, put_mark
from core.store.rows import get_id, get_row
from core.store.streams import define_stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from sqlmodel import Session

    from core.schedule.model import Looked

log = logging.getLogger(__name__)

MARKS_KEPT: Final = timedelta(days=100)
"""For that long a clock may be set back without a run being started again."""


class Schedules(Repository):
    """Schedules of all spaces. A name is unique in its space, whatever its case."""

    @query
    def all(
        self, session: Session, space: SpaceName | None = None, stream: StreamId | None = None
    ) -> list[ScheduleRecord]:
        """Return the schedules of a space, of one stream in it, or of all, by name."""
        wanted = select(tables.Schedule).order_by(tables.Schedule.name)
        if space is not None:
            wanted = wanted.where(tables.Schedule.space == space)
        if stream is not None:
            wanted = wanted.where(tables.Schedule.stream_id == stream)
        return list(_readable(session.exec(wanted)))

    @query
    def find(self, session: Session, schedule: ScheduleId) -> ScheduleRecord | None:
        """Return one, None where there is none."""
        row = session.get(tables.Schedule, schedule)
        return None if row is None else next(_readable([row]), None)

    @transaction
    def add(self, session: Session, new: NewSchedule) -> ScheduleRecord:
        """Store a schedule and, where it is new, the stream that it starts: both or neither.

        Raises:
            NameInUse: the space has a schedule, or another stream, of that name.
            NotFound: the stream, its source, a destination or the person isn't there.
        """
        space = new.definition.space
        _check_name(session, space, new.plan.name)
        stream = new.definition.stream or define_stream(session, new.definition)
        row = tables.Schedule(
            space=space,
            stream_id=stream,
            remind=new.remind,
            unfit=new.unfit,
            created_by=new.created_by,
            **_dump(new.plan),
        )
        session.add(row)
        session.flush()
        return _read(row)

    @transaction
    def update(
        self, session: Session, schedule: ScheduleId, plan: Plan, *, remind: bool, seen: datetime
    ) -> ScheduleRecord:
        """Give it another plan; what its new times had called for before `seen` is nobody's business.

        Raises:
            NameInUse: the space has a schedule of that name.
            NotFound: kind schedule.
        """
        row = _row(session, schedule)
        _check_name(session, SpaceName(row.space), plan.name, schedule)
        for field, value in _dump(plan).items():
            setattr(row, field, value)
        row.remind, row.last_seen = remind, seen
        return _read(row)

    @transaction
    def remove(self, session: Session, schedule: ScheduleId) -> None:
        """Delete it with its marks; its stream stays.

        Raises:
            NotFound: kind schedule.
        """
        session.delete(_row(session, schedule))

    @query
    def marks(self, session: Session, schedule: ScheduleId, since: datetime) -> dict[str, Mark]:
        """Return what is known of its runs that began at `since` or later, by key."""
        known = select(tables.ScheduledRun).where(
            tables.ScheduledRun.schedule_id == schedule, tables.ScheduledRun.start >= since
        )
        return {row.key: Mark(row.mark) for row in session.exec(known)}

    @transaction
    def saw(self, session: Session, schedule: ScheduleId, now: datetime, missed: Sequence[ScheduledRun]) -> None:
        """Note that it was looked at, and which runs were found to be missed; marks of long ago are dropped.

        Raises:
            NotFound: kind schedule.
        """
        _row(session, schedule).last_seen = now
        for run in missed:
            put_mark(session, run, Mark.MISSED)
        old = (col(tables.ScheduledRun.schedule_id) == schedule, col(tables.ScheduledRun.start) < now - MARKS_KEPT)
        newest = select(sa.func.max(tables.ScheduledRun.start)).where(tables.ScheduledRun.schedule_id == schedule)
        session.exec(
            sa.delete(tables.ScheduledRun).where(*old, col(tables.ScheduledRun.start) < newest.scalar_subquery())
        )

    @transaction
    def join(self, session: Session, run: ScheduledRun) -> None:
        """Note that its stream ran already when this run began, and goes on in it.

        Raises:
            RanAlready, NotFound: as of `core.store.marks.mark_ran`.
        """
        mark_ran(session, run)

    @transaction
    def skip(self, session: Session, run: ScheduledRun) -> None:
        """Note that a person told this run not to start.

        Raises:
            RanAlready, NotFound: as of `core.store.marks.mark_ran`.
        """
        mark_ran(session, run)
        put_mark(session, run, Mark.STOPPED)

    @transaction
    def looked_ahead(self, session: Session, schedule: ScheduleId, looked: Looked) -> None:
        """Note that a run was looked ahead at, and what was found.

        Raises:
            NotFound: kind schedule.
        """
        _row(session, schedule).checked = looked_to_text(looked)

    @query
    def streams(self, session: Session, space: SpaceName) -> set[StreamId]:
        """Return the space's streams that have schedules."""
        wanted = select(tables.Schedule.stream_id).where(tables.Schedule.space == space)
        return {StreamId(stream) for stream in session.exec(wanted)}


def _row(session: Session, schedule: ScheduleId) -> tables.Schedule:
    return get_row(session, tables.Schedule, schedule, "schedule")


def _check_name(session: Session, space: SpaceName, name: str, own: ScheduleId | None = None) -> None:
    others = session.exec(select(tables.Schedule).where(tables.Schedule.space == space))
    if any(fold(other.name) == fold(name) for other in others if other.id != own):
        raise NameInUse("schedule", name)


def _dump(plan: Plan) -> dict[str, Any]:
    return {
        "name": plan.name,
        "repeat": repeat_to_text(plan.repeat),
        "start": start_to_text(plan.start),
        "zone": plan.zone,
        "length": length_to_text(plan.length),
        "missed": plan.missed.value,
        "paused": plan.paused,
        "since": plan.since,
    }


def _readable(rows: Iterable[tables.Schedule]) -> Iterator[ScheduleRecord]:
    """Yield what can be read: a zone that the host no longer knows must not take the other schedules along."""
    for row in rows:
        try:
            yield _read(row)
        except (PlanError, ValueError) as error:
            log.warning("schedule %s can't be read and does not run: %s", row.id, error)


def _read(row: tables.Schedule) -> ScheduleRecord:
    schedule = ScheduleId(get_id(row))
    plan = Plan(
        id=str(schedule),
        repeat=repeat_from_text(row.repeat),
        start=start_from_text(row.start),
        zone=row.zone,
        length=length_from_text(row.length),
        missed=IfMissed(row.missed),
        paused=row.paused,
        name=row.name,
        since=row.since,
    )
    return ScheduleRecord(
        id=schedule,
        space=SpaceName(row.space),
        stream=StreamId(row.stream_id),
        plan=plan,
        remind=row.remind,
        unfit=row.unfit,
        created_by=UserId(row.created_by),
        last_seen=row.last_seen,
        looked=looked_from_text(row.checked),
    )
