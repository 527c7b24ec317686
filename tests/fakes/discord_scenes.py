"""Two places for the tests of the fake Discord: one with a bot that is connected, one with a bot that only asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
import pytest

from tests.fakes.discord_api import Channel, FakeDiscord, Guild, Interaction, Rates, User
from tests.fakes.discord_client import Bot, Clock, connected, point_at

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

Body = dict[str, Any]
MESSAGES = "/channels/{channel_id}/messages"
MESSAGE = MESSAGES + "/{message_id}"
CALLBACK = "/interactions/{webhook_id}/{webhook_token}/callback"
COMMANDS = "/applications/{application_id}/guilds/{guild_id}/commands"


class Scene:
    """A guild with a channel and Rina, and a bot."""

    def __init__(self, fake: FakeDiscord, clock: Clock) -> None:
        self.fake, self.clock = fake, clock
        self.guild: Guild = fake.guild(10, "Club")
        self.channel: Channel = fake.channel(self.guild, "general")
        self.rina: User = fake.user(777, "Rina", "id")
        fake.member(self.rina, self.guild)
        self.bot = Bot()

    @property
    def home(self) -> discord.Object:
        """The guild as discord.py wants it named."""
        return discord.Object(self.guild.id)

    @property
    def place(self) -> discord.PartialMessageable:
        """The channel as discord.py knows it."""
        return self.bot.get_partial_messageable(self.channel.id)

    def command(self) -> Interaction:
        """Let Rina run a command, whichever."""
        return self.fake._interact(2, self.rina, self.channel, {})

    async def send(self, body: Body, channel: Channel | None = None) -> Any:
        """Send a message with this body, unseen by discord.py's own checks."""
        return await self.bot.ask("POST", MESSAGES, body, channel_id=(channel or self.channel).id)

    async def register(self, commands: list[Body]) -> Any:
        """Overwrite the guild's commands."""
        application = self.fake.world.application_id
        return await self.bot.ask("PUT", COMMANDS, commands, application_id=application, guild_id=self.guild.id)

    async def answer(self, kind: int, data: Body, *, to: int = 2, interaction: Interaction | None = None) -> Any:
        """Answer an interaction, else a new one of kind `to`."""
        asked = interaction or self.fake._interact(to, self.rina, self.channel, {})
        body = {"type": kind, "data": data}
        return await self.bot.ask("POST", CALLBACK, body, webhook_id=asked.id, webhook_token=asked.token)


@pytest.fixture
async def talk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    """A scene whose bot is connected and ready. At its end nothing may have been refused."""
    async with FakeDiscord() as fake:
        point_at(fake, monkeypatch)
        scene = Scene(fake, Clock())
        async with connected(fake, scene.bot):
            yield scene
        assert [str(refused) for refused in fake.refused] == []


@pytest.fixture
async def scene(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    """A scene without limits of pace and with a clock that stands; its bot is logged in but not connected."""
    clock = Clock()
    async with FakeDiscord(now=clock, rates=Rates(routes={})) as fake:
        point_at(fake, monkeypatch)
        scene = Scene(fake, clock)
        await scene.bot.login(fake.token)
        yield scene
        await scene.bot.close()


async def refused(request: Any, status: int, code: int, *texts: str) -> None:
    """Make a request that must be refused so, with these words in the error."""
    with pytest.raises(discord.HTTPException) as caught:
        await request
    assert (caught.value.status, caught.value.code) == (status, code)
    assert [text for text in texts if text not in caught.value.text] == []


def row(*parts: Body) -> Body:
    """Return a message with one row."""
    return {"content": "x", "components": [{"type": 1, "components": list(parts)}]}


def button(**parts: Any) -> Body:
    """Return a button."""
    return {"type": 2, "style": 1, "label": "x", "custom_id": "x"} | parts
