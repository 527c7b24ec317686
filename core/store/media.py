"""What is known of the library's files; the files themselves are `core.media`'s business."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlmodel import col, select

from core.errors import InUse, NameInUse
from core.media.naming import call_files
from core.store import tables
from core.store.database import Repository, query, transaction
from core.store.rows import dump_probe, get_row, read_media

if TYPE_CHECKING:
    from sqlmodel import Session

    from core.model import MediaId, MediaItem, Probe, SpaceName, UserId


class Media(Repository):
    """Media of all spaces; a name is a file's name and unique in its space, to the letter."""

    @query
    def all(self, session: Session, space: SpaceName) -> list[MediaItem]:
        """Return the space's media by name."""
        rows = session.exec(select(tables.Media).where(tables.Media.space == space).order_by(tables.Media.name))
        return [read_media(row) for row in rows]

    @query
    def get(self, session: Session, media: MediaId) -> MediaItem:
        """Return one.

        Raises:
            NotFound: kind media.
        """
        return read_media(_row(session, media))

    @transaction
    def put(
        self,
        session: Session,
        space: SpaceName,
        name: str,
        size_bytes: int,
        modified_ns: int,
        probe: Probe | None,
        problem: str | None,
        owner: UserId | None = None,
    ) -> MediaItem:
        """Note what a file is, anew or again; without `owner` the one that it had stays."""
        known = select(tables.Media).where(tables.Media.space == space, tables.Media.name == name)
        row = session.exec(known).one_or_none()
        if row is None:
            row = tables.Media(space=space, name=name, size_bytes=size_bytes, modified_ns=modified_ns)
        row.size_bytes, row.modified_ns = size_bytes, modified_ns
        row.probe, row.problem = dump_probe(probe), problem
        row.owner_id = row.owner_id if owner is None else owner
        session.add(row)
        session.flush()
        return read_media(row)

    @transaction
    def rename(self, session: Session, media: MediaId, name: str) -> MediaItem:
        """Call it otherwise; streams that play it go on doing so, under its new name.

        Raises:
            NameInUse: another one of the space has that name.
            NotFound: kind media.
        """
        row = _row(session, media)
        others = session.exec(
            select(tables.Media.name).where(tables.Media.space == row.space, tables.Media.id != media)
        ).all()
        if name in others:
            raise NameInUse("media", name)
        row.name = name
        called = call_files([*others, name])[name]
        session.exec(sa.update(tables.Stream).where(col(tables.Stream.media_id) == media).values(source_name=called))
        return read_media(row)

    @transaction
    def remove(self, session: Session, media: MediaId) -> None:
        """Forget it.

        Raises:
            InUse: playlists hold it, or streams play it; `by` names them.
            NotFound: kind media.
        """
        row = _row(session, media)
        users = (*_playlists_with(session, media), *_streams_with(session, media))
        if users:
            raise InUse("media", row.name, users)
        session.delete(row)

    @query
    def used_bytes(self, session: Session, user: UserId) -> int:
        """Return how much this person's files take, in all spaces."""
        total = select(sa.func.coalesce(sa.func.sum(tables.Media.size_bytes), 0)).where(tables.Media.owner_id == user)
        return int(session.exec(total).one())


def _row(session: Session, media: MediaId) -> tables.Media:
    return get_row(session, tables.Media, media, "media")


def _playlists_with(session: Session, media: MediaId) -> tuple[str, ...]:
    held = select(tables.PlaylistItem.playlist_id).where(tables.PlaylistItem.media_id == media)
    names = select(tables.Playlist.name).where(col(tables.Playlist.id).in_(held)).order_by(tables.Playlist.name)
    return tuple(session.exec(names))


def _streams_with(session: Session, media: MediaId) -> tuple[str, ...]:
    return tuple(
        session.exec(select(tables.Stream.name).where(tables.Stream.media_id == media).order_by(tables.Stream.name))
    )
