"""Everything that can break: twenty streams of a real service, their ingest, the ways to it and a chat platform."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from bot.cli.client import NoService
from tests.chaos.proxy import Proxy
from tests.chaos.rows import OPEN, count_rows
from tests.chaos.told import Told, read_calls
from tests.fakes.clips import RECIPES
from tests.fakes.ingest import Ingest
from tests.fakes.telegram_api.fake import FakeTelegram
from tests.fakes.wait import eventually
from tests.integration.service import Service

if TYPE_CHECKING:
    from tests.fakes.clips import Clips
    from tests.fakes.nginx import Nginx

ADMIN_ID: Final = 777
CLIPS: Final = ("thin", "three_mbit")
"""300 kbit/s and 3 Mbit/s: what is noticed by bytes has to be noticed with few of them as with many."""

PICTURE_ENDS: Final = "picture_ends"
PICTURE_S: Final = RECIPES[PICTURE_ENDS].picture_s or 0
"""A film whose picture ends so long after its begin, while its sound goes on for long."""

READ_AHEAD_S: Final = 0.5
"""So much earlier the ingest may get it: FFmpeg 9.0 reads ahead at its start."""

LASTS: Final = "6h"
"""For so long each stream is started: longer than any run, so that each has a timer that is to go with it."""

PATIENCE_S: Final = 120.0
"""Far longer than any recovery should take: what takes longer has failed."""


@dataclass
class Stream:
    """One stream of the service at one destination, with its key and its own way to the ingest.

    Copied: its film's packets go out as they are, by an FFmpeg of its own.
    """

    name: str
    source: str
    key: str
    way: Proxy
    copied: bool = True


@dataclass
class World:
    """The service and all around it."""

    folder: Path
    ffmpeg: Path
    clips: Clips
    nginx: Nginx
    streams: list[Stream] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)

    async def __aenter__(self) -> Self:
        self._stack = AsyncExitStack()
        try:
            await self._open()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def _open(self) -> None:
        self.ingest = self._stack.enter_context(Ingest(self.nginx, self.folder / "ingest", record=False))
        # Alerts are measured: what they may cost in time is the platform's business, not this run's.
        self.telegram = await self._stack.enter_async_context(FakeTelegram(flood=None))
        self.admin = self.telegram.user(ADMIN_ID, "Rina")
        self.chat = self.telegram.private_chat(self.admin)
        self.service = Service(self.folder / "service", self.ffmpeg, self._settings())
        self.service.environment |= self.environment
        self._stack.push_async_callback(self.run, self.service.close)
        for clip in (*CLIPS, PICTURE_ENDS):
            self.clips.put(clip, self.service.media / f"{clip}.mp4")
        await self.run(self.service.start)

    def _settings(self) -> dict[str, Any]:
        telegram = {"token": self.telegram.token, "api_url": self.telegram.url, "admins": [ADMIN_ID]}
        limits = {"per_user": 50, "total": 50}
        return {"telegram": telegram, "limits": limits, "report": {"at": None}}  # which would name streams unasked

    async def start_streams(self, count: int) -> None:
        """Start so many streams, each with a key and a way of its own, and have the chat told of their troubles.

        The last one is encoded, once for two destinations.
        """
        await self.telegram.say(self.admin, self.chat, "/alerts on")
        await self.telegram.wait_message(self.chat, lambda message: message.text)
        for number in range(1, count + 1):
            name, clip = f"s{number:02}", CLIPS[number % len(CLIPS)]
            copied = number < count
            places = [await self._add_place(name, clip, copied=copied) for _ in range(1 if copied else 2)]
            mode = "copy" if copied else "encode"
            await self.order(f"startstream {clip} {','.join(places)} name={name} mode={mode} for={LASTS}")
        await self.all_live()

    @property
    def places(self) -> list[str]:
        """The names of the destinations, one for each of `streams`."""
        return [f"d{number:02}" for number in range(1, len(self.streams) + 1)]

    async def _add_place(self, name: str, source: str, *, copied: bool) -> str:
        """Make a destination with a key and a way of its own for a stream, and return its name."""
        way = Proxy(self.ingest.rtmp_port)
        await way.start()
        self._stack.push_async_callback(way.stop)
        stream = Stream(name, source, f"key{len(self.streams) + 1:02}-never-shown", way, copied)
        self.streams.append(stream)
        await self.order(f"adddestination {self.places[-1]} rtmp://127.0.0.1:{way.port}/live {stream.key}")
        return self.places[-1]

    async def order(self, text: str) -> dict[str, Any]:
        """Give an order that is not refused."""
        reply: dict[str, Any] = await self.run(self.service.done, text)
        return reply

    async def views(self) -> dict[str, dict[str, Any]]:
        """Return the streams by name, as the service sees them."""
        found = (await self.order("streams"))["data"]["streams"]
        return {view["name"]: view for view in found}

    async def all_live(self) -> float:
        """Wait until every stream is live and at the ingest; return when that was."""
        keys = {stream.key for stream in self.streams}

        deadline = time.time() + PATIENCE_S
        while True:
            with suppress(NoService, OSError, TimeoutError):
                views = await self.views()
                here = await self.run(self.ingest.publishing)
                if keys <= here and all(view["state"] == "live" for view in views.values()):
                    return time.time()
            if time.time() > deadline:
                raise AssertionError(f"not all are live: {await self.missing()}")
            await asyncio.sleep(0.1)

    async def missing(self) -> str:
        """Tell what is not as it should be, for a failure's text."""
        states = {name: view["state"] for name, view in (await self.views()).items() if view["state"] != "live"}
        gone = {stream.key for stream in self.streams} - await self.run(self.ingest.publishing)
        return f"states {states}, not at the ingest {sorted(gone)}"

    def said(self) -> list[Told]:
        """Return all that the chat was told."""
        return read_calls(self.telegram.calls())

    async def hears(self, names: frozenset[str], since_s: float) -> float:
        """Wait until the chat was told that all of these are dark, or were and are back; return when that was."""

        def look() -> float | None:
            heard: set[str] = set()
            for told in self.said():
                if told.at_s >= since_s and (told.red or told.green):
                    heard |= told.names
                if names <= heard:
                    return told.at_s
            return None

        found = await eventually(look, f"the alert for {sorted(names)}", PATIENCE_S)
        assert found is not None
        return found

    async def publishes(self, stream: Stream, since_s: float) -> float:
        """Wait until the ingest let it in anew, and return when that was; both by the wall clock."""

        def look() -> float | None:
            apart_s = time.time() - time.monotonic()
            mine = [seen for seen in self.ingest.history if (seen.kind, seen.name) == ("publish", stream.key)]
            return next((seen.at_s + apart_s for seen in mine if seen.at_s + apart_s >= since_s), None)

        found = await eventually(look, f"a new publication of {stream.name}", PATIENCE_S)
        assert found is not None
        return found

    def pid_of(self, stream: Stream) -> int:
        """Return the FFmpeg of a stream."""
        return next(pid for pid in self.service.pids() if stream.key.encode() in _command_line(pid))

    def lock_database(self) -> sqlite3.Connection:
        """Keep the database from everybody else; closing the connection frees it."""
        held = sqlite3.connect(self.database, isolation_level=None, timeout=20)
        held.execute("BEGIN EXCLUSIVE")
        return held

    def waiting(self) -> int:
        """Return how many alerts are written and not delivered."""
        return sum(count_rows(self.database, {"alerts": OPEN["alerts not told"]}).values())

    @property
    def database(self) -> Path:
        """The service's database."""
        return self.service.data / "streambro.db"

    @staticmethod
    async def run(call: Any, *arguments: Any) -> Any:
        """Make a blocking call beside the loop, which the platform and the ways live on."""
        return await asyncio.to_thread(call, *arguments)


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
