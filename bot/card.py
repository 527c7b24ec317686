"""Cards and boards that stand in chats: kept up to date, behind the alerts and within what the platform allows.

A card is refreshed for ten minutes, after that only where its stream's state changes, and let go when its run is over.
A board is refreshed for ever. Both are rows, so that the next service goes on with them.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from math import inf
from typing import TYPE_CHECKING, Final

from bot.channel import ChannelAway, ChatGone, ChatMoved, MessageGone, MessageRef
from bot.pins import Pins
from bot.present.board import TROUBLE, board
from bot.present.cards import card, tell_name
from bot.reply import say
from core.errors import CoreError, NotFound
from core.events import StreamEvent

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.i18n import Words
    from bot.outbox import PushTools
    from bot.reply import Reply
    from core.engine import Engine
    from core.events import Event, Subscription
    from core.model import StreamId
    from core.push import ChatRef, Shown

log = logging.getLogger(__name__)

CARD_FOR: Final = timedelta(minutes=10)
CARD_EVERY_S: Final = 10.0
BOARD_EVERY_S: Final = 60.0
TROUBLE_EVERY_S: Final = 15.0
SOON_S: Final = 0.3
"""How long a change waits for others that come with it."""

AGAIN_S: Final = 30.0
ALERTS_FIRST_S: Final = 1.0
MAX_FAULTS: Final = 5

Key = tuple["ChatRef", "StreamId | None", str]


@dataclass(slots=True)
class Kept:
    """One message that is kept up to date, what it says now, and when it is looked at next (monotonic)."""

    shown: Shown
    due_s: float
    reply: Reply | None = None
    ran: bool = False  # it was seen running
    put_back: bool = False  # it was deleted while it was pinned, and came again
    over: bool = False  # it ended since: this is the last refresh
    moved: bool = False  # a newer one took its place: it says so, and no more
    faults: int = 0

    @property
    def key(self) -> Key:
        """A chat has one card a stream and one board, beside those that are about to be let go."""
        return self.shown.chat, self.shown.stream, self.shown.message if self.moved else ""


class CardKeeper:
    """One task per chat that has any."""

    def __init__(
        self, engine: Engine, events: Subscription, tools: PushTools, is_busy: Callable[[ChatRef], bool]
    ) -> None:
        """`is_busy` tells whether a chat, or one that shares its allowance, is still to be told: alerts go first."""
        self._engine = engine
        self._events = events
        self._tools = tools
        self._is_busy = is_busy
        self._pins = Pins(tools.channels)
        self._kept: dict[Key, Kept] = {}
        self._news: dict[ChatRef, asyncio.Event] = {}
        self._tasks: dict[ChatRef, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Take up what an earlier service showed, and follow what happens, until cancelled."""
        for shown in await self._tools.store.chats.shown():
            kept = Kept(shown, self._now())
            if kept.key not in self._kept:
                self._keep(kept)
        async for event in self._events:
            self._note(event)

    async def show(self, shown: Shown, reply: Reply | None = None) -> None:
        """Keep a message up to date from now on, in place of the chat's earlier one of its kind, pinned as that was."""
        shown = replace(shown, pinned=await self._take_pin(shown))
        await self._tools.store.chats.show(shown)
        kept = Kept(shown, self._now() + SOON_S, reply)
        earlier = self._kept.get(kept.key)
        self._keep(kept)
        if earlier and earlier.shown.message != shown.message:
            self._keep(Kept(earlier.shown, self._now() + SOON_S, moved=True))

    async def close(self) -> None:
        """Stop refreshing; the rows stay."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # Within

    def _now(self) -> float:
        return self._tools.clock.monotonic()

    def _keep(self, kept: Kept) -> None:
        chat = kept.shown.chat
        if chat.platform not in self._tools.channels:
            return
        self._kept[kept.key] = kept
        if chat in self._tasks:
            self._news[chat].set()
        else:
            self._news[chat] = asyncio.Event()
            self._tasks[chat] = asyncio.create_task(self._serve(chat), name=f"cards of {chat.platform}")

    async def _take_pin(self, shown: Shown) -> bool:
        """Pin it where that was asked, or where the chat's earlier one has a pin, which gives it up; return whether."""
        earlier = self._kept.get((shown.chat, shown.stream, ""))
        held = earlier.shown if earlier and earlier.shown.pinned else None
        if held and held.message == shown.message:
            return True
        if held:
            await self._pins.unpin(MessageRef(held.chat, held.message))
        return bool(held or shown.pinned) and await self._pin(shown)

    async def _pin(self, shown: Shown) -> bool:
        words = await self._tools.readers.words(shown.reader)
        return await self._pins.pin(MessageRef(shown.chat, shown.message), words)

    def _note(self, event: Event) -> None:
        """Refresh soon what shows the stream that something happened to."""
        if not isinstance(event, StreamEvent):
            return
        for kept in self._kept.values():
            own = kept.shown.stream == event.stream or kept.shown.stream is None
            if own and kept.shown.space == event.space:
                kept.due_s = min(kept.due_s, self._now() + SOON_S)
                self._news[kept.shown.chat].set()

    async def _serve(self, chat: ChatRef) -> None:
        """Refresh what falls due in a chat, until nothing stands there any more."""
        try:
            while mine := [kept for kept in self._kept.values() if kept.shown.chat == chat]:
                kept = min(mine, key=lambda one: one.due_s)
                if (wait_s := self._find_wait(kept)) > 0:
                    await self._wait(chat, wait_s)
                else:
                    await self._refresh(kept)
        finally:
            del self._tasks[chat], self._news[chat]

    def _find_wait(self, kept: Kept) -> float:
        chat = kept.shown.chat
        if self._is_busy(chat):
            return ALERTS_FIRST_S
        allowed = self._tools.channels[chat.platform].edits_per_minute
        return max(kept.due_s - self._now(), self._tools.pace.wait_s(chat, allowed))

    async def _wait(self, chat: ChatRef, seconds: float) -> None:
        """Wait that long, or until something changes when what is due."""
        news = self._news[chat]
        news.clear()
        timer = self._tools.clock.call_later(seconds, news.set) if seconds < inf else None
        await news.wait()
        if timer is not None:
            timer.cancel()

    async def _refresh(self, kept: Kept) -> None:
        """Bring a message up to date, and find out when to look again."""
        kept.due_s = self._now() + AGAIN_S
        try:
            reply = await self._render(kept)
            if kept.reply != reply:
                await self._edit(kept, reply)
            if kept.over:
                await self._let_go(kept)
        except ChannelAway as error:
            kept.due_s = self._now() + (error.retry_after_s or AGAIN_S)
        except (MessageGone, ChatGone, ChatMoved, NotFound):
            await self._let_go(kept)
        except CoreError as error:
            log.warning("a card can't be refreshed: %s", error)
        except Exception:
            log.exception("a card in %s can't be refreshed", kept.shown.chat.platform)
            await self._count_fault(kept)

    async def _edit(self, kept: Kept, reply: Reply) -> None:
        chat = kept.shown.chat
        self._tools.pace.note(chat)
        try:
            await self._tools.channels[chat.platform].edit(MessageRef(chat, kept.shown.message), reply)
        except MessageGone:
            if not kept.shown.pinned or kept.moved or kept.put_back:
                raise
            await self._put_back(kept, reply)
        kept.reply, kept.faults = reply, 0

    async def _put_back(self, kept: Kept, reply: Reply) -> None:
        """Show a pinned board again that somebody deleted; once, for whoever deletes it again does not want it."""
        chat = kept.shown.chat
        message = await self._tools.channels[chat.platform].send(chat, replace(reply, silent=True))
        kept.put_back = True
        kept.shown = replace(kept.shown, message=message.message)
        kept.shown = replace(kept.shown, pinned=await self._pin(kept.shown))
        await self._tools.store.chats.show(kept.shown)

    async def _render(self, kept: Kept) -> Reply:
        shown, now = kept.shown, self._tools.clock.now()
        words = await self._tools.readers.words(shown.reader)
        if kept.moved:
            kept.over = True
            return await self._point_below(shown, words)
        if not await self._tools.readers.may_read(shown.reader, shown.space):
            kept.over = True
            return say(words("shown.closed"), card=shown.stream, board=shown.stream is None)
        if shown.stream is None:
            views = await self._engine.views(shown.space)
            trouble = any(view.state in TROUBLE and view.running for view in views)
            kept.due_s = self._now() + (TROUBLE_EVERY_S if trouble else BOARD_EVERY_S)
            fits = (await self._engine.health()).copies_fit
            may_pin = shown.operator and not shown.pinned and now < shown.until
            return board(views, words, now, copies_fit=fits, operator=shown.operator, may_pin=may_pin)
        view = await self._engine.view(shown.space, shown.stream)
        kept.over = kept.over or (not view.running and (kept.ran or now >= shown.until))
        kept.ran = view.running
        kept.due_s = self._now() + CARD_EVERY_S if now < shown.until else inf
        ended_by = view.ended.ended_by if view.ended else None
        person = await self._tools.store.people.find(ended_by) if ended_by is not None else None
        return card(view, words, now, {person.id: person.name} if person else None)

    async def _point_below(self, shown: Shown, t: Words) -> Reply:
        if shown.stream is None:
            return say(f"📺 {t('board.moved')}", board=True)
        view = await self._engine.view(shown.space, shown.stream)
        return say(t("card.moved", name=tell_name(view, t)), card=shown.stream)

    async def _let_go(self, kept: Kept) -> None:
        if self._kept.get(kept.key) is kept:
            del self._kept[kept.key]
        await self._tools.store.chats.let_go(kept.shown)

    async def _count_fault(self, kept: Kept) -> None:
        kept.faults += 1
        if kept.faults >= MAX_FAULTS:
            await self._let_go(kept)
