"""Sends what stands in the outbox: one task per chat that has news, nothing in memory for those that were told all."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol

from bot.outbox_chat import ChatOutbox

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.channel import Channel
    from bot.pace import Pace
    from bot.readers import Readers
    from core.clock import Clock
    from core.model import SpaceName
    from core.push import ChatRef
    from core.store import Store

log = logging.getLogger(__name__)

DAY_S: Final = 86_400.0
KEPT: Final = timedelta(days=7)
"""How long what was told can still be changed into good news."""


@dataclass(frozen=True, slots=True)
class PushTools:
    """What all that is said unasked needs."""

    store: Store
    channels: Mapping[str, Channel]
    readers: Readers
    pace: Pace
    clock: Clock


class Dealing(Protocol):
    """Deals with what a chat can't be told."""

    async def on_gone(self, chat: ChatRef) -> None:
        """A chat is closed to us; what it was still to be told is this one's to care for."""
        ...

    async def on_moved(self, old: ChatRef, new: ChatRef) -> None:
        """A chat goes on as another one, and all that it was to be told is told there."""
        ...

    async def on_refused(self, chat: ChatRef, space: SpaceName, names: Sequence[str]) -> None:
        """The platform does not take red news of these streams for a chat; it is given up there."""
        ...


class Outbox:
    """Wakes a chat's task when there is news for it."""

    def __init__(self, tools: PushTools, dealing: Dealing) -> None:
        self._tools = tools
        self._dealing = dealing
        self._chats: dict[ChatRef, ChatOutbox] = {}
        self._tasks: dict[ChatRef, asyncio.Task[None]] = {}

    def is_busy(self, chat: ChatRef) -> bool:
        """Return whether somebody who shares the chat's allowance is still to be told something, mutes aside."""
        key = self._tools.pace.key
        return any(key(other) == key(chat) and not box.is_muted for other, box in self._chats.items())

    async def run(self) -> None:
        """Go on with what an earlier service left, and forget what is old, day by day, until cancelled."""
        while True:
            for chat in await self._tools.store.outbox.waiting():
                self.wake(chat)
            await self._tools.store.outbox.prune(self._tools.clock.now() - KEPT)
            await self._tools.clock.sleep(DAY_S)

    def wake(self, chat: ChatRef) -> None:
        """Look at once what there is to tell this chat, and whether it wants to be told."""
        if chat in self._tasks:
            self._chats[chat].news.set()
        elif chat.platform in self._tools.channels:
            self._chats[chat] = ChatOutbox(chat, self._tools, self._dealing, self.wake)
            self._tasks[chat] = asyncio.create_task(self._serve(chat), name=f"outbox of {chat.platform}")

    async def close(self, within_s: float) -> None:
        """Send what can be sent within that time; the rest stays for the next start."""
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=within_s)
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, chat: ChatRef) -> None:
        try:
            await self._chats[chat].run()
        except Exception:
            log.exception("telling %s failed; its notes stay in the outbox until there is more news", chat.platform)
        finally:
            news = self._chats.pop(chat).news
            del self._tasks[chat]
        if news.is_set():
            self.wake(chat)
