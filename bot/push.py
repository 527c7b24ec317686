"""All that is said unasked, put together: notes, outbox, cards; started before the engine, ended after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.acting import Acting
from bot.card import CardKeeper
from bot.daily import Daily
from bot.notifier import Notifier
from bot.outbox import Outbox, PushTools
from bot.pace import Pace
from bot.readers import Readers
from bot.routes import Routes
from core.model import MAIN_SPACE

if TYPE_CHECKING:
    import asyncio

    from bot.access import Access
    from bot.channel import Channel
    from core.clock import Clock
    from core.engine import Engine
    from core.push import ChatRef

FLUSH_S: Final = 2.0


class Push:
    """Put the channels into `channels` before `start`."""

    def __init__(self, engine: Engine, access: Access, clock: Clock, report_at: str | None = None) -> None:
        """`report_at`: the hour of the daily report, `HH:MM` by each chat's own clock; None: none."""
        self.channels: dict[str, Channel] = {}
        self.acting = Acting(clock)
        self._upkeep = engine.upkeep
        self._access = access
        self._store = engine.store
        readers = Readers(engine.store, access)
        tools = PushTools(engine.store, self.channels, readers, Pace(clock, self.channels), clock)
        routes = Routes(engine.store, access, self.acting, readers)
        self.notifier = Notifier(engine.bus.subscribe(), engine.store, routes, clock, self._wake)
        self.outbox = Outbox(tools, self.notifier)
        self.cards = CardKeeper(engine, engine.bus.subscribe(), tools, self.outbox.is_busy)
        self.daily = Daily(engine, readers, clock, self.outbox.wake, report_at)
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to tell."""
        parts = {
            "alerts": self.notifier.run,
            "cards": self.cards.run,
            "outbox": self.outbox.run,
            "daily": self.daily.run,
        }
        self._tasks = [self._upkeep.keep(part, run) for part, run in parts.items()]

    async def place(self) -> None:
        """Give chats to the spaces that the configuration gives them to now; before `start`."""
        given, chats = self._access.places, self._store.chats
        stand = {at: (at[0], place) for at, place in (await chats.places()).items()}
        wanted = dict(given) | {at: given.get(place, MAIN_SPACE) for at, place in stand.items()}
        for (platform, chat), space in wanted.items():
            await chats.place(platform, chat, space)

    async def stop(self) -> None:
        """Stop refreshing and send what can be sent quickly, while there are still channels."""
        await self._upkeep.end(self._tasks)
        await self.cards.close()
        await self.notifier.finish()
        await self.outbox.close(FLUSH_S)

    async def finish(self) -> None:
        """Write down what happened since, for the next start to tell."""
        await self.notifier.finish()

    def _wake(self, chat: ChatRef) -> None:
        self.outbox.wake(chat)
