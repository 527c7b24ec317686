"""Flood control: how fast a bot may send, and how long it is told to wait."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest
from telegram.error import RetryAfter

from tests.fakes.telegram_api import FakeTelegram, FloodLimits
from tests.fakes.test_telegram_api.client import Clock, a_bot

# python-telegram-bot 22 warns in the constructor of RetryAfter itself.
pytestmark = pytest.mark.filterwarnings("ignore:Deprecated since version v22.2")

FLOODS = [
    # Which rooms are written to in turn, how fast, and the message that is refused, with the wait that it is told.
    pytest.param([1], 0.0, 4, 1, id="one chat at once"),
    pytest.param([1], 0.875, 18, 1, id="one chat too fast"),
    pytest.param([-1001], 1.0, 21, 40, id="one group"),
    pytest.param(list(range(1, 32)), 0.0, 31, 1, id="everybody at once"),
]


@pytest.mark.parametrize(("rooms", "every_s", "refused_at", "wait_s"), FLOODS)
async def test_who_sends_too_fast_has_to_wait(
    clock: Clock, rooms: list[int], every_s: float, refused_at: int, wait_s: int
) -> None:
    """A chat takes one message a second after a burst of 3, a group 20 a minute, all together 30 a second."""
    async with FakeTelegram(clock=clock) as telegram, AsyncExitStack() as stack:
        bot = await stack.enter_async_context(a_bot(telegram))
        telegram.group(-1001, "Club")
        for room in rooms:
            telegram.private_chat(telegram.user(abs(room), "Rina"))
        for number in range(refused_at - 1):
            await bot.send_message(rooms[number % len(rooms)], "x")
            clock.now_s += every_s

        room = rooms[(refused_at - 1) % len(rooms)]
        with pytest.raises(RetryAfter) as caught:
            await bot.send_message(room, "x")
        assert caught.value._retry_after.total_seconds() == wait_s
        clock.now_s += wait_s - 0.01
        with pytest.raises(RetryAfter):
            await bot.send_message(room, "x")
        clock.now_s += 1
        await bot.send_message(room, "x")
        assert {it.status for it in telegram.refused} == {429}


async def test_edits_count_like_messages_and_the_burst_can_be_set(clock: Clock) -> None:
    """A card that is edited too often runs into the same wall."""
    async with FakeTelegram(clock=clock, flood=FloodLimits(chat_burst=1)) as telegram, a_bot(telegram) as bot:
        telegram.private_chat(telegram.user(777, "Rina"))
        sent = await bot.send_message(777, "x")

        with pytest.raises(RetryAfter):
            await sent.edit_text("y")
        await bot.delete_message(777, sent.message_id)
