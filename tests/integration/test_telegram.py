"""The whole way on Telegram: from a typed order to bytes at the ingest, and from FFmpeg's death to the alert."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from tests.fakes.telegram_api import Attachment, FakeTelegram
from tests.fakes.wait import eventually
from tests.integration.service import end_process, places_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tests.fakes.clips import Clips
    from tests.fakes.ingest import Ingest
    from tests.integration.service import Service

pytestmark = pytest.mark.real

KEY = "telegram-key-of-this-test"


@asynccontextmanager
async def started(service: Service) -> AsyncIterator[None]:
    """A service that runs while the platform on this loop answers it."""
    await asyncio.to_thread(service.start)
    yield


async def test_from_the_first_order_to_the_alert(make_service: Callable[..., Service], ingest: Ingest) -> None:
    """With nothing but a phone: a destination, its key, a live stream; its death is told, its return too; a stop."""
    # N1, N3, N8, P10
    async with FakeTelegram() as telegram:
        rina = telegram.user(1, "Rina", "rina")
        chat = telegram.private_chat(rina)
        config = {"token": telegram.token, "api_url": telegram.url, "admins": [1]}
        service = make_service(telegram=config, retry={"steps_s": [1]})
        async with started(service):
            await telegram.say(rina, chat, f"/adddestination night {ingest.rtmp_url}")
            await telegram.wait_message(chat, "Send me the key")
            await telegram.say(rina, chat, KEY)
            await telegram.wait_message(chat, "Saved as 'night'")

            await telegram.say(rina, chat, "/startstream clip night")
            card = await telegram.wait_message(chat, "clip → night")
            await eventually(lambda: KEY in ingest.publishing(), "bytes at the ingest")
            await telegram.wait_until(lambda: "LIVE" in card.text, what="a card that says so")

            end_process(await asyncio.to_thread(service.pid))
            alert = await telegram.wait_message(chat, "went dark")
            assert "Stop" in alert.labels
            await telegram.wait_until(lambda: "is back" in alert.text, what="the recovery in the alert")

            press = await telegram.press(rina, card, "Stop")
            await telegram.wait_answered(press)
            await telegram.wait_until(lambda: "stopped by Rina" in card.text, what="the end on the card")
            assert [message.text for message in telegram.history(chat) if KEY in message.text] == []
            assert telegram.refused == []
            assert await asyncio.to_thread(service.end) == 0
        assert places_of(KEY, service) == places_of(telegram.token, service) == []


async def test_an_alert_s_buttons_in_a_group(make_service: Callable[..., Service], ingest: Ingest) -> None:
    """In a group a viewer's presses on an alert change nothing, an admin's mute, restart, and pin the board."""
    # N1, N8, P10
    async with FakeTelegram() as telegram:
        rina, vera = telegram.user(1, "Rina", "rina"), telegram.user(2, "Vera", "vera")
        group = telegram.group(-1_000_000_000_055, "Club", [rina, vera], bot_rights=["can_pin_messages"])
        config = {"token": telegram.token, "api_url": telegram.url, "admins": [1]}
        service = make_service(telegram=config, retry={"steps_s": [120]})
        async with started(service):
            await asyncio.to_thread(service.done, f"adddestination night {ingest.rtmp_url} {KEY}")
            await asyncio.to_thread(service.done, "grant telegram:2 viewer")
            await telegram.say(rina, group, "/alerts on")
            await telegram.wait_message(group, "Alerts come here")
            await telegram.say(rina, group, "/startstream clip night")
            await eventually(lambda: KEY in ingest.publishing(), "bytes at the ingest")

            end_process(await asyncio.to_thread(service.pid))
            alert = await telegram.wait_message(group, "went dark")
            for label in ("Stop", "Restart now", "Mute 1 h"):
                note = await telegram.wait_answered(await telegram.press(vera, alert, label))
                assert "operator" in note or "admin" in note
            assert (await asyncio.to_thread(service.stream, "clip"))["state"] == "retrying"

            await telegram.wait_answered(await telegram.press(rina, alert, "Mute 1 h"))
            await telegram.wait_message(group, "Muted until")
            await telegram.wait_answered(await telegram.press(rina, alert, "Restart now"))
            await telegram.wait_until(lambda: "is back" in alert.text, what="the recovery in the alert")
            assert alert.labels == []

            await telegram.say(vera, group, "/streams")
            seen = await telegram.wait_message(group, "1 stream · all well")
            assert [label for label in seen.labels if "Pin" in label] == []
            await telegram.say(rina, group, "/streams")
            (board,) = await telegram.wait_until(
                lambda: [message for message in telegram.messages(group) if "📌 Pin" in message.labels], what="a board"
            )
            await telegram.wait_answered(await telegram.press(rina, board, "📌 Pin"))
            await telegram.wait_until(lambda: board.pinned, what="the board at the top")
            await telegram.wait_until(lambda: "newer message" in seen.text, what="the old board's farewell")
            assert telegram.refused == []
            assert await asyncio.to_thread(service.end) == 0


async def test_wrong_token_leaves_the_rest_running(make_service: Callable[..., Service]) -> None:
    """With a wrong token the log says what to do about it, and the console goes on answering."""
    async with FakeTelegram() as telegram:
        wrong = telegram.token[:-3] + "xyz"
        service = make_service(telegram={"token": wrong, "api_url": telegram.url})
        async with started(service):
            await eventually(lambda: "BotFather" in service.stderr, "what is wrong, in the log")
            assert (await asyncio.to_thread(service.order, "health"))["ok"]
            assert wrong not in service.stderr
            assert await asyncio.to_thread(service.end) == 0


async def test_invitation_is_a_link(make_service: Callable[..., Service]) -> None:
    """/invite gives a link; whoever taps it is in, with the role that it was made for."""
    async with FakeTelegram() as telegram:
        rina, budi = telegram.user(1, "Rina"), telegram.user(2, "Budi")
        chat, his = telegram.private_chat(rina), telegram.private_chat(budi)
        service = make_service(telegram={"token": telegram.token, "api_url": telegram.url, "admins": [1]})
        async with started(service):
            await telegram.say(rina, chat, "/invite operator")
            invitation = await telegram.wait_message(chat, "https://t.me/streambro_bot?start=")
            code = invitation.text.partition("?start=")[2].split()[0]

            await telegram.say(budi, his, f"/start {code}")

            await telegram.wait_message(his, "Welcome, Budi. You are operator here.")
            assert await asyncio.to_thread(service.end) == 0


async def test_clip_sent_in_chat_goes_live(make_service: Callable[..., Service], clips: Clips) -> None:
    """A clip that is sent to the bot is in the library moments later, and can be put on air by its name."""
    async with FakeTelegram() as telegram:
        rina = telegram.user(1, "Rina")
        chat = telegram.private_chat(rina)
        service = make_service(telegram={"token": telegram.token, "api_url": telegram.url, "admins": [1]})
        clip = Attachment(name="evening.mp4", content=clips["short"].read_bytes(), mime_type="video/mp4")
        async with started(service):
            await telegram.say(rina, chat, video=clip)
            await telegram.wait_message(chat, "evening.mp4 is in the library")

            await telegram.say(rina, chat, "/startstream")

            assert "evening" in (await telegram.wait_message(chat, "What shall go live?")).labels
            assert telegram.refused == []
            assert await asyncio.to_thread(service.end) == 0
