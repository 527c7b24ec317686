"""Chats that are told things unasked, and the messages in them that are kept up to date; it tells nobody anything."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlmodel import col, select

from core.model import SpaceName, StreamId, UserId
from core.push import AlertChat, ChatRef, Home, ImportMessage, Level, Reader, Shown
from core.store import tables
from core.store.database import Repository, query, transaction

if TYPE_CHECKING:
    from sqlmodel import Session

BOARD: Final = 0  # a board's `stream_id`
_MOVABLE: Final = (tables.AlertChat, tables.StreamHome, tables.Outbox)


class Chats(Repository):
    """Alert chats, streams' home chats, cards and boards of all spaces."""

    @query
    def find(self, session: Session, chat: ChatRef) -> AlertChat | None:
        """Return what the chat said about alerts, None where it never said anything."""
        row = session.get(tables.AlertChat, _key(chat))
        return None if row is None else _read_alert_chat(row)

    @query
    def of_space(self, session: Session, space: SpaceName) -> list[AlertChat]:
        """Return all chats of the space that ever said something about alerts."""
        return [_read_alert_chat(row) for row in session.exec(select(tables.AlertChat).filter_by(space=space))]

    @query
    def wanting_report(self, session: Session) -> list[AlertChat]:
        """Return the chats of all spaces that want the daily report."""
        said = [_read_alert_chat(row) for row in session.exec(select(tables.AlertChat))]
        return [chat for chat in said if chat.wants_report]

    @transaction
    def put(self, session: Session, chat: AlertChat) -> None:
        """Note what a chat said, in place of what it said before."""
        quiet_from, quiet_until = chat.quiet or (None, None)
        session.merge(
            tables.AlertChat(
                **_place(chat.chat),
                **_reader(chat.reader),
                space=chat.space,
                wanted=chat.wanted,
                level=chat.level.value,
                muted_until=chat.muted_until,
                quiet_from=quiet_from,
                quiet_until=quiet_until,
                zone=chat.reader.zone,
                reports=chat.reports,
                report_at=chat.report_at,
                reports_from=chat.reports_from,
            )
        )

    @transaction
    def set_home(self, session: Session, home: Home) -> None:
        """Note where a stream was started; one that was forgotten meanwhile has no home."""
        if session.get(tables.Stream, home.stream) is not None:
            session.merge(tables.StreamHome(stream_id=home.stream, **_place(home.chat), **_reader(home.reader)))

    @query
    def home(self, session: Session, stream: StreamId) -> Home | None:
        """Return where a stream was started last, None where nobody knows."""
        row = session.get(tables.StreamHome, stream)
        return None if row is None else Home(stream, _read_place(row), _read_reader(row))

    @query
    def homes(self, session: Session, space: SpaceName) -> list[Home]:
        """Return the homes of the space's streams that are wanted."""
        home = tables.StreamHome
        wanted = select(home).join(tables.Stream).where(tables.Stream.space == space, col(tables.Stream.wanted))
        return [Home(StreamId(row.stream_id), _read_place(row), _read_reader(row)) for row in session.exec(wanted)]

    @query
    def reader(self, session: Session, chat: ChatRef) -> Reader | None:
        """Return in whose words to speak there: who asked for alerts, else who started a stream; None: nobody."""
        if (row := session.get(tables.AlertChat, _key(chat))) is not None:
            return _read_alert_chat(row).reader
        home = session.exec(select(tables.StreamHome).where(*_is(tables.StreamHome, chat)).limit(1)).first()
        return None if home is None else _read_reader(home)

    @transaction
    def move(self, session: Session, old: ChatRef, new: ChatRef) -> None:
        """Tell all further things at `new`. Messages stay behind: cards and boards that stood in `old` are let go."""
        if session.get(tables.AlertChat, _key(new)) is not None:
            session.exec(sa.delete(tables.AlertChat).where(*_is(tables.AlertChat, old)))
        for table in _MOVABLE:
            session.exec(sa.update(table).where(*_is(table, old)).values(**_place(new)))
        session.exec(sa.delete(tables.Shown).where(*_is(tables.Shown, old)))

    @transaction
    def forget(self, session: Session, chat: ChatRef) -> AlertChat | None:
        """Forget a chat that is closed to us and all that stood in it; return what it had said. Its notes stay."""
        row = session.get(tables.AlertChat, _key(chat))
        for table in (tables.AlertChat, tables.StreamHome, tables.Shown):
            session.exec(sa.delete(table).where(*_is(table, chat)))
        return None if row is None else _read_alert_chat(row)

    async def stands_in(self, chat: ChatRef, place: str) -> None:
        """Note in which guild a chat stands, or that it is itself what a space is given."""
        if (await self.places()).get((chat.platform, chat.chat)) != place:
            await self._put_place(chat, place)

    @transaction
    def _put_place(self, session: Session, chat: ChatRef, place: str) -> None:
        session.merge(tables.ChatPlace(platform=chat.platform, chat=chat.chat, place=place))

    @query
    def places(self, session: Session) -> dict[tuple[str, str], str]:
        """Return where chats stand, by platform and chat, as far as anybody spoke there of what is kept."""
        return {(row.platform, row.chat): row.place for row in session.exec(select(tables.ChatPlace))}

    @transaction
    def place(self, session: Session, platform: str, chat: str, space: SpaceName) -> None:
        """Give a chat and its threads to a space: it is told of that one where it asked for alerts, and of no other.

        A board shows the new space. Cards of other spaces' streams are let go, and such streams have no home there.
        """
        here: Any
        for table in (tables.AlertChat, tables.Shown):
            here = (col(table.platform) == platform, col(table.chat) == chat, col(table.space) != space)
            if table is tables.Shown:
                session.exec(sa.delete(table).where(*here, col(tables.Shown.stream_id) != BOARD))
            session.exec(sa.update(table).where(*here).values(space=space))
        home, box = tables.StreamHome, tables.Outbox
        others = select(tables.Stream.id).where(tables.Stream.space != space)
        at_home = (col(home.platform) == platform, col(home.chat) == chat)
        session.exec(sa.delete(home).where(*at_home, col(home.stream_id).in_(others)))
        at_box = (col(box.platform) == platform, col(box.chat) == chat)
        session.exec(sa.delete(box).where(*at_box, col(box.space) != space, col(box.delivered_at).is_(None)))

    @transaction
    def forget_private(self, session: Session, user: UserId, space: SpaceName) -> None:
        """Forget that a person's private chats asked for the space's alerts, and what they were still to be told."""
        table, box = tables.AlertChat, tables.Outbox
        own = (col(table.user_id) == user, col(table.space) == space, col(table.private))
        for row in session.exec(select(table).where(*own)).all():
            waits = (col(box.space) == space, col(box.delivered_at).is_(None))
            session.exec(sa.delete(box).where(*_is(box, _read_place(row)), *waits))
            session.delete(row)

    # Cards and boards

    @transaction
    def show(self, session: Session, shown: Shown) -> None:
        """Keep this message up to date, in place of the chat's earlier one of that stream, or its earlier board."""
        session.merge(
            tables.Shown(
                **_place(shown.chat),
                **_reader(shown.reader),
                stream_id=BOARD if shown.stream is None else shown.stream,
                space=shown.space,
                message=shown.message,
                operator=shown.operator,
                until=shown.until,
                pinned=shown.pinned,
            )
        )

    @query
    def shown(self, session: Session) -> list[Shown]:
        """Return all messages that are kept up to date."""
        return [_read_shown(row) for row in session.exec(select(tables.Shown))]

    @transaction
    def let_go(self, session: Session, shown: Shown) -> None:
        """Keep this message up to date no longer; one that took its place stays."""
        stream = BOARD if shown.stream is None else shown.stream
        row = session.get(tables.Shown, (*_key(shown.chat), stream))
        if row is not None and row.message == shown.message:
            session.delete(row)

    @transaction
    def follow(self, session: Session, told: ImportMessage) -> None:
        """Note that a message tells of an import that is under way."""
        row = tables.ImportMessage(**_place(told.chat), message=told.message, name=told.name, language=told.language)
        session.merge(row)

    @query
    def followed(self, session: Session) -> list[ImportMessage]:
        """Return all messages that tell of imports under way."""
        rows = session.exec(select(tables.ImportMessage))
        return [ImportMessage(_read_place(row), row.message, row.name, row.language) for row in rows]

    @transaction
    def unfollow(self, session: Session, told: ImportMessage) -> None:
        """Forget a message that tells how an import ended."""
        row = session.get(tables.ImportMessage, (*_key(told.chat), told.message))
        if row is not None:
            session.delete(row)


