"""The outbox: what chats are to be told stands here before it is sent, and until long after; it sends nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlmodel import col, select

from core.events import OutputWentDark
from core.model import SpaceName, StreamId
from core.push import ChatRef, NewNote, Note
from core.store import tables
from core.store.database import Repository, query, transaction
from core.store.rows import get_id

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlmodel import Session

MAX_PENDING: Final = 1000  # of one chat
MAX_KEPT: Final = 20_000


class Outbox(Repository):
    """Notes of all spaces to all chats."""

    @transaction
    def add(self, session: Session, notes: Sequence[NewNote]) -> None:
        """Add them, in order, all or none."""
        for note in notes:
            session.add(_row(note))
            session.flush()  # one by one: ids in the order in which it happened

    @transaction
    def add_once(self, session: Session, note: NewNote) -> bool:
        """Add it unless the chat has one about the same, delivered or not; return whether it was added."""
        same = select(tables.Outbox.id).where(*_at(note.chat), tables.Outbox.about == note.about).limit(1)
        if session.exec(same).first() is not None:
            return False
        session.add(_row(note))
        return True

    @query
    def dark_causes(self, session: Session, space: SpaceName, since: datetime) -> dict[StreamId, list[str]]:
        """Return why each of the space's streams went dark since, as codes, as far as any chat was told."""
        box = tables.Outbox
        told = select(box.body).where(box.space == space, box.kind == OutputWentDark.__name__, box.at >= since)
        found: dict[StreamId, list[str]] = {}
        for body in session.exec(told.distinct()):
            values = json.loads(body)
            if values.get("cause"):
                found.setdefault(StreamId(values["stream"]), []).append(values["cause"])
        return found

    @query
    def waiting(self, session: Session) -> list[ChatRef]:
        """Return the chats that are still to be told something."""
        box = tables.Outbox
        found = session.exec(select(box.platform, box.chat, box.thread).where(*_pending()).distinct())
        return [ChatRef(*place) for place in found]

    @query
    def pending(self, session: Session, chat: ChatRef, limit: int = MAX_PENDING) -> list[Note]:
        """Return what the chat is to be told, oldest first."""
        wanted = select(tables.Outbox).where(*_at(chat), *_pending()).order_by(col(tables.Outbox.id)).limit(limit)
        return [_read(row) for row in session.exec(wanted)]

    @query
    def told(self, session: Session, chat: ChatRef, abouts: Collection[str], since: datetime) -> list[Note]:
        """Return all that stands in those of the chat's messages that tell about one of these, or of what was since."""
        box = tables.Outbox
        meant = sa.or_(col(box.about).in_(abouts), col(box.at) >= since)
        messages = select(box.message).where(*_at(chat), meant, col(box.message).is_not(None))
        wanted = select(box).where(*_at(chat), col(box.message).in_(messages)).order_by(col(box.id))
        return [_read(row) for row in session.exec(wanted)]

    @transaction
    def deliver(self, session: Session, notes: Collection[int], message: str | None, at: datetime) -> None:
        """Note that they were told, in this message; None: that there was no more need to."""
        theirs = sa.update(tables.Outbox).where(col(tables.Outbox.id).in_(notes))
        session.exec(theirs.values(delivered_at=at, message=message))

    @transaction
    def send_elsewhere(self, session: Session, old: ChatRef, new: Collection[ChatRef]) -> None:
        """Put what a closed chat was still to be told into others; with none it is dropped."""
        for row in session.exec(select(tables.Outbox).where(*_at(old), *_pending()).order_by(col(tables.Outbox.id))):
            for chat in new:
                copy = row.model_dump(exclude={"id", "platform", "chat", "thread"})
                session.add(tables.Outbox(platform=chat.platform, chat=chat.chat, thread=chat.thread, **copy))
            session.delete(row)
            session.flush()

    @transaction
    def prune(self, session: Session, before: datetime, keep: int = MAX_KEPT) -> int:
        """Delete what was delivered before, and the oldest beyond `keep` in all; return how many."""
        newest = select(tables.Outbox.id).order_by(col(tables.Outbox.id).desc()).limit(keep)
        old = sa.or_(col(tables.Outbox.delivered_at) < before, col(tables.Outbox.id).not_in(newest))
        return session.exec(sa.delete(tables.Outbox).where(old)).rowcount


def _row(note: NewNote) -> tables.Outbox:
    return tables.Outbox(
        platform=note.chat.platform,
        chat=note.chat.chat,
        thread=note.chat.thread,
        space=note.space,
        at=note.at,
        kind=note.kind,
        body=note.body,
        about=note.about,
    )


def _at(chat: ChatRef) -> list[sa.ColumnElement[bool]]:
    box = tables.Outbox
    return [col(box.platform) == chat.platform, col(box.chat) == chat.chat, col(box.thread) == chat.thread]


def _pending() -> list[sa.ColumnElement[bool]]:
    return [col(tables.Outbox.delivered_at).is_(None)]


def _read(row: tables.Outbox) -> Note:
    return Note(
        id=get_id(row),
        chat=ChatRef(row.platform, row.chat, row.thread),
        space=SpaceName(row.space),
        at=row.at,
        kind=row.kind,
        body=row.body,
        about=row.about,
        delivered_at=row.delivered_at,
        message=row.message,
    )
