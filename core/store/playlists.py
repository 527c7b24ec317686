"""Playlists and the order of their items."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlmodel import col, select

from core.errors import InUse, NameInUse, NotFound
from core.model import MediaId, Playlist, PlaylistId, SpaceName
from core.names import fold
from core.store import tables
from core.store.database import Repository, query, transaction
from core.store.rows import get_row, read_playlist

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel import Session


class Playlists(Repository):
    """Playlists of all spaces; a name is unique in its space, whatever its case."""

    @query
    def all(self, session: Session, space: SpaceName) -> list[Playlist]:
        """Return the space's playlists by name."""
        rows = session.exec(
            select(tables.Playlist).where(tables.Playlist.space == space).order_by(tables.Playlist.name)
        )
        return [read_playlist(session, row) for row in rows]

    @query
    def get(self, session: Session, playlist: PlaylistId) -> Playlist:
        """Return one.

        Raises:
            NotFound: kind playlist.
        """
        return read_playlist(session, _row(session, playlist))

    @transaction
    def create(self, session: Session, space: SpaceName, name: str) -> Playlist:
        """Add an empty one.

        Raises:
            NameInUse: the space has one of that name.
        """
        _check_name(session, space, name, None)
        row = tables.Playlist(space=space, name=name)
        session.add(row)
        session.flush()
        return read_playlist(session, row)

    @transaction
    def set_items(self, session: Session, playlist: PlaylistId, items: Sequence[MediaId]) -> Playlist:
        """Replace all items by these, in this order; the same one may come more than once.

        Raises:
            NotFound: the playlist, or an item of its space.
        """
        row = _row(session, playlist)
        for media in set(items):
            if get_row(session, tables.Media, media, "media").space != row.space:
                raise NotFound("media", str(media))
        session.exec(sa.delete(tables.PlaylistItem).where(col(tables.PlaylistItem.playlist_id) == playlist))
        for position, media in enumerate(items):
            session.add(tables.PlaylistItem(playlist_id=playlist, position=position, media_id=media))
        session.flush()
        return read_playlist(session, row)

    @transaction
    def rename(self, session: Session, playlist: PlaylistId, name: str) -> Playlist:
        """Call it otherwise; streams that play it go on doing so, under its new name.

        Raises:
            NameInUse: another one of the space has that name.
            NotFound: kind playlist.
        """
        row = _row(session, playlist)
        _check_name(session, SpaceName(row.space), name, row.id)
        row.name = name
        session.exec(
            sa.update(tables.Stream).where(col(tables.Stream.playlist_id) == playlist).values(source_name=name)
        )
        return read_playlist(session, row)

    @transaction
    def remove(self, session: Session, playlist: PlaylistId) -> None:
        """Delete it; the media stay.

        Raises:
            InUse: streams play it; `by` names them.
            NotFound: kind playlist.
        """
        row = _row(session, playlist)
        users = session.exec(
            select(tables.Stream.name).where(tables.Stream.playlist_id == playlist).order_by(tables.Stream.name)
        ).all()
        if users:
            raise InUse("playlist", row.name, tuple(users))
        session.delete(row)


def _row(session: Session, playlist: PlaylistId) -> tables.Playlist:
    return get_row(session, tables.Playlist, playlist, "playlist")


def _check_name(session: Session, space: SpaceName, name: str, own_id: int | None) -> None:
    others = session.exec(select(tables.Playlist.id, tables.Playlist.name).where(tables.Playlist.space == space))
    if any(fold(other) == fold(name) for other_id, other in others if other_id != own_id):
        raise NameInUse("playlist", name)
