"""Tokens, outages, restarts and second pollers: what is said, what is answered late, and what is not done any more."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import pytest

from adapters.telegram.channel import TelegramChannel
from adapters.telegram.errors import TokenRefused
from bot.config import TelegramConfig
from core.model import MAIN_SPACE
from tests.adapters.telegram.rig import AT_ONCE, Club

if TYPE_CHECKING:
    from tests.bot.talk import Bot
    from tests.fakes.clock import FakeClock
    from tests.fakes.telegram_api import FakeTelegram

WRONG = "4200000001:AAF-this_is_a_wrong_token_0123456789"


def said(caplog: pytest.LogCaptureFixture) -> str:
    """What stands in the adapter's log."""
    return "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("adapters"))


@pytest.mark.parametrize("token", [WRONG, "nonsense"])
async def test_wrong_token_ends_the_channel_with_advice(club: Club, token: str) -> None:
    """A wrong token is told with what to do, and without the token."""
    config = TelegramConfig(token=token, api_url=club.telegram.url)

    with pytest.raises(TokenRefused, match="BotFather") as told:
        await TelegramChannel(config, club.listener, "en", club.clock, AT_ONCE).run()

    assert token not in f"{told.value!r}{told.value.__cause__!r}"


async def test_revoked_token_ends_the_channel(
    telegram: FakeTelegram, bot: Bot, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """A token that is revoked while the service runs ends the channel too, once it was refused three times."""
    club = Club(telegram, bot, clock)
    task = asyncio.create_task(club.channel.run())
    await telegram.wait_until(lambda: telegram.is_polled, what="a poll")
    telegram.fail("getUpdates", 401, times=None, description="Unauthorized")

    await telegram.say(club.stranger, club.chat_of(club.stranger), "hello")
    await club.in_time(task.done)

    with pytest.raises(TokenRefused):
        await task
    assert telegram.token not in said(caplog)


async def test_one_refusal_is_not_believed(club: Club) -> None:
    """A token that worked is not given up because something in between answered for Telegram once."""
    await club.telegram.wait_until(lambda: club.telegram.is_polled, what="a poll")
    club.telegram.fail("getUpdates", 404, times=2)
    await club.telegram.say(club.viewer, club.chat_of(club.viewer), "/help")

    await club.in_time(lambda: club.telegram.messages(club.chat_of(club.viewer)))


async def test_outage_is_sat_out(club: Club, caplog: pytest.LogCaptureFixture) -> None:
    """What people write while the platform is away is answered when it is back, and the log says both in a line."""
    caplog.set_level(logging.INFO)
    await club.says(club.viewer, "/help")
    chat = club.chat_of(club.viewer)
    before = len(club.telegram.messages(chat))
    await club.telegram.go_away()
    await club.clock.advance(120)
    await club.telegram.say(club.viewer, chat, "/whoami")
    await club.telegram.come_back()

    await club.in_time(lambda: len(club.telegram.messages(chat)) > before)

    log = said(caplog)
    assert log.count("can't be reached") == 1
    assert log.count("answers again") == 1
    assert club.telegram.refused == []


async def test_start_during_an_outage_waits(telegram: FakeTelegram, bot: Bot, clock: FakeClock) -> None:
    """A service that starts while the platform is away answers as soon as it is there."""
    await telegram.go_away()
    club = Club(telegram, bot, clock)
    async with club.running():
        await clock.advance(60)
        await telegram.come_back()
        await telegram.say(club.viewer, club.chat_of(club.viewer), "/help")
        await club.in_time(lambda: telegram.messages(club.chat_of(club.viewer)))


async def test_answer_waits_for_the_platform(club: Club) -> None:
    """An answer that can't be sent is sent when that is possible again, for as long as an order counts."""
    club.telegram.fail("sendMessage", 502, times=3)
    club.telegram.fail("sendMessage", 429, retry_after_s=9)

    await club.telegram.say(club.viewer, club.chat_of(club.viewer), "/help")

    await club.in_time(lambda: club.telegram.messages(club.chat_of(club.viewer)))
    assert len(club.telegram.messages(club.chat_of(club.viewer))) == 1


async def test_last_nights_stop_does_not_fire_this_morning(telegram: FakeTelegram, bot: Bot, clock: FakeClock) -> None:
    """Orders that piled up for longer than five minutes are told, not run; younger ones are carried out."""
    club = Club(telegram, bot, clock)
    async with club.running():
        await club.says(club.operator, "/startstream lofi youtube")
    await telegram.say(club.operator, club.chat_of(club.operator), "/stop lofi")
    await clock.advance(400)
    await telegram.say(club.viewer, club.chat_of(club.viewer), "/whoami")
    await clock.advance(200)

    async with club.running():
        await telegram.wait_message(club.chat_of(club.operator), "more than 5 minutes ago")
        await telegram.wait_message(club.chat_of(club.viewer), "Vera")

    assert [view.running for view in await bot.engine.views(MAIN_SPACE)] == [True]


async def test_last_nights_press_does_not_fire_this_morning(telegram: FakeTelegram, bot: Bot, clock: FakeClock) -> None:
    """A button that was pressed while the service was down stops nothing hours later; that is said."""
    club = Club(telegram, bot, clock)
    async with club.running():
        card = await club.says(club.operator, "/startstream lofi youtube")
    await telegram.press(club.stranger, card, "Stop")
    await telegram.press(club.operator, card, "Stop")
    await clock.advance(3600)

    async with club.running():
        await telegram.wait_message(club.chat_of(club.operator), "while I was away")
        assert len(telegram.messages(club.chat_of(club.operator))) == 2
        assert [view.running for view in await bot.engine.views(MAIN_SPACE)] == [True]
        await club.presses(club.operator, card, "Stop")

    assert [view.running for view in await bot.engine.views(MAIN_SPACE)] == [False]


async def test_young_press_from_before_the_start_counts(telegram: FakeTelegram, bot: Bot, clock: FakeClock) -> None:
    """A button that was pressed in the second before the service was back is carried out."""
    club = Club(telegram, bot, clock)
    async with club.running():
        card = await club.says(club.operator, "/startstream lofi youtube")
    press = await telegram.press(club.operator, card, "Stop")

    async with club.running():
        await telegram.wait_answered(press)
        await telegram.wait_message(club.chat_of(club.operator), "stopped by Otto")


async def test_restart_carries_out_no_order_twice(telegram: FakeTelegram, bot: Bot, clock: FakeClock) -> None:
    """What was answered before the service stopped does not come again at its next start."""
    club = Club(telegram, bot, clock)
    async with club.running():
        await club.says(club.viewer, "/help")

    assert telegram.pending == []


async def test_second_poller_is_said_in_plain_words(
    telegram: FakeTelegram, bot: Bot, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Two services with one token: the log says what is wrong and what to do, once, not every second."""
    club, other = Club(telegram, bot, clock), Club(telegram, bot, clock)
    async with club.running():
        await telegram.wait_until(lambda: telegram.is_polled, what="a poll")
        async with other.running():
            await club.in_time(lambda: len([it for it in telegram.refused if it.status == 409]) > 5)

    conflicts = [line for line in said(caplog).splitlines() if "another program" in line]
    assert 1 <= len(conflicts) <= 2
    assert "only one can" in conflicts[0]


async def test_update_that_nobody_can_read_holds_up_nothing(club: Club, caplog: pytest.LogCaptureFixture) -> None:
    """A kind of update that the library does not understand is skipped, and what people wrote behind it answered."""
    club.telegram.world.updates.add("message", {"nonsense": 1})
    club.telegram.world.updates.add("callback_query", {"id": "9"})

    assert (await club.says(club.viewer, "/help")).text

    assert "could not be read" in said(caplog)


async def test_crash_in_the_bot_harms_nobody_else(club: Club, caplog: pytest.LogCaptureFixture) -> None:
    """A fault on an answer's way gives the person a number that stands in the log, and leaves the next one answered."""
    club.listener.crash = RuntimeError("broken")
    told = (await club.says(club.viewer, "/help")).text
    club.listener.crash = None

    assert (await club.says(club.viewer, "/whoami")).text.startswith("👤")
    assert told.split("number ")[1].rstrip(".") in said(caplog)


async def test_crash_in_a_handler_gives_a_number(club: Club) -> None:
    """When something breaks, the person gets a number that stands in the log."""
    club.bot.engine.crash = RuntimeError("broken")

    assert "tell an admin the number" in (await club.says(club.viewer, "/streams")).text


async def test_orders_of_one_person_keep_their_order(club: Club) -> None:
    """Start and stop typed in one breath end with the stream stopped."""
    chat = club.chat_of(club.operator)
    for order in ("/startstream lofi youtube", "/stop lofi", "/startstream lofi youtube", "/stop lofi"):
        await club.telegram.say(club.operator, chat, order)

    await club.telegram.wait_until(lambda: len(club.telegram.messages(chat)) == 4, what="four answers")

    texts = [seen.text for seen in club.telegram.messages(chat)]
    assert [text[0] for text in texts] == ["🟡", "⚪", "🟡", "⚪"]


async def test_slow_order_holds_up_nobody_else(club: Club) -> None:
    """While one person's order hangs, others are answered."""
    club.telegram.hang("sendPhoto")
    card = await club.says(club.operator, "/startstream lofi youtube")
    stuck = await club.telegram.press(club.operator, card, "Snapshot")

    assert (await club.says(club.viewer, "/help")).text
    assert stuck.answer is None
    await club.telegram.come_back()


async def test_slow_press_stops_spinning(club: Club) -> None:
    """A press that takes long is taken note of after three seconds, so that nobody presses again."""
    card = await club.says(club.operator, "/startstream lofi youtube")
    gate = asyncio.Event()
    club.listener.gate = gate
    press = await club.telegram.press(club.operator, card, "Stop")

    await club.in_time(lambda: press.answer)
    assert card.text.startswith("🟡")
    gate.set()
    await club.telegram.wait_message(club.chat_of(club.operator), "stopped by Otto")
    assert len(club.telegram.calls("answerCallbackQuery")) == 1
