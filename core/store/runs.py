"""The history of runs: opened by an order, saved on the way, ended once; it outlives the streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlmodel import col, select

from core.model import CauseCode, NewRun, Outcome, RunEnd, RunId, RunRecord, SpaceName, StreamId
from core.store import tables
from core.store.database import Database, Repository, query, transaction
from core.store.rows import clean_text, dump_troubles, get_row, read_run

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

    from core.streams.keeping import Progress

PAST_RUNS: Final = 3  # `logs.past_runs`
MAX_LISTED: Final = 1000


class Runs(Repository):
    """Runs of all spaces. Log tails are kept with the newest `past_runs` ended runs of each stream."""

    def __init__(self, database: Database, *, past_runs: int = PAST_RUNS) -> None:
        super().__init__(database)
        self._past_runs = past_runs

    @query
    def runs(
        self, session: Session, space: SpaceName, stream: StreamId | None = None, limit: int = 20
    ) -> list[RunRecord]:
        """Return runs of a space, or of one stream in it, newest first; also of streams that were forgotten."""
        wanted = select(tables.Run).where(tables.Run.space == space)
        if stream is not None:
            wanted = wanted.where(tables.Run.stream_id == stream)
        newest = wanted.order_by(col(tables.Run.id).desc()).limit(max(0, min(limit, MAX_LISTED)))
        return [read_run(row) for row in session.exec(newest)]

    @query
    def runs_since(self, session: Session, space: SpaceName, since: datetime) -> list[RunRecord]:
        """Return the space's runs that have not ended before, oldest first; the newest `MAX_LISTED` of them."""
        run = tables.Run
        lasted = sa.or_(col(run.ended_at).is_(None), col(run.ended_at) >= since)
        newest = select(run).where(run.space == space, lasted).order_by(col(run.id).desc()).limit(MAX_LISTED)
        return [read_run(row) for row in session.exec(newest)][::-1]

    @query
    def last_runs(self, session: Session, space: SpaceName) -> dict[StreamId, RunRecord]:
        """Return the newest run of each of the space's streams that ever ran."""
        newest = select(sa.func.max(tables.Run.id)).where(tables.Run.space == space).group_by(col(tables.Run.stream_id))
        rows = session.exec(select(tables.Run).where(col(tables.Run.id).in_(newest)))
        return {run.stream: run for run in map(read_run, rows)}

    @query
    def run(self, session: Session, run: RunId) -> RunRecord:
        """Return one run.

        Raises:
            NotFound: kind run.
        """
        return read_run(get_row(session, tables.Run, run, "run"))

    @query
    def open_runs(self, session: Session) -> list[RunRecord]:
        """Return the runs of all spaces that have not ended, oldest first."""
        still_open = select(tables.Run).where(col(tables.Run.ended_at).is_(None)).order_by(col(tables.Run.id))
        return [read_run(row) for row in session.exec(still_open)]

    @transaction
    def save_progress(self, session: Session, run: RunId, progress: Progress) -> None:
        """Note how far an open run has come, so that a crash loses little of it; an ended one stays."""
        over = progress.over
        session.exec(
            sa.update(tables.Run)
            .where(col(tables.Run.id) == run, col(tables.Run.ended_at).is_(None))
            .values(
                saved_at=progress.at,
                attempts=over.attempts,
                planned_breaks=over.planned_breaks,
                dark_s=over.dark_s,
                bytes_sent=over.bytes_sent,
                troubles=dump_troubles(progress.troubles),
            )
        )

    @transaction
    def describe_run(self, session: Session, run: RunId, source_name: str, destination_names: str) -> None:
        """Note what a run plays, and where it goes, from now on.

        Raises:
            NotFound: kind run.
        """
        row = get_row(session, tables.Run, run, "run")
        row.source_name, row.destination_names = source_name, destination_names

    @transaction
    def end_run(self, session: Session, run: RunId, end: RunEnd) -> RunRecord:
        """Close a run, and with it the wish for its stream; a run that has ended stays as it is.

        Raises:
            NotFound: kind run.
        """
        row = get_row(session, tables.Run, run, "run")
        if row.ended_at is None:
            close_run(row, end)
            stream = session.get(tables.Stream, row.stream_id)
            if stream is not None:
                stream.wanted = False
            session.flush()
            self._drop_old_logs(session, row.stream_id)
        return read_run(row)

    @transaction
    def prune(self, session: Session, before: datetime, most: int = MAX_LISTED) -> int:
        """Delete the oldest runs that ended before, at most so many at once; return how many.

        The last run of a stream that still exists stays: its card tells how it ended.
        """
        run = tables.Run
        existing = col(run.stream_id).in_(select(tables.Stream.id))
        last = select(sa.func.max(run.id)).where(existing).group_by(col(run.stream_id))
        over = (col(run.ended_at) < before, col(run.id).not_in(last))
        old = select(run.id).where(*over).order_by(col(run.id)).limit(most)
        return session.exec(sa.delete(run).where(col(run.id).in_(old))).rowcount

    def _drop_old_logs(self, session: Session, stream: int) -> None:
        run = tables.Run
        ended = select(run.id).where(run.stream_id == stream, col(run.ended_at).is_not(None))
        kept = ended.order_by(col(run.id).desc()).limit(self._past_runs)
        session.exec(
            sa.update(run)
            .where(col(run.stream_id) == stream, col(run.log_tail) != "", col(run.ended_at).is_not(None))
            .where(col(run.id).not_in(kept))
            .values(log_tail="")
        )


def close_run(row: tables.Run, end: RunEnd) -> None:
    """Write how it ended into an open run's row."""
    row.ended_at = end.ended_at
    row.ended_by = end.ended_by
    row.outcome = end.outcome
    row.cause = end.cause.code if end.cause else None
    row.cause_detail = clean_text(end.cause.detail) if end.cause and end.cause.detail else None
    row.attempts = end.attempts
    row.planned_breaks = end.planned_breaks
    row.dark_s = end.dark_s
    row.bytes_sent = end.bytes_sent
    row.troubles = None
    row.log_tail = clean_text("\n".join(line.replace("\n", " ") for line in end.log_tail))


def open_run(session: Session, stream: int, order: NewRun) -> tables.Run:
    """Add a run for a stream; one that a crash left open ends first, as nobody saw how."""
    left = session.exec(select(tables.Run).where(tables.Run.stream_id == stream, col(tables.Run.ended_at).is_(None)))
    for row in left:
        abandon_run(row, order.started_at)
    session.flush()
    row = tables.Run(
        stream_id=stream,
        space=order.space,
        stream_name=order.name,
        source_name=order.source_name,
        destination_names=order.destination_names,
        mode=order.spec.mode,
        started_at=order.started_at,
        started_by=order.started_by,
    )
    session.add(row)
    session.flush()
    return row


def abandon_run(row: tables.Run, at: datetime) -> None:
    """End a run of which nobody saw the end."""
    row.dark_s, row.troubles = read_run(row).dark_until(at), None
    row.ended_at = at
    row.outcome = Outcome.FAILED
    row.cause = CauseCode.GONE
