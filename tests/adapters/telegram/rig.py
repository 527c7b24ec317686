"""A club on Telegram: the real channel and the real dispatcher on the fake platform, and people who use it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import SecretStr

from adapters.telegram.channel import TelegramChannel
from adapters.telegram.pace import Rates
from bot.channel import ChannelError
from bot.config import TelegramConfig
from bot.reply import say

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine
    from pathlib import Path

    from bot.channel import MessageRef, OfferedFile
    from bot.files_in import FilesIn
    from bot.reply import Reply
    from bot.spec import Invocation
    from core.people import Role
    from tests.bot.talk import Bot
    from tests.fakes.clock import FakeClock
    from tests.fakes.telegram_api import Chat, FakeTelegram, Message, User

Found = TypeVar("Found")
MANY_SECONDS = 8000
ROUNDS = 100
AT_ONCE = Rates(chat_per_s=1e6, chat_burst=1000, group=10_000, overall=10_000)
"""For tests that are not about the pace."""


class Listener:
    """Implements `Answering` on the real dispatcher, and keeps what it was told and offered."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self.asked: list[Invocation] = []
        self.told: list[tuple[MessageRef, Reply]] = []
        self.files: list[tuple[Invocation, OfferedFile]] = []
        self.taken = say("taken")
        self.library: FilesIn | None = None
        self.crash: Exception | None = None
        self.fetch_to: Path | None = None
        self.gate: asyncio.Event | None = None

    async def answer(self, invocation: Invocation) -> Reply | None:
        self.asked.append(invocation)
        if self.crash is not None:
            raise self.crash
        if self.gate is not None:
            await self.gate.wait()
        return await self._bot.dispatcher.answer(invocation)

    async def shown(self, invocation: Invocation, message: MessageRef, reply: Reply) -> None:  # noqa: ARG002 - the protocol
        self.told.append((message, reply))

    async def take_file(self, invocation: Invocation, file: OfferedFile) -> Reply | None:
        self.files.append((invocation, file))
        if self.library is not None:
            return await self.library.take(invocation, file)
        if self.fetch_to is not None:
            with suppress(ChannelError):
                await file.save(self.fetch_to)
        return self.taken

    async def role_of(self, invocation: Invocation) -> Role | None:
        return (await self._bot.dispatcher._auth.identify(invocation)).role

    async def complete(self, invocation: Invocation, param: str, typed: str) -> list[tuple[str, str]]:
        return await self._bot.dispatcher.complete(invocation, param, typed)


class Club:
    """Everything together. Each person has a private chat with the bot."""

    def __init__(self, telegram: FakeTelegram, bot: Bot, clock: FakeClock, rates: Rates = AT_ONCE) -> None:
        self.telegram = telegram
        self.bot = bot
        self.clock = clock
        self.listener = Listener(bot)
        config = TelegramConfig(token=SecretStr(telegram.token), api_url=telegram.url, admins=(1,))
        self.channel = TelegramChannel(config, self.listener, "en", clock, rates)
        self.boss = self._person(1, "Rina", "rina")
        self.viewer = self._person(2, "Vera", "vera")
        self.operator = self._person(3, "Otto", "otto")
        self.admin = self._person(4, "Ada", "ada")
        self.stranger = self._person(777, "Mallory", "mallory")

    def _person(self, id: int, name: str, username: str) -> User:  # noqa: A002 - the platform's own name
        user = self.telegram.user(id, name, username)
        self.telegram.private_chat(user)
        return user

    def chat_of(self, user: User) -> Chat:
        """Return a person's private chat with the bot."""
        return self.telegram.private_chat(user)

    def group(self, number: int = -1_000_000_000_055, **more: Any) -> Chat:
        """Make a group with all in it but the stranger."""
        return self.telegram.group(number, "Club", [self.viewer, self.operator, self.admin, self.boss], **more)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Let the channel listen."""
        task = asyncio.create_task(self.channel.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    @asynccontextmanager
    async def beside(self, *talks: Coroutine[None, None, None]) -> AsyncIterator[None]:
        """Let something go on meanwhile, and see what became of it at the end."""
        tasks = [asyncio.create_task(talk) for talk in talks]
        try:
            yield
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()

    async def says(self, user: User, text: str, chat: Chat | None = None, **more: Any) -> Message:
        """Let somebody write, and return what the bot sends into that chat next."""
        chat = chat or self.chat_of(user)
        before = len(self.telegram.messages(chat))
        await self.telegram.say(user, chat, text, **more)
        return await self.next_message(chat, before)

    async def next_message(self, chat: Chat, before: int) -> Message:
        """Return the first message of the bot after so many."""
        found = await self.telegram.wait_until(lambda: self.telegram.messages(chat)[before:], what="an answer")
        return found[0]

    async def in_time(self, check: Callable[[], Found], what: str = "") -> Found:
        """Move the clock on, second by second, until `check` holds."""
        for _ in range(MANY_SECONDS):
            for _ in range(ROUNDS):  # the platform is on the same loop, but behind real sockets
                await asyncio.sleep(0)
            await asyncio.sleep(0.001)  # and the store in another thread
            if found := check():
                return found
            await self.clock.advance(1)
        raise AssertionError(f"waited in vain for {what or check}; refused: {self.telegram.refused}")

    async def presses(self, user: User, message: Message, label: str) -> str:
        """Let somebody press a button, and return the note that it is answered with once all is done."""
        press = await self.telegram.press(user, message, label)
        note = await self.telegram.wait_answered(press)
        assert press.answer is not None
        return note
