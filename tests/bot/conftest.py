"""What the bot's tests share: a dispatcher on a fake engine, and people who talk to it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.store import Store
from tests.bot.talk import Bot
from tests.fakes.clock import FakeClock
from tests.fakes.stores import opened, put_empty_database


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