def _key(chat: ChatRef) -> tuple[str, str, str]:
    return chat.platform, chat.chat, chat.thread


def _place(chat: ChatRef) -> dict[str, Any]:
    return {"platform": chat.platform, "chat": chat.chat, "thread": chat.thread}


def _is(table: Any, chat: ChatRef) -> list[sa.ColumnElement[bool]]:  # noqa: ANN401 - any table with a place
    return [col(getattr(table, name)) == value for name, value in _place(chat).items()]


def _reader(reader: Reader) -> dict[str, Any]:
    return {"user_id": reader.user, "language": reader.language, "private": reader.private}


def _read_place(row: Any) -> ChatRef:  # noqa: ANN401 - any table with a place
    return ChatRef(row.platform, row.chat, row.thread)


def _read_reader(row: Any) -> Reader:  # noqa: ANN401 - any table with a reader
    return Reader(None if row.user_id is None else UserId(row.user_id), row.language, row.private)


def _read_alert_chat(row: tables.AlertChat) -> AlertChat:
    quiet = None if row.quiet_from is None or row.quiet_until is None else (row.quiet_from, row.quiet_until)
    return AlertChat(
        chat=_read_place(row),
        space=SpaceName(row.space),
        reader=replace(_read_reader(row), zone=row.zone),
        wanted=row.wanted,
        level=Level(row.level),
        muted_until=row.muted_until,
        quiet=quiet,
        reports=row.reports,
        report_at=row.report_at,
        reports_from=row.reports_from,
    )


def _read_shown(row: tables.Shown) -> Shown:
    return Shown(
        chat=_read_place(row),
        space=SpaceName(row.space),
        stream=None if row.stream_id == BOARD else StreamId(row.stream_id),
        message=row.message,
        reader=_read_reader(row),
        operator=row.operator,
        until=row.until,
        pinned=row.pinned,
    )
