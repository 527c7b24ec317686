"""A small bot on the real discord.py, for the tests of the fake Discord itself."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import discord
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import pytest

    from tests.fakes.discord_api import FakeDiscord

PATIENCE_S = 60.0


class Clock:
    """Seconds since 1970 that only a test moves."""

    def __init__(self) -> None:
        self.now_s = time.time()

    def __call__(self) -> float:
        """Return them."""
        return self.now_s


class Bot(discord.Client):
    """Keeps what it is told; identifies again at once, where discord.py would wait 5 s."""

    def __init__(self, intents: discord.Intents | None = None) -> None:
        # discord.py is ready only this long after the last guild came.
        super().__init__(intents=intents or discord.Intents.default(), guild_ready_timeout=0.05)
        self.tree = discord.app_commands.CommandTree(self)
        self.heard: list[discord.Message] = []
        self.edited: list[discord.RawMessageUpdateEvent] = []
        self.deleted: list[discord.RawMessageDeleteEvent] = []
        self.resumed = 0
        self.became_ready = asyncio.Event()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait for nothing."""

    async def on_ready(self) -> None:
        """Tell."""
        self.became_ready.set()

    async def on_message(self, message: discord.Message) -> None:
        """Keep it."""
        self.heard.append(message)

    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        """Keep it."""
        self.edited.append(event)

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """Keep it."""
        self.deleted.append(event)

    async def on_resumed(self) -> None:
        """Count it."""
        self.resumed += 1

    async def ask(self, method: str, path: str, json: Any = None, **parameters: Any) -> Any:
        """Make a request that discord.py's own checks would not let through, over its HTTP client."""
        more = {} if json is None else {"json": json}
        return await self.http.request(Route(method, path, **parameters), **more)


def point_at(fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let discord.py in this process speak with the fake."""
    monkeypatch.setattr(Route, "BASE", fake.api_url)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", URL(fake.gateway_url))


@asynccontextmanager
async def connected(fake: FakeDiscord, bot: Bot) -> AsyncIterator[Bot]:
    """Log in, connect, and wait until ready; close at the end."""
    running = asyncio.create_task(bot.start(fake.token))
    ready = asyncio.create_task(bot.became_ready.wait())
    try:
        # A bot whose start fails is never ready: its error is then the test's.
        await asyncio.wait({running, ready}, timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
        yield bot
    finally:
        ready.cancel()
        await bot.close()
        await asyncio.wait({running})
