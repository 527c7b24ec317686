"""What the console's tests share: a bot that answers as it is told, and the console on a real socket before it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from adapters.console.channel import ConsoleChannel
from bot.cli.client import Client
from bot.reply import Reply, say
from bot.spec import Invocation
from core.people import Role
from tests.fakes.wait import eventually


@dataclass
class Listener:
    """Takes orders and notes them; implements `bot.channel.Answering`."""

    orders: list[Invocation] = field(default_factory=list)
    asked: list[tuple[str | None, str, str]] = field(default_factory=list)
    reply: Reply | None = field(default_factory=lambda: say("done"))
    holding: asyncio.Event | None = None

    async def answer(self, invocation: Invocation) -> Reply | None:
        self.orders.append(invocation)
        if self.holding is not None:
            await self.holding.wait()
        return self.reply

    async def shown(self, *_: object) -> None:
        raise AssertionError("the console keeps its cards by asking")

    async def take_file(self, *_: object) -> Reply | None:
        raise AssertionError("the console takes no files")

    async def role_of(self, *_: object) -> Role | None:
        return Role.ADMIN

    async def complete(self, invocation: Invocation, param: str, typed: str) -> list[tuple[str, str]]:
        self.asked.append((invocation.command, param, typed))
        names = ["lofi", "ngaji subuh", "lo\x1b[2Jud"]
        return [(name, name) for name in names if name.startswith(typed)]


@pytest.fixture
def listener() -> Listener:
    """The bot behind the console."""
    return Listener()


@pytest.fixture
def socket(tmp_path: Path) -> Path:
    """Where the console listens."""
    return tmp_path / "console.sock"


@pytest.fixture
async def channel(socket: Path, listener: Listener) -> AsyncIterator[ConsoleChannel]:
    """A console that listens; after the test its socket is gone."""
    channel = ConsoleChannel(socket, listener)
    task = asyncio.create_task(channel.run())
    await eventually(socket.exists, "the console's socket")
    yield channel
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert not await asyncio.to_thread(socket.exists)


@pytest.fixture
async def client(channel: ConsoleChannel, socket: Path) -> AsyncIterator[Client]:
    """Somebody connected to it."""
    assert channel.platform == "console"
    client = await Client.connect(socket)
    yield client
    await client.close()
