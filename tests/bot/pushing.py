"""A service that pushes, over a real database file: it can be killed and started again; and the troubles it tells."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.access import Access
from bot.push import Push
from core.events import OutputFailed, OutputRecovered, OutputWentDark, StreamEnded
from core.model import MAIN_SPACE, Cause, CauseCode, Outcome, Platform, RunId, StreamId, build_output_id
from core.people import Role
from core.push import AlertChat, ChatRef
from core.store import Store
from tests.fakes.channel import FakeChannel, Message
from tests.fakes.engine import FakeEngine
from tests.fakes.stores import StoreAtRest, put_empty_database

if TYPE_CHECKING:
    from pathlib import Path

    from core.events import Event
    from core.model import DestinationId
    from tests.fakes.clock import FakeClock

GROUP = ChatRef("telegram", "-100", "7")
OTHER = ChatRef("telegram", "-200")
ADMIN = ChatRef("telegram", "user:4")
CONSOLE = ChatRef("console", "local")


class Pushing:
    """One service at a time over what outlives it: the database and the platforms."""

    def __init__(self, folder: Path, clock: FakeClock) -> None:
        self.path = put_empty_database(folder)
        self.clock = clock
        self.telegram = FakeChannel(clock)
        self.console = FakeChannel(clock, "console", 600.0)
        self.store: Store
        self.engine: FakeEngine
        self.push: Push

    async def open(self) -> None:
        """Start the service."""
        self.store = await Store.open(self.path, busy_timeout_ms=20)
        self.clock.settled = StoreAtRest(self.store).wait
        self.engine = FakeEngine(self.store, self.clock)
        self.push = Push(self.engine, Access(), self.clock)  # type: ignore[arg-type]  # the facade without FFmpeg
        self.push.channels |= {"telegram": self.telegram, "console": self.console}
        await self.prepare()
        self.push.start()
        await self.clock.settle()

    async def prepare(self) -> None:
        """Let the engine, which keeps all in memory, know what a real one finds in the database."""

    async def kill(self) -> None:
        """Kill -9: nothing is finished, nothing is written any more."""
        for task in (mine := [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]):
            task.cancel()
        await asyncio.gather(*mine, return_exceptions=True)
        self.clock.settled = None
        await self.store.close()

    async def close(self) -> None:
        """Stop in good order."""
        await self.push.stop()
        await self.push.finish()
        self.clock.settled = None
        await self.store.close()

    # What is set up

    async def subscribe(self, chat: ChatRef = GROUP, **said: object) -> None:
        """Let a chat ask for alerts."""
        await self.store.chats.put(AlertChat(chat, MAIN_SPACE, wanted=True, **said))  # type: ignore[arg-type]  # fields by name

    async def add_admin(self) -> None:
        """Let the space have an admin, who is `ADMIN` in private."""
        ada = await self.store.people.person("telegram", "4", "Ada")
        await self.store.people.grant(ada.id, MAIN_SPACE, Role.ADMIN)

    # What happens

    def publish(self, *events: Event) -> None:
        """Let it happen in the engine."""
        for event in events:
            self.engine.bus.publish(event)

    async def happens(self, *events: Event, after_s: float = 1.0) -> None:
        """Let it happen, and time pass."""
        self.publish(*events)
        await self.clock.advance(after_s)

    @property
    def group(self) -> list[Message]:
        """What stands in the alert chat."""
        return self.telegram.in_chat(GROUP)

    @property
    def texts(self) -> list[str]:
        """What the alert chat's messages say now."""
        return [message.text for message in self.group]

    def dark(self, number: int = 1, failures: int = 1, since_s: float = 0.0, **more: object) -> OutputWentDark:
        """Stream `s1`, `s2` ... went dark at YouTube."""
        values = {"cause": Cause(CauseCode.RESET, "rtmp://x/KEY"), "next_try_s": 1.0, **self._output(number), **more}
        since = self.clock.now() - timedelta(seconds=since_s)
        return OutputWentDark(failures=failures, dark_since=since, **values)  # type: ignore[arg-type]  # fields by name

    def recovered(self, dark: OutputWentDark) -> OutputRecovered:
        """It is back."""
        lasted = (self.clock.now() - dark.dark_since).total_seconds()
        number = int(dark.stream)
        return OutputRecovered(dark_s=lasted, tries=2, dark_since=dark.dark_since, **self._output(number))  # type: ignore[arg-type]  # fields by name

    def failed(self, number: int = 1, since_s: float | None = None) -> OutputFailed:
        """It was given up, in an outage that has lasted so long, or out of none."""
        cause = Cause(CauseCode.SOURCE_MISSING)
        since = None if since_s is None else self.clock.now() - timedelta(seconds=since_s)
        return OutputFailed(cause=cause, tries=3, dark_since=since, **self._output(number))  # type: ignore[arg-type]  # fields by name

    def ended(self, number: int = 1, outcome: Outcome = Outcome.SCHEDULED, by: str | None = None) -> StreamEnded:
        """Its run is over."""
        cause = Cause(CauseCode.SOURCE_MISSING) if outcome is Outcome.FAILED else None
        own = self._stream(number)
        return StreamEnded(outcome=outcome, cause=cause, by=by, dark_s=0.0, bytes_sent=0, **own)  # type: ignore[arg-type]  # fields by name

    def _stream(self, number: int) -> dict[str, object]:
        stream = StreamId(number)
        name, run = f"s{number}", RunId(number)
        return {"at": self.clock.now(), "space": MAIN_SPACE, "stream": stream, "name": name, "run": run}

    def _output(self, number: int) -> dict[str, object]:
        destination: DestinationId = 1  # type: ignore[assignment]  # a new type of int
        output = build_output_id(StreamId(number), destination)
        return {**self._stream(number), "output": output, "destination": "youtube", "platform": Platform.YOUTUBE}
