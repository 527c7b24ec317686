"""Telegram as a channel: the parts put together, and their life cycle; it reads and writes nothing itself."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from adapters.telegram.answering import Answerer
from adapters.telegram.client import build_client, find_address, find_limit_bytes
from adapters.telegram.delivery import Delivery
from adapters.telegram.errors import PLATFORM
from adapters.telegram.files import Files
from adapters.telegram.inbox import Inbox
from adapters.telegram.menus import Menus
from adapters.telegram.pace import Pace
from adapters.telegram.polling import Poller
from adapters.telegram.post import Post
from adapters.telegram.speech import Speech
from adapters.telegram.turns import Turns
from bot.channel import PRIVATE_PREFIX, ChatRef
from bot.spec import Invocation
from core.clock import SystemClock

if TYPE_CHECKING:
    from adapters.telegram.pace import Rates
    from bot.channel import Answering, MessageRef
    from bot.config import TelegramConfig
    from bot.reply import Reply
    from core.clock import Clock

GRACE_S: Final = 3.0
"""How long orders that have begun may still take once the service stops."""


class TelegramChannel:
    """One bot on Telegram. `rates` are Telegram's own unless a test has another platform."""

    platform: Final = PLATFORM
    edits_per_minute: Final = 10.0

    def __init__(
        self,
        config: TelegramConfig,
        bot: Answering,
        language: str,
        clock: Clock | None = None,
        rates: Rates | None = None,
    ) -> None:
        self._clock = clock or SystemClock()
        self._client = build_client(config)
        self._post = post = Post(self._client, Pace(self._clock, rates))
        self._speech = Speech(post, self._clock)
        self._menus = menus = Menus(self._client, bot, language)
        self._turns: Turns | None = None
        delivery = Delivery(bot, self._client, self._speech, post, self._clock, language)
        answerer = Answerer(bot, delivery, self._speech, post, self._clock)
        self._inbox = Inbox(self._client, answerer, menus, Files(self._client, find_limit_bytes(config)))

    def allowance_of(self, chat: ChatRef) -> ChatRef:
        """Topics share their group's; a private chat has the person's id."""
        return replace(chat, chat=chat.chat.removeprefix(PRIVATE_PREFIX), thread="")

    async def run(self) -> None:
        """Listen until cancelled.

        Raises:
            adapters.telegram.errors.TokenRefused: the token is no good.
        """
        self._turns = turns = Turns()
        try:
            await Poller(self._client, self._clock, self._inbox.open(turns)).run()
        finally:
            self._turns = None
            await turns.end(GRACE_S)
            await self._client.shutdown()

    async def send(self, chat: ChatRef, reply: Reply) -> MessageRef:
        """Say it; of several messages the last one, which has the buttons, is returned."""
        return await self._speech.say(chat, reply)

    async def edit(self, message: MessageRef, reply: Reply) -> None:
        """Say it in place of what stood there; what does not fit one message is cut."""
        await self._speech.show(_name_chat(message), reply)

    async def pin(self, message: MessageRef) -> None:
        """Pin it without a sound."""
        await self._post.pin(_name_chat(message))

    async def unpin(self, message: MessageRef) -> None:
        """Take it from the top of its chat."""
        await self._post.unpin(_name_chat(message))

    def offer_anew(self, person: str, name: str) -> None:
        """Set his menus anew, where he has any, beside whatever is carried out now."""
        if self._turns is None:
            return
        for chat in self._menus.find_chats(person):
            own = Invocation(PLATFORM, person, name, ChatRef(PLATFORM, chat), private_chat=chat == person)
            self._turns.aside((chat, person), partial(self._menus.fit, own))

    def invitation_link(self, code: str) -> str | None:
        """Return what to tap to use an invitation; None as long as Telegram has not told us who we are."""
        return find_address(self._client, f"?start={code}")


def _name_chat(message: MessageRef) -> MessageRef:
    """A private chat has the person's id."""
    return replace(message, chat=replace(message.chat, chat=message.chat.chat.removeprefix(PRIVATE_PREFIX)))
