"""Streams as they are wanted: what each is, and whether it shall run; what runs is the engine's business."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlmodel import col, select

from core.errors import NameInUse, NotFound
from core.model import (
    DestinationId,
    Mode,
    NewRun,
    RunId,
    RunRecord,
    SourceKind,
    SpaceName,
    StreamId,
    StreamRecord,
    StreamSpec,
    Thresholds,
    UserId,
)
from core.store import tables
from core.store.database import query, transaction
from core.store.marks import mark_ran
from core.store.rows import get_id, get_row, read_run, read_source
from core.store.runs import Runs, abandon_run, open_run

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session


class Streams(Runs):
    """Streams of all spaces, and their runs."""

    @query
    def all(self, session: Session, space: SpaceName | None = None) -> list[StreamRecord]:
        """Return the streams of a space, or of all, by name."""
        wanted = select(tables.Stream).order_by(tables.Stream.name)
        if space is not None:
            wanted = wanted.where(tables.Stream.space == space)
        return [_read(session, row) for row in session.exec(wanted)]

    @query
    def get(self, session: Session, stream: StreamId) -> StreamRecord:
        """Return one.

        Raises:
            NotFound: kind stream.
        """
        return _read(session, _row(session, stream))

    @transaction
    def begin(self, session: Session, order: NewRun) -> tuple[StreamRecord, RunRecord]:
        """Make it wanted and open its run: both or neither; when this returns, both survive any crash.

        A run of it that is still open, as a crash may leave one, ends as `failed` for the cause `gone`.

        Raises:
            NameInUse: another stream of the space has that name.
            NotFound: the stream, its source, a destination or the person isn't there, or is another space's.
            RanAlready: it is a schedule's run, and that was started before.
        """
        row = _settle_row(session, order)
        row.wanted, row.held = True, False
        row.started_by, row.ends_at = order.started_by, order.ends_at
        _describe(session, row, order.name, order.spec)
        if order.scheduled is not None:
            mark_ran(session, order.scheduled)
        run = open_run(session, get_id(row), order)
        return _read(session, row), read_run(run)

    @transaction
    def set_wanted(self, session: Session, stream: StreamId, wanted: bool) -> None:
        """Note whether it shall run.

        Raises:
            NotFound: kind stream.
        """
        _row(session, stream).wanted = wanted

    @transaction
    def unwish_all(self, session: Session) -> int:
        """Note that no stream of any space shall run, and return of how many that was news."""
        wanted = session.exec(select(tables.Stream).where(col(tables.Stream.wanted))).all()
        for row in wanted:
            row.wanted = False
        return len(wanted)

    @transaction
    def set_held(self, session: Session, stream: StreamId, held: bool) -> None:
        """Note whether it waits for /resume, though it is wanted.

        Raises:
            NotFound: kind stream.
        """
        _row(session, stream).held = held

    @transaction
    def set_ends_at(self, session: Session, stream: StreamId, ends_at: datetime | None) -> None:
        """Set or lift the moment at which it shall stop.

        Raises:
            NotFound: kind stream.
        """
        _row(session, stream).ends_at = ends_at

    @transaction
    def update(
        self,
        session: Session,
        stream: StreamId,
        *,
        name: str | None = None,
        spec: StreamSpec | None = None,
        thresholds: Thresholds | None = None,
    ) -> StreamRecord:
        """Change what it is called, what it is or its thresholds; the runs that it had keep the name that they had.

        Raises:
            NameInUse: another stream of the space has that name.
            NotFound: the stream, its source or a destination isn't there.
        """
        row = _row(session, stream)
        _describe(session, row, name or row.name, spec)
        if thresholds is not None:
            row.cpu_percent, row.memory_mib = thresholds.cpu_percent, thresholds.memory_mib
        return _read(session, row)

    @transaction
    def forget(self, session: Session, stream: StreamId, at: datetime) -> None:
        """Remove it; its runs stay in the history. One that a crash left open ends at `at`.

        Raises:
            NotFound: kind stream.
        """
        session.delete(_row(session, stream))
        runs = select(tables.Run).where(tables.Run.stream_id == stream, col(tables.Run.ended_at).is_(None))
        for run in session.exec(runs):
            abandon_run(run, at)


def define_stream(session: Session, order: NewRun) -> int:
    """Store what a stream is without having it run; return its id. Its errors are those of `begin`."""
    row = _settle_row(session, order)
    if order.stream is None:
        row.wanted = False
    _describe(session, row, order.name, order.spec)
    return get_id(row)


def _settle_row(session: Session, order: NewRun) -> tables.Stream:
    get_row(session, tables.User, order.started_by, "user")
    row = _new_row(order) if order.stream is None else _row(session, order.stream)
    if row.space != order.space:
        raise NotFound("stream", order.name)
    return row


def _row(session: Session, stream: StreamId) -> tables.Stream:
    return get_row(session, tables.Stream, stream, "stream")


def _new_row(order: NewRun) -> tables.Stream:
    return tables.Stream(
        space=order.space,
        name=order.name,
        source_name=order.source_name,
        mode=order.spec.mode,
        loop=order.spec.loop,
        wanted=True,
        held=False,
        started_by=order.started_by,
    )


def _describe(session: Session, row: tables.Stream, name: str, spec: StreamSpec | None) -> None:
    other = session.exec(select(tables.Stream.id).where(tables.Stream.space == row.space, tables.Stream.name == name))
    if any(found != row.id for found in other):
        raise NameInUse("stream", name)
    row.name = name
    if spec is not None:
        _specify(session, row, spec)


def _specify(session: Session, row: tables.Stream, spec: StreamSpec) -> None:
    is_media = spec.source.kind is SourceKind.MEDIA
    _check_place(session, tables.Media if is_media else tables.Playlist, row.space, spec.source.id, "source")
    for destination in spec.destinations:
        _check_place(session, tables.Destination, row.space, destination, "destination")
    row.media_id = spec.source.id if is_media else None
    row.playlist_id = None if is_media else spec.source.id
    row.source_name, row.mode, row.loop = spec.source.name, spec.mode, spec.loop
    row.quality, row.rotate_s = spec.quality, spec.rotate_s
    session.add(row)
    session.flush()
    _send_to(session, get_id(row), spec.destinations)


def _check_place(
    session: Session,
    table: type[tables.Media | tables.Playlist | tables.Destination],
    space: str,
    row_id: int,
    kind: str,
) -> None:
    if get_row(session, table, row_id, kind).space != space:
        raise NotFound(kind, str(row_id))


def _send_to(session: Session, stream: int, destinations: tuple[DestinationId, ...]) -> None:
    link = tables.StreamDestination
    session.exec(sa.delete(link).where(col(link.stream_id) == stream))
    for position, destination in enumerate(destinations):
        session.add(link(stream_id=stream, position=position, destination_id=destination))
    session.flush()


def _read(session: Session, row: tables.Stream) -> StreamRecord:
    stream = get_id(row)
    link = tables.StreamDestination
    places = session.exec(select(link.destination_id).where(link.stream_id == stream).order_by(col(link.position)))
    last_run = session.exec(select(sa.func.max(tables.Run.id)).where(tables.Run.stream_id == stream)).one()
    return StreamRecord(
        id=StreamId(stream),
        space=SpaceName(row.space),
        name=row.name,
        spec=StreamSpec(
            source=read_source(row),
            destinations=tuple(DestinationId(place) for place in places),
            mode=Mode(row.mode),
            loop=row.loop,
            quality=row.quality,
            rotate_s=row.rotate_s,
        ),
        wanted=row.wanted,
        held=row.held,
        started_by=UserId(row.started_by),
        ends_at=row.ends_at,
        run=None if last_run is None else RunId(last_run),
        thresholds=Thresholds(row.cpu_percent, row.memory_mib),
    )
