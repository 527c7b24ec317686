"""One chat's way through the outbox: in order, again and again until it is told; it decides neither who nor what.

A note is marked after the platform took it: whoever is killed in between tells it twice rather than never.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bot.channel import ChannelAway, ChatGone, ChatMoved, MessageGone, MessageRef
from bot.notes import DailyReport, is_detail, is_red, load
from bot.outbox_plan import JOIN, Item, plan
from bot.present.digest import tell
from bot.quiet import is_quiet
from bot.week import find_week
from core.errors import CoreError
from core.events import StreamEvent
from core.schedule.events import ScheduleEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.i18n import Words
    from bot.notes import Told
    from bot.outbox import Dealing, PushTools
    from bot.outbox_plan import Step
    from bot.reply import Picture, Reply
    from core.push import AlertChat, ChatRef, Note

log = logging.getLogger(__name__)

COLLECT_S: Final = 0.3
"""How long something is held, so that what comes together is told together; well within a second."""

BACKOFF_S: Final = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
MAX_REFUSED: Final = 5
"""A message that the platform refuses so often, or that can't be made, is given up: the rest must not wait for it."""

NOT_URGENT_SHARE: Final = 1.5
"""Of twice what cards may use, all that a platform allows: however much recovers at once, room is left for red."""

LONGEST_PAUSE_S: Final = 3600.0


