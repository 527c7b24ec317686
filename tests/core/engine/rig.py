"""An engine on a real database and a pretended host, on a fake clock; it can be killed and started again."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, cast

import pytest

from core.config import CoreConfig
from core.engine import Engine
from core.errors import NotFound, SourceUnreadable, StoreUnavailable
from core.events import Bus
from core.ffmpeg.binary import FfmpegBinary
from core.media.disk import Disk
from core.media.fetch import Fetcher
from core.media.imports import Imports
from core.model import (
    MAIN_SPACE,
    Actor,
    AudioTrack,
    MediaItem,
    Platform,
    Probe,
    SourceKind,
    SourceRef,
    SpaceName,
    VideoTrack,
)
from core.names import find
from core.people import Role
from core.planning import Planner
from core.schedule.keeper import TICK_S
from core.secrets import Secret
from core.store.store import Store
from core.streams.backoff import Brake
from core.streams.deck import Deck
from core.streams.epochs import Epochs
from core.streams.order import Surroundings
from core.streams.places import Places
from core.upkeep import Upkeep
from tests.fakes.clock import FakeClock, FakeTimers
from tests.fakes.runner import SAMPLE_S, FakeHost, FakeRunner
from tests.fakes.stores import AtOnce, Unhurried, put_empty_database

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.events import Event, Subscription
    from core.model import Destination, DestinationId

GOOD = Probe(
    "mov,mp4",
    60.0,
    3000.0,
    VideoTrack("h264", "High", "yuv420p", 1280, 720, 30.0, "1/15360", keyframe_gap_s=2.0),
    AudioTrack("aac", "LC", 44100, 2, "1/44100"),
)
SOURCES = ("lofi", "ngaji", "dzikir")
KEYS = ("youtube", "twitch", "facebook", "spare")


SOON = 10_000
"""Rounds of the loop, far beyond what any order takes."""


async def _settle() -> None:
    """Let everything happen that can happen without time passing: nothing here waits for a thread."""
    loop = cast("Any", asyncio.get_running_loop())
    for _ in range(SOON):
        await asyncio.sleep(0)
        if not loop._ready:
            return
    pytest.fail("the engine never comes to rest")


def _age(task: asyncio.Task[Any]) -> tuple[int, str]:
    """Sort tasks in the same order in each run: `Task-9` before `Task-10`."""
    return len(task.get_name()), task.get_name()


def told(rig: Rig, *kinds: type[Event]) -> list[Any]:
    """Return what was told of these kinds since the last call."""
    return [event for event in rig.heard() if isinstance(event, kinds)]


class PretendedLibrary:
    """The space's rows as they are, with files that need not exist."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.silent = False  # as on a disk that has died
        self.disk = Disk(Path("/media"))

    async def find(self, space: SpaceName, typed: str) -> SourceRef:
        items = {item.name.rpartition(".")[0]: item for item in await self._store.media.all(space)}
        item = find("source", typed, items)
        return SourceRef(SourceKind.MEDIA, item.id, item.name.rpartition(".")[0])

    async def find_paths(self, items: Iterable[MediaItem]) -> list[Path]:
        if self.silent:
            raise SourceUnreadable(next(iter(items)).name, "too_slow")
        return [Path("/media") / item.name for item in items]


class PretendedIngest:
    """An ingest's address and key."""

    def __init__(self, url: str, key: str) -> None:
        self.url, self.playpath, self.lock = url, Secret(key), key


class PretendedDestinations:
    """The space's destinations as they are; each key is the destination's lock."""

    def __init__(self, store: Store) -> None:
        self._store = store.destinations
        self.unreadable = False

    async def all(self, space: SpaceName) -> list[Destination]:
        return await self._store.all(space)

    async def find(self, space: SpaceName, typed: str) -> Destination:
        known = {d.name: d for d in await self._store.all(space)}
        return find("destination", typed, known | {f"#{d.id}": d for d in known.values()})

    async def check_key(self, space: SpaceName, destination: DestinationId, key: str) -> str:
        assert (await self._store.get(destination)).space == space
        return key

    async def set_key(self, space: SpaceName, destination: DestinationId, key: str) -> Destination:
        assert (await self._store.get(destination)).space == space
        return await self._store.set_key(destination, "sealed", key)

    async def ingest(self, destination: DestinationId) -> PretendedIngest:
        if self.unreadable:
            raise StoreUnavailable("busy", "")
        found = await self._store.get(destination)
        return PretendedIngest(found.url, found.lock)


