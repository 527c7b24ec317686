"""Both chat platforms on the loopback, in a thread of their own, for what a service with chat costs."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from tests.fakes.discord_api import FakeDiscord
from tests.fakes.telegram_api import FakeTelegram

GUILD = 10
Done = TypeVar("Done")


@dataclass(frozen=True)
class Platforms:
    """Where the platforms are, as a service's settings, and whether it has come to both."""

    telegram: FakeTelegram
    discord: FakeDiscord
    loop: asyncio.AbstractEventLoop

    def do(self, work: Coroutine[Any, Any, Done]) -> Done:
        """Let something happen there, from another thread."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    @property
    def settings(self) -> dict[str, dict[str, object]]:
        """What config.yaml says of them."""
        discord = {"api_url": self.discord.api_url, "gateway_url": self.discord.gateway_url, "guilds": [GUILD]}
        return {
            "telegram": {"token": self.telegram.token, "api_url": self.telegram.url},
            "discord": {"token": self.discord.token, **discord},
        }

    def reached(self) -> bool:
        """Whether the service listens on both and its commands are there."""
        return self.telegram.is_polled and GUILD in self.discord.world.commands


@contextmanager
def platforms() -> Iterator[Platforms]:
    """Run both until the end of the context."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    made = asyncio.run_coroutine_threadsafe(_start(), loop).result()
    try:
        yield made
    finally:
        made.do(_stop(made))
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _start() -> Platforms:
    made = Platforms(FakeTelegram(), FakeDiscord(), asyncio.get_running_loop())
    await made.telegram.start()
    await made.discord.start()
    made.discord.guild(GUILD, "Club")
    return made


async def _stop(made: Platforms) -> None:
    await made.discord.stop()
    await made.telegram.stop()
