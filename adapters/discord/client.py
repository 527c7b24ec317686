"""discord.py's client, slim: it hears of guilds and interactions only and keeps no member and no message."""

from __future__ import annotations

import asyncio
import logging
import traceback
from typing import TYPE_CHECKING, Any, Final

import discord

from adapters.discord.render import NOBODY
from adapters.discord.sync import invite, keep_commands

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from adapters.discord.answers import Answers
    from core.clock import Clock

log = logging.getLogger(__name__)

LONGEST_WAIT_S: Final = 30.0
"""What discord.py sits out on its own when it is asked for patience; longer waits are the sender's matter."""

SETTLE_S: Final = 5.0


logging.getLogger("discord.client").setLevel(logging.CRITICAL)
"""It logs each try to connect again with a traceback; we say once that Discord is away, and once that it is back."""

discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
"""We don't speak, so that discord.py could not is no warning to whoever reads our log."""


class Client(discord.Client):
    """One connection's life. No intent of it is privileged."""

    def __init__(self, guilds: frozenset[int], answers: Answers, clock: Clock) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            allowed_mentions=NOBODY,
            max_ratelimit_timeout=LONGEST_WAIT_S,
        )
        self._served = guilds
        self._answers = answers
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()
        self._kept: dict[int, asyncio.Task[None]] = {}
        self._away = False

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - whatever the event has
        """Hand on an event, but none once we are closed: discord.py's own readiness may come later and would break."""
        if not self.is_closed():
            super().dispatch(event, *args, **kwargs)

    async def on_interaction(self, asked: discord.Interaction[Any]) -> None:
        """Answer it."""
        await self._do(self._answers.take(asked))

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """See to the guild's commands, once a start."""
        if guild.id not in self._kept:
            self._keep(guild)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """See to the commands of a guild that has just let us in."""
        self._keep(guild)

    async def on_ready(self) -> None:
        """Say which guilds of the configuration we are not in."""
        for guild in sorted(self._served - {guild.id for guild in self.guilds}):
            log.warning("not in guild %s; invite the bot there: %s", guild, invite(self, guild))

    async def on_disconnect(self) -> None:
        """Say that the connection broke; discord.py takes it up again and hears what it missed."""
        if not self._away and not self.is_closed():
            log.warning("the connection to Discord broke; it is taken up again")
        self._away = True

    async def on_connect(self) -> None:
        """Say that it is there, with a new session."""
        await self.on_resumed()

    async def on_resumed(self) -> None:
        """Say that it is there again."""
        if self._away:
            log.info("the connection to Discord is back")
        self._away = False

    async def on_error(self, event_method: str, /, *_: Any, **__: Any) -> None:  # noqa: ANN401 - whatever the event had
        """Log what nobody foresaw; discord.py's own way prints to the terminal."""
        log.error("an event of Discord could not be handled: %s\n%s", event_method, traceback.format_exc())

    async def settle(self) -> None:
        """Let the answers that are under way come to their end, and end all else."""
        for task in self._kept.values():
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=SETTLE_S)
        left = [*self._tasks, *self._kept.values()]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _keep(self, guild: discord.Guild) -> None:
        before = self._kept.pop(guild.id, None)
        if before is not None:
            before.cancel()
        served = guild.id in self._served
        self._kept[guild.id] = asyncio.create_task(keep_commands(self, guild.id, self._clock, served=served))

    async def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await task
