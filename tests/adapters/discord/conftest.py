"""What the Discord tests share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.store import Store
from tests.adapters.discord.club import Club, Ears, running
from tests.bot.talk import Bot
from tests.fakes.clock import FakeClock
from tests.fakes.discord_api import FakeDiscord
from tests.fakes.discord_client import point_at
from tests.fakes.stores import opened, put_empty_database


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A real store on a real file."""
    async with opened(put_empty_database(tmp_path)) as store:
        yield store


@pytest.fixture
async def ears(store: Store) -> Ears:
    """A bot with files, destinations and a clock that stands."""
    bot = Bot(store, FakeClock())
    await bot.furnish()
    return Ears(bot)


@pytest.fixture
async def quiet(ears: Ears, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Club]:
    """A club whose bot does not run yet; where discord.py looks is put back afterwards."""
    async with FakeDiscord() as fake:
        point_at(fake, monkeypatch)
        club = Club(fake, ears)
        await club.furnish()
        yield club


@pytest.fixture
async def club(quiet: Club) -> AsyncIterator[Club]:
    """A club whose bot is connected and has its commands there. In the end nothing may have been refused."""
    async with running(quiet):
        await quiet.ready()
        yield quiet
    assert [str(refused) for refused in quiet.fake.refused] == []
    assert quiet.fake.unanswered == []