class Rig:
    """One engine at a time over what outlives it: database, host, clock."""

    def __init__(
        self, folder: Path, config: CoreConfig | None = None, *, tick_s: float = TICK_S, sample_s: float = SAMPLE_S
    ) -> None:
        self.folder = folder
        self.config = config or CoreConfig()
        self.tick_s, self.sample_s = tick_s, sample_s
        self.clock = FakeClock()
        self.host = FakeHost(self.clock)
        self.store: Store
        self.engine: Engine
        self.timers: FakeTimers
        self.deck: Deck
        self._heard: Subscription
        self.rina: Actor
        self.budi: Actor

    async def prepare(self) -> None:
        """Make the database with people, media and destinations, and open an engine."""
        await self.open(first=True)

    async def open(self, *, first: bool = False) -> None:
        """Start the service anew."""
        path = self.folder / "streambro.db"
        if first:
            put_empty_database(self.folder)
        self.store = Store(Unhurried(path, executor=AtOnce()))
        self.clock.settled = _settle
        if first:
            await self._fill()
        runner = FakeRunner(self.host, self.clock, sample_s=self.sample_s)
        around = Surroundings(runner, self.clock, self.config, Random(7), Brake(), Epochs())
        self.library = PretendedLibrary(self.store)
        library = cast("Any", self.library)
        self.destinations = PretendedDestinations(self.store)
        destinations = cast("Any", self.destinations)
        ffmpeg = FfmpegBinary(Path("/usr/bin/ffmpeg"), (9, 0), frozenset({"libx264"}))
        planner = Planner(self.store, library, destinations, self.config.ffmpeg, ffmpeg)
        self.timers = FakeTimers(self.clock)
        self.deck = Deck(
            store=self.store,
            planner=planner,
            places=Places(self.config.limits),
            around=around,
            timers=self.timers,
            bus=Bus(),
        )
        self._heard = self.deck.bus.subscribe()
        self.engine = Engine(
            self.deck,
            library=library,
            playlists=cast("Any", None),
            destinations=destinations,
            imports=Imports(
                self.folder, library, self.store, cast("Any", None), Fetcher(self.clock), self.config, self.clock
            ),
            ffmpeg=ffmpeg,
            data_dir=self.folder,
            version="test",
            upkeep=Upkeep(self.clock, self.deck.bus.publish, lambda: [place.space for place in self.deck.places]),
            tick_s=self.tick_s,
        )
        await self.engine.open()
        await self.clock.settle()

    async def close(self, streams: Any = "keep") -> None:
        """Stop the service in good order."""
        await self._waiting_on_clock(self.engine.close(streams))
        self.clock.settled = None
        await self.store.close()

    async def crash(self) -> None:
        """Kill -9 the service: its tasks are gone in the middle of whatever they did, its FFmpegs go on."""
        if self.host.runner is not None:
            self.host.runner.crash()
        mine = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in sorted(mine, key=_age):
            task.cancel()
        await asyncio.gather(*mine, return_exceptions=True)
        self.timers.clear()
        self.clock.settled = None
        await self.store.close()

    async def order(self, order: Any) -> Any:
        """Give an order, moving time on while it waits."""
        return await self._waiting_on_clock(order)

    def heard(self) -> list[Event]:
        """Return the events since the last call."""
        events = []
        with suppress(asyncio.QueueEmpty):
            while True:
                events.append(self._heard._queue.get_nowait())
        return events

    async def _waiting_on_clock(self, work: Any) -> Any:
        task = asyncio.ensure_future(work)
        for _ in range(200):
            await self.clock.settle()
            if task.done():
                break
            await self.clock.advance(0.5)
        return await task

    async def _fill(self) -> None:
        self.rina = await self._person("1", "Rina")
        self.budi = await self._person("2", "Budi")
        for name in SOURCES:
            await self.store.media.put(MAIN_SPACE, f"{name}.mp4", 1000, 1, GOOD, None)
        for name in KEYS:
            await self.store.destinations.add(
                MAIN_SPACE, name, Platform.CUSTOM, "rtmp://127.0.0.1/live", "sealed", f"key-{name}"
            )

    async def _person(self, number: str, name: str) -> Actor:
        person = await self.store.people.person("console", number, name)
        await self.store.people.grant(person.id, MAIN_SPACE, Role.OPERATOR)
        return Actor(person.id, name, MAIN_SPACE, "console")

    async def stream(self, name: str) -> Any:
        """Return the stream of that name, None where there is none."""
        try:
            return await self.engine.find_stream(MAIN_SPACE, name)
        except NotFound:
            return None
