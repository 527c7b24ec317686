"""Buttons that stand in chats outlive the service: what was asked or shown before a restart goes on in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.adapters.telegram.rig import Club

if TYPE_CHECKING:
    from tests.bot.talk import Bot
    from tests.fakes.clock import FakeClock
    from tests.fakes.telegram_api import FakeTelegram


@pytest.mark.parametrize(
    ("order", "label", "becomes"),
    [
        ("/startstream", "lofi", "Where to?"),
        ("/startstream lofi youtube", "Stop", "⚪ lofi → youtube · stopped by Otto"),
        ("/streams", "📌 Pin", "📺 1 stream"),
    ],
    ids=["a question", "a card", "the board"],
)
async def test_buttons_outlive_the_service(
    telegram: FakeTelegram, bot: Bot, clock: FakeClock, order: str, label: str, becomes: str
) -> None:
    """A press under a message from before a restart is answered in its place; no second one with live buttons comes."""
    first, again = Club(telegram, bot, clock), Club(telegram, bot, clock)
    async with first.running():
        if order == "/streams":
            await first.says(first.boss, "/startstream ngaji-subuh twitch")
        seen = await first.says(first.operator, order)
    async with again.running():
        await again.presses(again.operator, seen, label)

    assert seen.text.startswith(becomes)
    assert telegram.messages(again.chat_of(again.operator)) == [seen]