class ChatOutbox:
    """Lives until its chat was told all. `news` set: look again, now. `is_muted`: all that is left waits for a mute."""

    def __init__(
        self,
        chat: ChatRef,
        tools: PushTools,
        dealing: Dealing,
        wake: Callable[[ChatRef], None],
    ) -> None:
        self.news = asyncio.Event()
        self.is_muted = False
        self._chat = chat
        self._tools = tools
        self._dealing = dealing
        self._wake = wake
        self._channel = tools.channels[chat.platform]
        self._away = 0
        self._refused = 0

    async def run(self) -> None:
        """Tell until nothing waits."""
        while True:
            await self._tools.clock.sleep(COLLECT_S)
            self.news.clear()
            pause_s = await self._try_step()
            if pause_s is None:
                return
            await self._wait(pause_s)

    async def _try_step(self) -> float | None:
        """Take a step and return how long to pause behind it; None: nothing waits."""
        try:
            pause_s = await self._step()
        except ChannelAway as error:
            await self._sit_out(error)
        except ChatMoved as moved:
            await self._move(moved.chat)
            return None
        except ChatGone:
            await self._dealing.on_gone(self._chat)
            return None
        except CoreError as error:
            log.warning("the outbox can't be used: %s", error)
            await self._tools.clock.sleep(BACKOFF_S[0])
        else:
            return pause_s
        return 0.0

    async def _step(self) -> float | None:
        tools, now = self._tools, self._tools.clock.now()
        pending = await self._read(await tools.store.outbox.pending(self._chat))
        if not pending:
            return None
        settings = await tools.store.chats.find(self._chat)
        muted_s = (settings.muted_until - now).total_seconds() if settings and settings.muted_until else 0.0
        abouts = {item.note.about for item in pending if item.note.about}
        told = await self._read(await tools.store.outbox.told(self._chat, abouts, pending[0].note.at - JOIN))
        step = plan(pending, told, muted=muted_s > 0)
        self.is_muted = step is None
        if step is None:
            return min(muted_s, LONGEST_PAUSE_S)
        share = 2.0 if step.urgent else NOT_URGENT_SHARE
        wait_s = tools.pace.wait_s(self._chat, share * self._channel.edits_per_minute)
        if wait_s <= 0:
            await self._tell(step, settings)
        return wait_s

    async def _read(self, notes: Sequence[Note]) -> list[Item]:
        """Return the notes that this release can read; the others count as told."""
        items, strange = [], []
        for note in notes:
            try:
                items.append(Item(note, load(note)))
            except (KeyError, ValueError, TypeError):
                strange.append(note.id)
        if strange:
            log.error("the outbox holds %s notes that can't be read; they are left out", len(strange))
            await self._tools.store.outbox.deliver(strange, None, self._tools.clock.now())
        return items

    async def _tell(self, step: Step, settings: AlertChat | None) -> None:
        words = await self._tools.readers.words_for(self._chat)
        try:
            message = await self._say(step, words, settings)
        except (ChannelAway, ChatMoved, ChatGone, CoreError):
            raise
        except Exception:
            log.exception("a note for %s can't be sent", self._chat.platform)
            if not await self._was_refused_too_often():
                return
            await self._give_up(step)
            message = None
        self._away = self._refused = 0
        await self._mark(step, message)

    async def _say(self, step: Step, words: Words, settings: AlertChat | None) -> str | None:
        """Send or edit, and return which message it is."""
        reply = tell(step.told, words)
        if reply is None:
            return None
        if is_quiet(settings, self._tools.clock.now(), words.zone) and not any(map(is_red, step.told)):
            reply = replace(reply, silent=True)
        if step.message is not None and reply == tell([item.told for item in step.old], words):
            return step.message
        self._tools.pace.note(self._chat)
        if step.message is None:
            reply = replace(reply, blocks=(*reply.blocks, *await self._find_pictures(step.told, words)))
        return await self._put(reply, step.message)

    async def _find_pictures(self, told: Sequence[Told], words: Words) -> list[Picture]:
        """Return what is to be seen beside the words: a report's week."""
        reports = [one for one in told if isinstance(one, DailyReport)]
        weeks = [await find_week(self._tools.store, one.space, one.until, words) for one in reports]
        return [picture for week in weeks for picture in week]

    async def _put(self, reply: Reply, message: str | None) -> str:
        if message is not None:
            try:
                await self._channel.edit(MessageRef(self._chat, message), reply)
            except MessageGone:
                log.info("a message of %s is gone; it is said anew", self._chat.platform)
            else:
                return message
        return (await self._channel.send(self._chat, reply)).message

    async def _mark(self, step: Step, message: str | None) -> None:
        """Note that it was told. While the database can't take that, nothing more is said, least of all this again."""
        while True:
            try:
                await self._tools.store.outbox.deliver(step.ids, message, self._tools.clock.now())
            except CoreError as error:
                log.warning("what was told can't be noted: %s", error)
                await self._tools.clock.sleep(BACKOFF_S[0])
            else:
                return

    # When it does not go well

    async def _sit_out(self, error: ChannelAway) -> None:
        pause_s = BACKOFF_S[min(self._away, len(BACKOFF_S) - 1)]
        self._away += 1
        if self._away == 1:
            log.warning("%s is away, its notes wait: %s", self._chat.platform, error)
        await self._tools.clock.sleep(error.retry_after_s if error.retry_after_s is not None else pause_s)

    async def _was_refused_too_often(self) -> bool:
        self._refused += 1
        if self._refused >= MAX_REFUSED:
            log.error("it is given up: the rest must not wait for it")
            return True
        await self._tools.clock.sleep(BACKOFF_S[self._refused])
        return False

    async def _give_up(self, step: Step) -> None:
        """Have others told what must not be lost in silence."""
        red = [item for item in step.new if is_red(item.told) and not is_detail(item.told)]
        names = [item.told.name for item in red if isinstance(item.told, StreamEvent | ScheduleEvent)]
        if red:
            await self._dealing.on_refused(self._chat, red[0].note.space, names)

    async def _move(self, chat: ChatRef) -> None:
        await self._tools.store.chats.move(self._chat, chat)
        self._wake(chat)
        await self._dealing.on_moved(self._chat, chat)

    async def _wait(self, seconds: float) -> None:
        """Wait that long, or until there is news."""
        if seconds <= 0:
            return
        timer = self._tools.clock.call_later(seconds, self.news.set)
        await self.news.wait()
        timer.cancel()
