"""Destinations with their keys as they were sealed; nothing here can open one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import col, select

from core.errors import InUse, KeyExists, NameInUse
from core.model import Destination, DestinationId, Platform, SpaceName
from core.names import fold
from core.store import tables
from core.store.database import Repository, query, transaction
from core.store.rows import get_row, read_destination

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlmodel import Session


class Destinations(Repository):
    """Destinations of all spaces; a name is unique in its space, whatever its case, and so is a lock."""

    @query
    def all(self, session: Session, space: SpaceName) -> list[Destination]:
        """Return the space's destinations by name."""
        own = select(tables.Destination).where(tables.Destination.space == space)
        return [read_destination(row) for row in session.exec(own.order_by(tables.Destination.name))]

    @query
    def get(self, session: Session, destination: DestinationId) -> Destination:
        """Return one.

        Raises:
            NotFound: kind destination.
        """
        return read_destination(_row(session, destination))

    @transaction
    def add(
        self,
        session: Session,
        space: SpaceName,
        name: str,
        platform: Platform,
        url: str,
        sealed_key: str,
        lock: str,
    ) -> Destination:
        """Add one; never overwrites.

        Raises:
            NameInUse: the space has one of that name.
            KeyExists: the space has one with that lock.
        """
        _check_name(session, space, name)
        _check_lock(session, space, lock, None)
        row = tables.Destination(space=space, name=name, platform=platform, url=url, sealed_key=sealed_key, lock=lock)
        session.add(row)
        session.flush()
        return read_destination(row)

    @query
    def sealed_key(self, session: Session, destination: DestinationId) -> str:
        """Return its key, sealed.

        Raises:
            NotFound: kind destination.
        """
        return _row(session, destination).sealed_key

    @query
    def sealed_keys(self, session: Session) -> list[str]:
        """Return the keys of all spaces, sealed: for whoever holds a key file against them."""
        return list(session.exec(select(tables.Destination.sealed_key).order_by(col(tables.Destination.id))))

    @transaction
    def set_key(self, session: Session, destination: DestinationId, sealed_key: str, lock: str) -> Destination:
        """Give it another key.

        Raises:
            KeyExists: another one of the space has that lock.
            NotFound: kind destination.
        """
        row = _row(session, destination)
        _check_lock(session, SpaceName(row.space), lock, row.id)
        row.sealed_key, row.lock = sealed_key, lock
        return read_destination(row)

    @transaction
    def remove(self, session: Session, destination: DestinationId) -> None:
        """Delete it.

        Raises:
            InUse: streams go there, running or not; `by` names them.
            NotFound: kind destination.
        """
        row = _row(session, destination)
        link = tables.StreamDestination
        going = select(link.stream_id).where(link.destination_id == destination)
        users = session.exec(
            select(tables.Stream.name).where(col(tables.Stream.id).in_(going)).order_by(tables.Stream.name)
        ).all()
        if users:
            raise InUse("destination", row.name, tuple(users))
        session.delete(row)

    @transaction
    def reseal(self, session: Session, seal_again: Callable[[str], str]) -> int:
        """Put what `seal_again` makes of each sealed key in its place, all or none; return how many."""
        rows = session.exec(select(tables.Destination)).all()
        for row in rows:
            row.sealed_key = seal_again(row.sealed_key)
        return len(rows)

    @transaction
    def relock(self, session: Session, lock_of: Callable[[str, str], str]) -> list[str]:
        """Put what `lock_of` makes of each address and sealed key in its lock's place.

        Where two of a space would have one lock then, the later keeps its own; return the names of those.
        """
        kept = []
        for row in session.exec(select(tables.Destination).order_by(col(tables.Destination.id))):
            lock = lock_of(row.url, row.sealed_key)
            same = select(tables.Destination.id).where(
                tables.Destination.space == row.space, tables.Destination.lock == lock
            )
            if row.lock == lock:
                continue
            if session.exec(same).first() is None:
                row.lock = lock
                session.flush()
            else:
                kept.append(row.name)
        return kept


def _row(session: Session, destination: DestinationId) -> tables.Destination:
    return get_row(session, tables.Destination, destination, "destination")


def _check_name(session: Session, space: SpaceName, name: str) -> None:
    names = session.exec(select(tables.Destination.name).where(tables.Destination.space == space))
    if any(fold(other) == fold(name) for other in names):
        raise NameInUse("destination", name)


def _check_lock(session: Session, space: SpaceName, lock: str, own_id: int | None) -> None:
    same = select(tables.Destination).where(tables.Destination.space == space, tables.Destination.lock == lock)
    other = session.exec(same).one_or_none()
    if other is not None and other.id != own_id:
        raise KeyExists(other.name)
