"""Imports of a space, from a real web server on loopback into a real folder and store."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from core.config import CoreConfig, MediaConfig, MonitorConfig
from core.media.fetch import Fetcher
from core.media.fetch_drive import Drive
from core.media.imports import Imports
from core.media.library import Library
from core.model import MAIN_SPACE, Actor
from core.store import Store
from tests.core.media.conftest import PlayedProber
from tests.fakes.clock import FakeClock
from tests.fakes.web import OnlyHere, Web

MIB = 1024 * 1024


def names_in(folder: Path, pattern: str = "*") -> list[str]:
    """The files of a folder, those of other spaces too."""
    return sorted(path.name for path in folder.rglob(pattern) if path.is_file())


def write(path: Path, data: bytes) -> None:
    """What a platform does that hands a file over."""
    path.write_bytes(data)


class Disk:
    """How much is free, as a test wants it."""

    def __init__(self) -> None:
        self.free_mib = 10_000.0

    def __call__(self, folder: Path) -> int:
        assert folder.is_dir()
        return int(self.free_mib * MIB)


class QuickClock(FakeClock):
    """Waits between attempts take no time at all; they are remembered."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    async def sleep(self, delay_s: float) -> None:
        self.slept.append(delay_s)


@pytest.fixture
async def site() -> AsyncIterator[Web]:
    """A web server."""
    site = Web()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", site.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    tcp = web.TCPSite(runner, "127.0.0.1", 0)
    await tcp.start()
    site.base = "http://{}:{}".format(*runner.addresses[0][:2])
    yield site
    await runner.cleanup()


@pytest.fixture
def disk() -> Disk:
    """A large disk."""
    return Disk()


@pytest.fixture
def clock() -> QuickClock:
    """Time that never makes anyone wait."""
    return QuickClock()


@pytest.fixture
def policy() -> OnlyHere:
    """Only the test's own server may be reached."""
    return OnlyHere()


@pytest.fixture
async def imports(
    site: Web,
    folder: Path,
    library: Library,
    store: Store,
    prober: PlayedProber,
    disk: Disk,
    clock: QuickClock,
    policy: OnlyHere,
) -> AsyncIterator[Imports]:
    """What is under test: 4 MiB a file, 8 MiB a person, 100 MiB always free."""
    config = CoreConfig(
        media=MediaConfig(max_upload_mib=4, quota_per_user_mib=8), monitor=MonitorConfig(disk_free_mib=100)
    )
    fetcher = Fetcher(clock, policy, drive=Drive(frozenset({"localhost"}), f"{site.base}/download"))
    imports = Imports(folder, library, store, prober, fetcher, config, clock, disk)
    yield imports
    await imports.close()
    assert names_in(folder, ".import-*.part") == []


@pytest.fixture
async def actor(store: Store) -> Actor:
    """Rina, who imports."""
    person = await store.people.person("telegram", "1", "Rina")
    return Actor(person.id, "Rina", MAIN_SPACE, "telegram")
