"""Brings a reply to where it belongs, however long Telegram is away: here, in place, or in private; it asks nobody."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from adapters.telegram import manners
from adapters.telegram.client import find_address
from adapters.telegram.errors import PLATFORM
from adapters.telegram.speech import PLAIN, Manner
from bot.channel import ChannelAway, ChannelError, ChatGone, ChatRef, MessageGone
from bot.i18n import LANGUAGES, Words

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from telegram import Bot

    from adapters.telegram.post import Post
    from adapters.telegram.speech import Speech
    from bot.channel import Answering, MessageRef
    from bot.reply import Reply
    from bot.spec import Invocation
    from core.clock import Clock

log = logging.getLogger(__name__)

PAUSES_S: Final = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 60.0, 60.0)
"""How an answer is tried again while Telegram is away: for as long as an order counts."""

_OLD_CODES: Final = {"in": "id"}  # what some clients still call Indonesian


class Delivery:
    """Tells the bot which message each answer became. It raises nothing: what can't be said is logged."""

    def __init__(self, bot: Answering, client: Bot, speech: Speech, post: Post, clock: Clock, language: str) -> None:
        self._bot = bot
        self._client = client
        self._speech = speech
        self._post = post
        self._clock = clock
        self._language = language

    def words(self, language: str | None) -> Words:
        """Return the words for an app that speaks `language`."""
        code = (language or "").split("-")[0].casefold()
        code = _OLD_CODES.get(code, code)
        return Words(code if code in LANGUAGES else self._language)

    async def remark(self, chat: ChatRef, reply: Reply, reply_to: int | None = None) -> None:
        """Say what answers no order."""
        await self._insist(lambda: self._speech.say(chat, reply, Manner(reply_to)), chat)

    async def replace(self, invocation: Invocation, place: MessageRef, reply: Reply) -> None:
        """Say it in a message's place, or anew where that is gone."""
        manner = self._secretly(invocation, reply, PLAIN)
        try:
            message = await self._insist(lambda: self._edit(place, reply, manner), place.chat, MessageGone)
        except MessageGone:
            await self.answer(invocation, reply)
            return
        if message is not None:
            await self._bot.shown(invocation, message, reply)
        await self._ask_in_private(invocation, reply)

    async def _edit(self, place: MessageRef, reply: Reply, manner: Manner) -> MessageRef:
        await self._speech.show(place, reply, manner)
        return place

    async def answer(self, invocation: Invocation, reply: Reply, reply_to: int | None = None) -> bool:
        """Say it, in private what is for the asker alone; return whether it went there from a group."""
        if not invocation.private_chat and manners.belongs_in_private(reply):
            return await self._say_in_private(invocation, reply)
        in_group = None if invocation.private_chat else reply_to
        manner = self._secretly(invocation, reply, Manner(in_group))
        message = await self._insist(lambda: self._speech.say(invocation.chat, reply, manner), invocation.chat)
        if message is not None:
            await self._bot.shown(invocation, message, reply)
        await self._ask_in_private(invocation, reply)
        return False

    async def _say_in_private(self, invocation: Invocation, reply: Reply) -> bool:
        """What is for the asker alone goes to his own chat; where he has none with us, he is told how to get it."""
        own = ChatRef(PLATFORM, invocation.person)
        try:
            message = await self._insist(lambda: self._speech.say(own, reply), own, ChatGone)
        except ChatGone:
            told = manners.point_to_private(self.words(invocation.language))
            link = find_address(self._client)
            manner = Manner(links={manners.OPEN: link} if link else None)
            await self._insist(lambda: self._speech.say(invocation.chat, told, manner), invocation.chat)
            return False
        if message is not None:
            await self._bot.shown(invocation, message, reply)
        return message is not None

    def _secretly(self, invocation: Invocation, reply: Reply, manner: Manner) -> Manner:
        """Where others read along, the button that asks for a secret leads to our private chat."""
        link = find_address(self._client)
        if reply.secret_form is None or invocation.private_chat or link is None:
            return manner
        return replace(manner, links={reply.secret_form: link})

    async def _ask_in_private(self, invocation: Invocation, reply: Reply) -> None:
        """Ask for a secret there too, so that whoever follows the link knows what to send; he may have no chat yet."""
        if reply.secret_form is None or invocation.private_chat:
            return
        try:
            question = manners.ask_secret(self.words(invocation.language))
            await self._speech.say(ChatRef(PLATFORM, invocation.person), question)
        except ChannelError as error:
            log.info("a person can't be asked in private: %s", error)

    async def delete(self, chat: ChatRef, message: int) -> bool:
        """Delete a message that held a secret, however long Telegram is away; return whether it is gone."""
        for pause_s in PAUSES_S:
            try:
                return await self._post.delete(chat, message)
            except ChannelAway as away:
                await self._clock.sleep(max(pause_s, away.retry_after_s or 0.0))
            except ChannelError:
                return False
        return False

    async def _insist(
        self, say: Callable[[], Awaitable[MessageRef]], chat: ChatRef, *raised: type[ChannelError]
    ) -> MessageRef | None:
        """Try until it is said; return None where it can't be. Errors of the kinds `raised` are passed on."""
        for pause_s in PAUSES_S:
            try:
                return await say()
            except ChannelAway as away:
                await self._clock.sleep(max(pause_s, away.retry_after_s or 0.0))
            except ChannelError as error:
                if isinstance(error, raised):
                    raise
                log.warning("an answer could not be said in %s: %s", chat.chat, error)
                return None
        log.warning("an answer could not be said in %s: Telegram was away for too long", chat.chat)
        return None
