"""Trouble on request: failures, hangs, lost answers and a platform that is away."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import pytest
from telegram.error import NetworkError, RetryAfter, TimedOut

if TYPE_CHECKING:
    from telegram import Bot

    from tests.fakes.telegram_api import Chat, FakeTelegram, User

pytestmark = pytest.mark.filterwarnings("ignore:Deprecated since version v22.2")


async def test_method_fails_as_often_as_told(telegram: FakeTelegram, bot: Bot, chat: Chat) -> None:
    """A test can make a method fail for a while; that does not count as the bot's own mistake."""
    telegram.fail("sendMessage", 502, times=2)

    for _ in range(2):
        with pytest.raises(NetworkError, match="Bad Gateway"):
            await bot.send_message(chat.id, "x")
        await bot.get_me()
    await bot.send_message(chat.id, "x")
    assert len(telegram.messages(chat)) == 1
    assert telegram.refused == []


async def test_flood_control_can_be_ordered(telegram: FakeTelegram, bot: Bot, chat: Chat) -> None:
    """A test can make the platform ask for any wait."""
    telegram.fail("editMessageText", 429, retry_after_s=17)
    sent = await bot.send_message(chat.id, "x")

    with pytest.raises(RetryAfter) as caught:
        await sent.edit_text("y")
    assert caught.value._retry_after.total_seconds() == 17


@pytest.mark.parametrize("carried_out", [False, True])
async def test_lost_connection_may_or_may_not_have_sent(
    telegram: FakeTelegram, bot: Bot, chat: Chat, carried_out: bool
) -> None:
    """A connection breaks before the message was taken, or after it: the bot can't know."""
    telegram.drop("sendMessage", times=1, carried_out=carried_out)

    with pytest.raises(NetworkError):
        await bot.send_message(chat.id, "x")
    assert len(telegram.messages(chat)) == carried_out
    await bot.send_message(chat.id, "x")


async def test_hanging_platform_times_out(telegram: FakeTelegram, bot: Bot, chat: Chat) -> None:
    """A platform that takes requests and never answers runs into the client's own time-out, until it is back."""
    telegram.hang()

    with pytest.raises(TimedOut):
        await bot.send_message(chat.id, "x", read_timeout=0.05)
    await telegram.come_back()
    await bot.send_message(chat.id, "y")
    assert [message.text for message in telegram.messages(chat)] == ["y"]


async def test_poll_hangs_with_the_platform(telegram: FakeTelegram, bot: Bot, rina: User, chat: Chat) -> None:
    """A poll that waited when the platform began to hang gets nothing, and the update is there afterwards."""
    waiting = asyncio.create_task(bot.get_updates(timeout=50))
    await telegram.wait_until(lambda: telegram.is_polled)
    telegram.hang()
    await telegram.say(rina, chat, "hi")
    await telegram.wait_until(lambda: not telegram.is_polled)

    await telegram.come_back()
    with pytest.raises(NetworkError):
        await waiting
    assert len(await bot.get_updates()) == 1


async def test_platform_goes_away_and_comes_back(telegram: FakeTelegram, bot: Bot, rina: User, chat: Chat) -> None:
    """While the platform is away it refuses connections; what people said meanwhile is there when it is back."""
    url = telegram.url
    waiting = asyncio.create_task(bot.get_updates(timeout=50))
    await telegram.wait_until(lambda: telegram.is_polled)

    await telegram.go_away()
    with pytest.raises(NetworkError):
        await waiting
    with pytest.raises(NetworkError, match="ConnectError"):
        await bot.send_message(chat.id, "x")
    await telegram.say(rina, chat, "are you there?")
    await telegram.come_back()

    assert telegram.url == url
    (update,) = await bot.get_updates()
    assert update.message is not None
    await update.message.reply_text("yes")
    assert [message.text for message in telegram.messages(chat)] == ["yes"]
    assert telegram.refused == []


async def test_requests_of_any_encoding_are_read(telegram: FakeTelegram, chat: Chat) -> None:
    """The platform reads JSON, forms and addresses alike, in any case, as it says that it does."""
    markup = {"inline_keyboard": [[{"text": "B", "callback_data": "x"}]]}
    base = f"{telegram.url}/bot{telegram.token}"
    async with aiohttp.ClientSession() as client:
        for sending in (
            client.post(f"{base}/sendMessage", json={"chat_id": chat.id, "text": "json", "reply_markup": markup}),
            client.post(f"{base}/SENDMESSAGE", data={"chat_id": str(chat.id), "text": "form"}),
            client.get(f"{base}/sendmessage", params={"chat_id": chat.id, "text": "address"}),
        ):
            async with sending as answer:
                assert (await answer.json())["ok"] is True
        async with client.post(f"{base}/sendNothing") as answer:
            assert (answer.status, (await answer.json())["description"]) == (404, "Not Found: method not found")

    assert [message.text for message in telegram.messages(chat)] == ["json", "form", "address"]
    assert [call.method for call in telegram.calls()] == ["sendMessage"] * 3 + ["sendNothing"]
