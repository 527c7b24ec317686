"""A real store on a real file, without paying for Alembic in every test; it fakes nothing."""

import asyncio
import atexit
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

import sqlalchemy as sa

from core.model import (
    MAIN_SPACE,
    Cause,
    Destination,
    MediaItem,
    NewRun,
    Outcome,
    Platform,
    RunEnd,
    RunRecord,
    SourceKind,
    SourceRef,
    SpaceName,
    StreamRecord,
    StreamSpec,
)
from core.people import Person
from core.store import Store
from core.store.database import Database
from core.store.schema import bring_up_to_date

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

IDLE_ROUNDS: Final = 3
"""So often in a row nothing new was asked of a store that is at rest."""


@cache
def _empty_database() -> Path:
    folder = Path(mkdtemp(prefix="streambro-empty-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "streambro.db"
    path.touch(0o600)
    bring_up_to_date(path)
    return path


def put_empty_database(folder: Path) -> Path:
    """Put an empty database of the newest version into a folder, made if need be; return where it is."""
    folder.mkdir(exist_ok=True)
    return Path(shutil.copy(_empty_database(), folder / "streambro.db"))


@asynccontextmanager
async def opened(path: Path, *, busy_timeout_ms: int = 5000) -> AsyncIterator[Store]:
    """Open a store and close it at the end."""
    store = await Store.open(path, busy_timeout_ms=busy_timeout_ms)
    try:
        yield store
    finally:
        await store.close()


class AtOnce(Executor):
    """Runs transactions where they are asked for, so that nothing hangs on when a thread gets its turn."""

    def __init__(self) -> None:
        self._closed = False

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if self._closed:
            raise RuntimeError
        future: Future[Any] = Future()
        try:
            future.set_result(work(*args, **kwargs))
        except Exception as error:  # noqa: BLE001  # it goes to whoever asked
            future.set_exception(error)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002  # nothing waits here
        self._closed = True


class Unhurried(Database):
    """A real database that waits for no disk: what dies in a test is the service, never the host under it."""

    def _connect(self) -> sqlite3.Connection:
        connection = super()._connect()
        connection.execute("PRAGMA synchronous=OFF")
        return connection


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Be another process that writes to the database for a long time."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


@dataclass(frozen=True)
class Furnished:
    """A store that holds what a stream needs."""

    store: Store
    rina: Person
    lofi: MediaItem
    youtube: Destination

    def order(self, name: str = "lofi", **changes: object) -> NewRun:
        """Return an order to stream 'lofi' to 'youtube', with fields changed."""
        spec = StreamSpec(SourceRef(SourceKind.MEDIA, self.lofi.id, "lofi"), (self.youtube.id,))
        order = NewRun(None, MAIN_SPACE, name, spec, "lofi", "youtube", self.rina.id, NOON)
        return replace(order, **changes)  # type: ignore[arg-type]  # field by field is the test's business

    async def began(self, name: str = "lofi", **changes: object) -> tuple[StreamRecord, RunRecord]:
        """Begin such a stream."""
        return await self.store.streams.begin(self.order(name, **changes))

    def end(self, after_s: float = 60, log_tail: tuple[str, ...] = (), cause: Cause | None = None) -> RunEnd:
        """Return the end of such a run, stopped by Rina."""
        at = NOON + timedelta(seconds=after_s)
        return RunEnd(at, self.rina.id, Outcome.STOPPED, cause, 2, 1, 3.5, 12_345, log_tail)


async def furnish(store: Store, space: SpaceName = MAIN_SPACE) -> Furnished:
    """Put a person, a file and a destination into a store; what an earlier call put there is taken up again."""
    rina = await store.people.person("console", "local", "Rina")
    lofi = await store.media.put(space, "lofi.mp4", 1000, 1, None, None)
    for youtube in await store.destinations.all(space):
        return Furnished(store, rina, lofi, youtube)
    url, lock = "rtmp://a.test/live2", f"lock-{space}"
    youtube = await store.destinations.add(space, "youtube", Platform.YOUTUBE, url, "sealed", lock)
    return Furnished(store, rina, lofi, youtube)


class StoreAtRest:
    """Tells when a store has nothing more to do, for a fake clock's `settled`: its threads work in real time."""

    def __init__(self, store: Store) -> None:
        self._database = store._database
        self._begun = 0  # transactions
        for engine in (self._database._reading, self._database._writing):
            sa.event.listen(engine, "begin", self._count)

    async def wait(self) -> None:
        """Wait until what one thing causes asks the database for nothing more."""
        idle = 0
        while idle < IDLE_ROUNDS:
            before = self._begun
            await self._drain()
            for _ in range(5):
                await asyncio.sleep(0)
            await self._drain()
            idle = idle + 1 if self._begun == before else 0

    async def _drain(self) -> None:
        """Wait for what the database was asked until now, to write and to read."""
        for thread in (self._database._writer, self._database._reader):
            await self._database._submit(thread, lambda: None)

    def _count(self, _: object) -> None:
        self._begun += 1
