"""What the tests of the fake Telegram share: a platform, the real client, one person and her chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.telegram_api import Chat, FakeTelegram, User
from tests.fakes.test_telegram_api.client import Clock, a_bot

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from telegram import Bot


@pytest.fixture
def clock() -> Clock:
    """The platform's clock."""
    return Clock()


@pytest.fixture
async def telegram(clock: Clock) -> AsyncIterator[FakeTelegram]:
    """A platform without flood control."""
    async with FakeTelegram(clock=clock, flood=None) as running:
        yield running


@pytest.fixture
async def bot(telegram: FakeTelegram) -> AsyncIterator[Bot]:
    """The real client."""
    async with a_bot(telegram) as running:
        yield running


@pytest.fixture
def rina(telegram: FakeTelegram) -> User:
    """A person."""
    return telegram.user(777, "Rina", "rina")


@pytest.fixture
def chat(telegram: FakeTelegram, rina: User) -> Chat:
    """Her chat with the bot."""
    return telegram.private_chat(rina)
