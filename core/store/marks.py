"""What became of each run of a schedule: written once with what it tells of, in one transaction; it starts nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.schedule.due import DONE, Mark
from core.schedule.errors import RanAlready
from core.store import tables
from core.store.rows import get_row

if TYPE_CHECKING:
    from sqlmodel import Session

    from core.model import ScheduledRun


def mark_ran(session: Session, run: ScheduledRun) -> None:
    """Note that a run is started in this very transaction.

    Raises:
        RanAlready: it was, or a person told it not to start.
        NotFound: kind schedule; it was deleted meanwhile.
    """
    get_row(session, tables.Schedule, run.schedule, "schedule")
    row = session.get(tables.ScheduledRun, (run.schedule, run.key))
    if row is not None and Mark(row.mark) in DONE:
        raise RanAlready(run.key)
    put_mark(session, run, Mark.RAN)


def put_mark(session: Session, run: ScheduledRun, mark: Mark) -> None:
    """Note what became of a run, in place of what was known of it."""
    session.merge(tables.ScheduledRun(schedule_id=run.schedule, key=run.key, start=run.start, mark=mark.value))
