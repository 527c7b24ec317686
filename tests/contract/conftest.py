"""What the contract's tests share: the same bot three times, each with a person in front of it on her platform."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from adapters.console.channel import ConsoleChannel
from bot.cli.client import Client
from bot.files_in import FilesIn
from tests.adapters.discord.club import Club as Guild
from tests.adapters.discord.club import Ears
from tests.adapters.discord.club import running as guild_running
from tests.adapters.telegram.rig import Club as Chats
from tests.adapters.telegram.rig import Listener
from tests.bot.talk import Bot
from tests.contract.seats import ConsoleSeat, DiscordSeat, Noted, Seat, TelegramSeat
from tests.fakes.clock import FakeClock
from tests.fakes.discord_api import FakeDiscord
from tests.fakes.discord_client import point_at
from tests.fakes.stores import opened, put_empty_database
from tests.fakes.telegram_api import FakeTelegram
from tests.fakes.wait import eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@asynccontextmanager
async def _bot(folder: Path) -> AsyncIterator[Bot]:
    async with opened(put_empty_database(folder)) as store:
        bot = Bot(store, FakeClock())
        await bot.furnish()
        yield bot


def _library(bot: Bot) -> FilesIn:
    return FilesIn(bot.engine, bot.dispatcher._auth, bot.clock, {})  # type: ignore[arg-type]  # the facade without FFmpeg


@asynccontextmanager
async def _on_telegram(folder: Path) -> AsyncIterator[Seat]:
    async with (
        _bot(folder) as bot,
        FakeTelegram(clock=lambda: bot.clock.now().timestamp(), flood=None) as telegram,
    ):
        noted = Noted.behind(bot)
        club = Chats(telegram, bot, bot.clock)
        club.listener.library = _library(bot)
        async with club.running():
            yield TelegramSeat(club, noted)
        assert (telegram.unanswered(), telegram.refused) == ([], [])


@asynccontextmanager
async def _on_discord(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Seat]:
    async with _bot(folder) as bot, FakeDiscord() as discord:
        point_at(discord, monkeypatch)
        noted = Noted.behind(bot)
        club = Guild(discord, Ears(bot))
        club.ears.library = _library(bot)
        await club.furnish()
        async with guild_running(club):
            await club.ready()
            yield DiscordSeat(club, noted)
        assert (discord.unanswered, [str(refused) for refused in discord.refused]) == ([], [])


@asynccontextmanager
async def _on_console(folder: Path) -> AsyncIterator[Seat]:
    async with _bot(folder) as bot:
        socket = folder / "console.sock"
        channel = ConsoleChannel(socket, Listener(bot))
        task = asyncio.create_task(channel.run())
        await eventually(socket.exists, "the console's socket")
        client = await Client.connect(socket)
        yield ConsoleSeat(client, bot, channel._person)
        await client.close()
        await eventually(lambda: not channel._clients, "the hanging up")
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def seats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[dict[str, Seat]]:
    """Ada on each platform; in the end no platform may have refused a request, or still wait for an answer."""
    for platform in ("telegram", "discord", "console"):
        (tmp_path / platform).mkdir()
    async with AsyncExitStack() as stack:
        yield {
            "telegram": await stack.enter_async_context(_on_telegram(tmp_path / "telegram")),
            "discord": await stack.enter_async_context(_on_discord(tmp_path / "discord", monkeypatch)),
            "console": await stack.enter_async_context(_on_console(tmp_path / "console")),
        }
