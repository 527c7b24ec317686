"""What the tests of Telegram share: a platform on the same clock as the bot, and the club on it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.store import Store
from tests.adapters.telegram.rig import Club
from tests.bot.talk import Bot
from tests.fakes.clock import FakeClock
from tests.fakes.stores import opened, put_empty_database
from tests.fakes.telegram_api import FakeTelegram


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A real store on a real file."""
    async with opened(put_empty_database(tmp_path)) as store:
        yield store


@pytest.fixture
def clock() -> FakeClock:
    """Time that stands still until a test moves it."""
    return FakeClock()


@pytest.fixture
async def bot(store: Store, clock: FakeClock) -> Bot:
    """A bot whose space `main` has two files, two destinations and one person of each role."""
    bot = Bot(store, clock)
    await bot.furnish()
    return bot


@pytest.fixture
async def telegram(clock: FakeClock) -> AsyncIterator[FakeTelegram]:
    """A platform without flood control."""
    async with FakeTelegram(clock=lambda: clock.now().timestamp(), flood=None) as running:
        yield running


@pytest.fixture
async def club(telegram: FakeTelegram, bot: Bot, clock: FakeClock) -> AsyncIterator[Club]:
    """The channel, listening; at the end nothing it asked of the platform may have been refused."""
    club = Club(telegram, bot, clock)
    async with club.running():
        yield club
