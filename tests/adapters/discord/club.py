"""A guild with people of each role, the bot's dispatcher, and the adapter connected to a fake Discord."""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from pydantic import SecretStr

from adapters.discord import build
from adapters.discord.channel import DiscordChannel
from adapters.discord.client import Client
from bot.channel import ChannelError, ChatRef
from bot.config import DiscordConfig
from bot.reply import say
from core.model import MAIN_SPACE
from core.people import Role

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.channel import MessageRef, OfferedFile
    from bot.files_in import FilesIn
    from bot.reply import Reply
    from bot.spec import Invocation
    from core.clock import Clock
    from tests.bot.talk import Bot
    from tests.fakes.discord_api import FakeDiscord, Interaction, Message, User

GUILD = 10


class Ears:
    """The bot as the adapter sees it: the real dispatcher, and what it was told beside."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self.heard: list[Invocation] = []
        self.showed: list[tuple[Invocation, MessageRef, Reply]] = []
        self.taken: list[OfferedFile] = []
        self.library: FilesIn | None = None
        self.says: Reply | None = None
        self.holds: asyncio.Event | None = None

    async def answer(self, invocation: Invocation) -> Reply | None:
        """Ask the dispatcher, or say what the test wants said."""
        self.heard.append(invocation)
        if self.holds is not None:
            await self.holds.wait()
        return self.says or await self.bot.dispatcher.answer(invocation)

    async def shown(self, invocation: Invocation, message: MessageRef, reply: Reply) -> None:
        """Keep it."""
        self.showed.append((invocation, message, reply))

    async def take_file(self, invocation: Invocation, file: OfferedFile) -> Reply | None:
        """Keep it."""
        if (await self.bot.dispatcher._auth.identify(invocation)).role is None:
            return None
        self.heard.append(invocation)
        self.taken.append(file)
        if self.library is not None:
            return await self.library.take(invocation, file)
        return say(f"took {file.name}")

    async def role_of(self, _: Invocation) -> Role | None:
        """Discord shows its commands to all."""
        return None

    async def complete(self, invocation: Invocation, param: str, typed: str) -> list[tuple[str, str]]:
        """Ask the dispatcher."""
        if self.holds is not None:
            await self.holds.wait()
        return await self.bot.dispatcher.complete(invocation, param, typed)


class Club:
    """Vera looks, Otto operates, Ada administers, and Mallory is on no list."""

    def __init__(self, fake: FakeDiscord, ears: Ears) -> None:
        self.fake, self.ears = fake, ears
        self.guild = fake.guild(GUILD, "Club")
        self.place = fake.channel(self.guild, "general")
        self.vera, self.otto, self.ada, self.mallory = (
            self._let_in(number, name) for number, name in ((2, "Vera"), (3, "Otto"), (4, "Ada"), (777, "Mallory"))
        )
        built = build(self.config(), ears)
        assert isinstance(built, DiscordChannel)
        self.channel = built

    def config(self, token: str | None = None) -> DiscordConfig:
        """The adapter's configuration."""
        return DiscordConfig(
            token=SecretStr(token or self.fake.token),
            api_url=self.fake.api_url,
            gateway_url=self.fake.gateway_url,
            guilds=(GUILD,),
        )

    def rebuild(self, clock: Clock | None = None, token: str | None = None, language: str = "en") -> None:
        """Start the service anew: an adapter that remembers nothing."""
        self.channel = DiscordChannel(self.config(token), self.ears, language, clock)

    @property
    def chat(self) -> ChatRef:
        """The channel as the bot names it."""
        return ChatRef("discord", str(self.place.id))

    def _let_in(self, number: int, name: str) -> User:
        user = self.fake.user(number, name)
        self.fake.member(user, self.guild)
        return user

    async def furnish(self) -> None:
        """Give the three their roles."""
        people = self.ears.bot.store.people
        for user, role in ((self.vera, Role.VIEWER), (self.otto, Role.OPERATOR), (self.ada, Role.ADMIN)):
            person = await people.person("discord", str(user.id), user.name)
            await people.grant(person.id, MAIN_SPACE, role)

    async def ready(self) -> None:
        """Wait until the commands are there."""
        await self.fake.until(lambda: self.fake.commands(self.guild))

    async def synced(self) -> None:
        """Wait until the adapter has seen to the guild's commands."""
        await self.fake.until(self._has_synced)

    def _client(self) -> Client | None:
        client = self.channel._post.client
        assert client is None or isinstance(client, Client)
        return client

    def _has_synced(self) -> bool:
        client = self._client()
        return client is not None and GUILD in client._kept and all(task.done() for task in client._kept.values())

    async def running(self) -> list[str]:
        """Names of the streams that run."""
        return [view.name for view in await self.ears.bot.engine.views(MAIN_SPACE) if view.running]

    async def order(self, user: User, command: str, /, **options: object) -> Interaction:
        """Run a command in the channel and wait until it is answered, one way or another."""
        return await self.settled(await self.fake.slash(user, self.place, command, **options))

    async def press(self, user: User, message: Message, label: str) -> Interaction:
        """Press a button and wait until that is answered."""
        return await self.settled(await self.fake.press(user, message, label))

    async def settled(self, interaction: Interaction) -> Interaction:
        """Wait until nothing of the answer is outstanding."""
        await interaction
        await self.fake.until(lambda: not self._answers_under_way())
        return interaction

    def _answers_under_way(self) -> int:
        client = self._client()
        return len(client._tasks) if client is not None else 0

    def said(self) -> list[Message]:
        """What stands in the channel for all to see."""
        return self.fake.messages(self.place)

    def last(self) -> Message:
        """The channel's newest message."""
        return self.said()[-1]

    def whispered(self, user: User) -> list[Message]:
        """What only this person sees."""
        return [message for message in self.fake.seen_by(user, self.place) if message.ephemeral]

    async def start_stream(self) -> Message:
        """Let Otto start a stream and return its card."""
        await self.order(self.otto, "startstream", source="lofi", destination="youtube")
        return self.last()

    async def post(self, reply: Reply) -> MessageRef:
        """Send as the notifier does: again while Discord is away."""
        for _ in range(200):
            try:
                return await self.channel.send(self.chat, reply)
            except ChannelError:
                await asyncio.sleep(0.02)
        raise AssertionError("it was never sent")


def plain(text: str) -> str:
    """What a person reads: without the marks that make it literal or strong."""
    return re.sub(r"\\([\\*_~`|<>\[\]@#-])", r"\1", text.replace("**", ""))


@asynccontextmanager
async def running(club: Club) -> AsyncIterator[Club]:
    """Let the adapter run."""
    task = asyncio.create_task(club.channel.run())
    try:
        yield club
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
