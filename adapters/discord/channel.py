"""Discord as a channel: its connection's life, and sending and editing for the bot."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import discord
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from adapters.discord.answers import Answers
from adapters.discord.client import Client
from adapters.discord.errors import FAULTS, BadToken
from adapters.discord.post import Post
from adapters.discord.render import render
from adapters.discord.service import Service
from bot.i18n import LANGUAGES
from core.clock import SystemClock

if TYPE_CHECKING:
    from bot.channel import Answering, ChatRef, MessageRef
    from bot.config import DiscordConfig
    from bot.reply import Reply
    from core.clock import Clock

log = logging.getLogger(__name__)

PAUSES_S: Final = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Before logging in again where Discord can't be reached; the last one for ever."""

CLOSE_WITHIN_S: Final = 5.0
"""A gateway that is half gone must not hold up the end of the service."""

AUTHENTICATION_FAILED: Final = 4004
"""discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes"""


class DiscordChannel:
    """Discord, for the configured guilds."""

    platform: Final = "discord"
    edits_per_minute: Final = 30.0
    """Half of the 5 in 5 s that Discord's headers tell for a channel."""

    def __init__(
        self, config: DiscordConfig, bot: Answering, language: str = LANGUAGES[0], clock: Clock | None = None
    ) -> None:
        self._config = config
        self._clock = clock or SystemClock()
        guilds = frozenset(config.guilds)
        self._post = Post(self._clock, guilds)
        self._answers = Answers(bot, self._post, Service(guilds, language, self._clock))

    def allowance_of(self, chat: ChatRef) -> ChatRef:
        """A thread's is its own: it is a channel of its own."""
        return chat

    async def run(self) -> None:
        """Stay connected until cancelled; dropped connections are taken up again.

        Raises:
            BadToken: Discord does not let us in.
        """
        Route.BASE = self._config.api_url.rstrip("/")
        if self._config.gateway_url is not None:
            DiscordWebSocket.DEFAULT_GATEWAY = URL(self._config.gateway_url)
        failures = 0
        while True:
            if await self._connect():
                failures = 0
            await self._clock.sleep(PAUSES_S[min(failures, len(PAUSES_S) - 1)])
            failures += 1

    async def send(self, chat: ChatRef, reply: Reply) -> MessageRef:
        """Say it. Raises `bot.channel.ChannelError`s."""
        return await self._post.send(chat, reply, render(reply, card=True))

    async def edit(self, message: MessageRef, reply: Reply) -> None:
        """Say it in place of what stood there. Raises `bot.channel.ChannelError`s."""
        await self._post.edit(message, reply)

    async def pin(self, message: MessageRef) -> None:
        """Pin it; Discord tells the channel so. Raises `bot.channel.ChannelError`s."""
        await self._post.pin(message)

    async def unpin(self, message: MessageRef) -> None:
        """Take it from the pins. Raises `bot.channel.ChannelError`s."""
        await self._post.unpin(message)

    def find_role(self, role: str) -> tuple[str, str] | None:
        """Return a role's guild and name as Discord told them; None before it did, and where we don't serve."""
        guilds = self._post.client.guilds if self._post.client else ()
        found = (guild.get_role(int(role)) for guild in guilds if guild.id in self._config.guilds)
        return next(((str(one.guild.id), one.name) for one in found if one is not None), None)

    async def _connect(self) -> bool:
        """Live through one connection; return whether it had come to stand."""
        client = Client(frozenset(self._config.guilds), self._answers, self._clock)
        try:
            await client.login(self._config.token.get_secret_value())
            self._post.client = client
            await client.connect()
        except discord.LoginFailure:
            raise BadToken from None
        except discord.ConnectionClosed as closed:
            if closed.code == AUTHENTICATION_FAILED:
                raise BadToken from None
            log.warning("Discord ended the connection (%s); connecting anew", closed.code)
        except FAULTS as error:
            log.warning("Discord can't be reached (%s); trying again", type(error).__name__)
        finally:
            await client.settle()
            self._post.client = None
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_WITHIN_S):
                    await client.close()
        return client.application_id is not None
