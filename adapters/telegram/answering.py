"""Answers what came in: asks the bot, and has its reply said; it decides nothing about streams."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from adapters.telegram import manners
from bot.channel import MessageRef
from bot.reply import say

if TYPE_CHECKING:
    from adapters.telegram.delivery import Delivery
    from adapters.telegram.incoming import Media, Order, Press, Remark
    from adapters.telegram.post import Post
    from adapters.telegram.speech import Speech
    from bot.channel import Answering, OfferedFile
    from bot.reply import Reply
    from bot.spec import Invocation
    from core.clock import Clock

SPINNER_S: Final = 3.0
"""A press that takes longer is taken note of at once, so that the button does not look dead."""


class Answerer:
    """Knows how each kind of thing that people do is answered."""

    def __init__(self, bot: Answering, delivery: Delivery, speech: Speech, post: Post, clock: Clock) -> None:
        self._bot = bot
        self._delivery = delivery
        self._speech = speech
        self._post = post
        self._clock = clock

    async def on_order(self, order: Order) -> None:
        """Carry out what was typed."""
        invocation = order.invocation
        reply = await self._bot.answer(invocation)
        if reply is None:
            return
        if reply.forget_order and not await self._delivery.delete(invocation.chat, order.message):
            reply = manners.admit_it_stands(reply)
        await self._delivery.answer(invocation, reply, None if reply.forget_order else order.message)

    async def on_file(self, media: Media, file: OfferedFile) -> None:
        """Take a file in."""
        reply = await self._bot.take_file(media.invocation, file)
        if reply is not None:
            await self._delivery.answer(media.invocation, reply, media.message)

    async def on_remark(self, remark: Remark) -> None:
        """Say why it was no order."""
        reply = manners.remark(remark.key, self._delivery.words(remark.language))
        await self._delivery.remark(remark.chat, reply, remark.message)

    async def apologise(self, invocation: Invocation, incident: str) -> None:
        """Tell the number under which the log says what broke."""
        told = self._delivery.words(invocation.language)("error.incident", incident=incident)
        await self._delivery.remark(invocation.chat, say(f"⚠️ {told}", code="incident"))

    async def dismiss(self, query: str) -> None:
        """Answer a press that can't be read."""
        await self._post.answer(query)

    async def on_press(self, press: Press, *, waited: bool) -> None:
        """Carry out a button's order. One that may have waited for long is answered first: only a young one can be."""
        invocation = press.invocation
        if waited and not await self._post.answer(press.query):
            await self._tell_too_late(invocation)
            return
        answer = _Once(self._post, press.query, self._clock, done=waited)
        try:
            said = await self._bot.answer(invocation)
            if said is not None:
                await self._show(press, said, answer)
        finally:
            await answer.settle()

    async def _tell_too_late(self, invocation: Invocation) -> None:
        if await self._bot.role_of(invocation) is None:
            return  # whoever may do nothing lost nothing
        reply = manners.remark("telegram.old_press", self._delivery.words(invocation.language))
        await self._delivery.remark(invocation.chat, reply)

    # How a press is answered

    async def _show(self, press: Press, reply: Reply, answer: _Once) -> None:
        """In place of a question or of the same card; as a note where others need not read it; else as a message."""
        invocation = press.invocation
        place = MessageRef(invocation.chat, str(press.message))
        if manners.replaces(press.nature, reply, private=invocation.private_chat):
            await self._delivery.replace(invocation, place, reply)
            return
        note = None if invocation.private_chat else manners.as_note(reply)
        if note is not None and await answer.give(note):
            return
        if await self._delivery.answer(invocation, reply):
            await answer.give(self._delivery.words(invocation.language)("telegram.sent_private"))


class _Once:
    """A press is answered once, at the latest after `SPINNER_S`; the first answer counts."""

    def __init__(self, post: Post, query: str, clock: Clock, *, done: bool) -> None:
        self._post = post
        self._query = query
        self._done = done
        self._late: asyncio.Task[bool] | None = None
        self._timer = clock.call_later(SPINNER_S, self._begin)

    async def give(self, note: str = "") -> bool:
        """Answer it, unless it is answered; return whether this answer was seen."""
        if self._done:
            return False
        self._done = True
        return await self._post.answer(self._query, note, alert=bool(note))

    async def settle(self) -> None:
        """Make sure that it was answered."""
        self._timer.cancel()
        await self.give()
        if self._late is not None:
            await self._late

    def _begin(self) -> None:
        self._late = asyncio.create_task(self.give())
