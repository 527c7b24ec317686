"""Events -> rows in the outbox, written before anything is sent; it sends nothing itself."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from bot.channel import PRIVATE_PREFIX
from bot.notes import KINDS, AlertRefused, ChatClosed, dump
from bot.outages import Outages
from core.errors import CoreError
from core.push import NewNote

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.notes import Told
    from bot.routes import Routes
    from bot.strangers import Stranger
    from core.clock import Clock
    from core.events import Event, Subscription
    from core.model import SpaceName
    from core.push import ChatRef
    from core.store import Store

log = logging.getLogger(__name__)

TRY_AGAIN_S: Final = 1.0


class Notifier:
    """Listens to the bus from its making on, so that nothing of the engine's start is missed."""

    def __init__(
        self, events: Subscription, store: Store, routes: Routes, clock: Clock, wake: Callable[[ChatRef], None]
    ) -> None:
        """`wake` is told of each chat that has something new in the outbox."""
        self._events = events
        self._store = store
        self._routes = routes
        self._clock = clock
        self._wake = wake
        self._outages = Outages()
        self._left: list[tuple[Event, str | None]] = []  # taken from the bus, not yet in the outbox

    async def run(self) -> None:
        """Listen until cancelled."""
        async for event in self._events:
            self._take([event])
            await self._write_all()

    async def finish(self) -> None:
        """Write down what was still said; once `run` was cancelled, and before the store closes."""
        self._take(self._events.take_waiting())
        try:
            await self._write()
        except CoreError as error:
            log.warning("%s alerts are lost with the database: %s", len(self._left), error)

    async def on_stranger(self, stranger: Stranger, chat: ChatRef | None = None) -> bool:
        """Tell the space's admins of a stranger; return whether there is anyone who wants to be told.

        `chat`: where he wrote, if others read there.
        """
        if await self._store.people.is_ignored(stranger.space, stranger.platform, stranger.platform_id):
            return False
        chats = await self._routes.admins(stranger.space, stranger.platform, chat)
        await self._tell(stranger, stranger.space, chats)
        return bool(chats)

    async def on_gone(self, chat: ChatRef) -> None:
        """A chat is closed to us: forget it, and tell the admins what it was still to be told."""
        said = await self._store.chats.forget(chat)
        pending = await self._store.outbox.pending(chat, 1)
        space = said.space if said else pending[0].space if pending else None
        others = [] if space is None or self._is_admins(chat) else await self._routes.admins(space)
        if said and said.wanted:
            await self._tell(ChatClosed(chat.platform, chat.chat, said.space), said.space, others)
            left = any(one.wanted for one in await self._store.chats.of_space(said.space))
            await self._store.outbox.send_elsewhere(chat, () if left else others)
        else:
            await self._store.outbox.send_elsewhere(chat, others)
        for other in others:
            self._wake(other)

    async def on_refused(self, chat: ChatRef, space: SpaceName, names: Sequence[str]) -> None:
        """Red news of these streams was refused for good: tell the admins.

        They are told that it was, not what it said: an alert that stood there would not be changed when it is over.
        """
        note = AlertRefused(chat.platform, chat.chat, space, tuple(dict.fromkeys(names)))
        await self._tell(note, space, [other for other in await self._routes.admins(space) if other != chat])

    async def on_moved(self, old: ChatRef, new: ChatRef) -> None:
        """A team's chat has another id now: tell the admins where the configuration does not know that."""
        places = self._routes.access.places
        space = places.get((old.platform, old.chat))
        if space is None or (new.platform, new.chat) in places:
            return
        note = ChatClosed(old.platform, old.chat, space, new.chat)
        await self._tell(note, space, await self._routes.admins(space))

    # Within

    @staticmethod
    def _is_admins(chat: ChatRef) -> bool:
        return chat.chat.startswith(PRIVATE_PREFIX)

    async def _tell(self, told: Told, space: SpaceName, chats: Sequence[ChatRef]) -> None:
        at, body = self._clock.now(), dump(told)
        await self._store.outbox.add([NewNote(chat, space, at, type(told).__name__, body) for chat in chats])
        for chat in chats:
            self._wake(chat)

    def _take(self, events: Sequence[Event]) -> None:
        for event in events:
            self._left += [entry for entry in self._outages.follow(event) if type(entry[0]).__name__ in KINDS]

    async def _write_all(self) -> None:
        """Write down what came, and what came meanwhile; a database that is away is waited for."""
        while True:
            self._take(self._events.take_waiting())
            try:
                return await self._write()
            except CoreError as error:
                log.warning("%s alerts wait for the database: %s", len(self._left), error)
                await self._clock.sleep(TRY_AGAIN_S)

    async def _write(self) -> None:
        notes = [note for event, about in self._left for note in await self._notes(event, about)]
        if notes:
            await self._store.outbox.add(notes)
        self._left.clear()
        for chat in dict.fromkeys(note.chat for note in notes):
            self._wake(chat)

    async def _notes(self, event: Event, about: str | None) -> list[NewNote]:
        try:
            body, chats = dump(event), await self._routes.find(event)
        except CoreError:
            raise
        except Exception:
            log.exception("nobody could be told of %s", type(event).__name__)
            return []
        return [NewNote(chat, event.space, event.at, type(event).__name__, body, about) for chat in chats]
