"""The whole way on Discord: from a slash command to bytes at the ingest, and from FFmpeg's death to the alert."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from tests.fakes.discord_api import FakeDiscord
from tests.fakes.wait import eventually
from tests.integration.service import end_process, places_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tests.fakes.discord_api import Channel, Message, User
    from tests.fakes.ingest import Ingest
    from tests.integration.service import Service

pytestmark = pytest.mark.real

KEY = "discord-key-of-this-test"
GUILD = 10


class Place:
    """A guild with one channel, and an admin in it."""

    def __init__(self, discord: FakeDiscord) -> None:
        self.discord = discord
        self.guild = discord.guild(GUILD, "Club")
        self.channel: Channel = discord.channel(self.guild, "general")
        self.rina: User = discord.user(1, "Rina")
        discord.member(self.rina, self.guild)

    def settings(self, token: str | None = None) -> dict[str, object]:
        """Return what config.yaml says of it."""
        where = {"api_url": self.discord.api_url, "gateway_url": self.discord.gateway_url}
        return {"token": token or self.discord.token, "guilds": [GUILD], "admins": [1], **where}

    async def message(self, text: str) -> Message:
        """Wait for a message that says this to all."""
        return await eventually(lambda: next((m for m in self.said() if text in m.text), None), text)

    def said(self) -> list[Message]:
        """Return what stands in the channel."""
        return self.discord.messages(self.channel)


@asynccontextmanager
async def started(service: Service, place: Place) -> AsyncIterator[None]:
    """A service that runs while the platform on this loop answers it, its commands in the guild."""
    await asyncio.to_thread(service.start)
    await eventually(lambda: place.discord.commands(place.guild), "the commands in the guild")
    yield


async def test_from_the_first_order_to_the_alert(make_service: Callable[..., Service], ingest: Ingest) -> None:
    """With nothing but a phone: a destination, its key, a live stream; its death is told, its return too; a stop."""
    # N1, N3, N8, P10
    async with FakeDiscord() as discord:
        place = Place(discord)
        rina, channel = place.rina, place.channel
        service = make_service(discord=place.settings(), retry={"steps_s": [1]})
        async with started(service, place):
            asked = await discord.slash(rina, channel, "adddestination", name="night", target=ingest.rtmp_url)
            form = (await asked).modal
            assert form is not None
            sent = await discord.submit_modal(rina, form, key=KEY)
            assert "Saved as 'night'" in (await sent.reply()).text

            await discord.slash(rina, channel, "startstream", source="clip", destination="night")
            card = await place.message("clip → night")
            await eventually(lambda: KEY in ingest.publishing(), "bytes at the ingest")
            await eventually(lambda: "LIVE" in card.text, "a card that says so")

            end_process(await asyncio.to_thread(service.pid))
            alert = await place.message("went dark")
            assert "Stop" in [button.label for button in alert.buttons]
            await eventually(lambda: "is back" in alert.text, "the recovery in the alert")

            await (await discord.press(rina, card, "Stop"))
            await eventually(lambda: "stopped by Rina" in card.text, "the end on the card")
            assert [message.text for message in discord.seen_by(rina, channel) if KEY in message.text] == []
            assert [str(refused) for refused in discord.refused] == []
            assert discord.unanswered == []
            assert await asyncio.to_thread(service.end) == 0
        assert places_of(KEY, service) == places_of(discord.token, service) == []


async def test_an_alert_s_buttons_in_a_channel(make_service: Callable[..., Service], ingest: Ingest) -> None:
    """A viewer's presses on an alert change nothing and are told him alone; an admin's mute, restart, and pin."""
    # N1, N8, P10
    async with FakeDiscord() as discord:
        place = Place(discord)
        rina, vera, channel = place.rina, discord.user(2, "Vera"), place.channel
        discord.member(vera, place.guild)
        service = make_service(discord=place.settings(), retry={"steps_s": [120]})
        async with started(service, place):
            await asyncio.to_thread(service.done, f"adddestination night {ingest.rtmp_url} {KEY}")
            await asyncio.to_thread(service.done, "grant discord:2 viewer")
            await (await discord.slash(rina, channel, "alerts", switch="on"))
            await discord.slash(rina, channel, "startstream", source="clip", destination="night")
            await eventually(lambda: KEY in ingest.publishing(), "bytes at the ingest")

            end_process(await asyncio.to_thread(service.pid))
            alert = await place.message("went dark")
            for label in ("Stop", "Restart now", "Mute 1 h"):
                told = await (await discord.press(vera, alert, label)).followup()
                assert told.ephemeral
                assert "operator" in told.text or "admin" in told.text
            assert (await asyncio.to_thread(service.stream, "clip"))["state"] == "retrying"

            await (await discord.press(rina, alert, "Mute 1 h"))
            await place.message("Muted until")
            await (await discord.press(rina, alert, "Restart now"))
            await eventually(lambda: "is back" in alert.text, "the recovery in the alert")
            assert alert.buttons == []

            await discord.slash(rina, channel, "streams")
            board = await place.message("1 stream · all well")
            await (await discord.press(rina, board, "📌 Pin"))
            await eventually(lambda: board.pinned, "the board among the pins")
            assert [str(refused) for refused in discord.refused] == []
            assert discord.unanswered == []
            assert await asyncio.to_thread(service.end) == 0


async def test_buttons_outlive_the_service(make_service: Callable[..., Service], ingest: Ingest) -> None:
    """A service that was killed and started again goes on with the card, whose Stop stops the stream that went on."""
    async with FakeDiscord() as discord:
        place = Place(discord)
        service = make_service(discord=place.settings())
        async with started(service, place):
            await asyncio.to_thread(service.done, f"adddestination night {ingest.rtmp_url} {KEY}")
            await discord.slash(place.rina, place.channel, "startstream", source="clip", destination="night")
            card = await place.message("clip → night")
            await eventually(lambda: KEY in ingest.publishing(), "bytes at the ingest")

            await asyncio.to_thread(service.kill)
        async with started(service, place):
            await eventually(lambda: discord.gateway.connections, "the service at the gateway")
            pressed = await discord.press(place.rina, card, "Stop")
            await pressed
            await eventually(lambda: "stopped by Rina" in card.text, "the end on the card")
            await eventually(lambda: KEY not in ingest.publishing(), "the end at the ingest")
            assert discord.bulk_overwrites(place.guild) == 1
            assert await asyncio.to_thread(service.end) == 0


async def test_wrong_token_leaves_the_rest_running(make_service: Callable[..., Service]) -> None:
    """With a wrong token the log says what to do about it, and the console goes on answering."""
    async with FakeDiscord() as discord:
        wrong = discord.token[:-3] + "xyz"
        service = make_service(discord=Place(discord).settings(wrong))
        await asyncio.to_thread(service.start)
        await eventually(lambda: "developer portal" in service.stderr, "what is wrong, in the log")
        assert (await asyncio.to_thread(service.order, "health"))["ok"]
        assert wrong not in service.stderr
        assert await asyncio.to_thread(service.end) == 0
