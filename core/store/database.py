"""One SQLite file behind two threads, one that writes and one that reads; it knows no table."""

from __future__ import annotations

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlmodel import Session

from core.errors import StoreUnavailable
from core.store.faults import faults_named

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from concurrent.futures import Executor
    from pathlib import Path

P = ParamSpec("P")
T = TypeVar("T")

BUSY_TIMEOUT_MS: Final = 5000


class Database:
    """Runs one writing and one reading transaction at a time, each on a connection of its own, off the event loop.

    So what only reads goes on while a write waits for another process's lock, or for the disk: a stream that died then
    is started again all the same. What was written is read from when its `write` returned.

    A thread of our own with SQLite's plain driver costs some MiB less than an asynchronous driver, and one writer at
    a time is all that SQLite has. Every commit waits for the disk (`synchronous=FULL`: 0.17 ms): what is wanted must
    stand there before it is acted on, and commits are rare. WAL lets others (a backup, `check`) read meanwhile.
    """

    def __init__(self, path: Path, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS, executor: Executor | None = None) -> None:
        """`executor` runs one transaction after the other; None: two threads of this database's own."""
        self.path = path
        self._busy_timeout_ms = busy_timeout_ms
        self._writer = executor or ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._reader = executor or ThreadPoolExecutor(max_workers=1, thread_name_prefix="store-reads")
        self._reading = self._make_engine()
        self._writing = self._make_engine().execution_options(begin="BEGIN IMMEDIATE")

    def _make_engine(self) -> sa.Engine:
        # hide_parameters: an error's text must not quote values.
        engine = sa.create_engine("sqlite://", creator=self._connect, poolclass=sa.StaticPool, hide_parameters=True)
        sa.event.listen(engine, "begin", _begin)
        return engine

    def _connect(self) -> sqlite3.Connection:
        # isolation_level=None: the driver would begin only at the first write, after what that write rests on was read.
        connection = sqlite3.connect(self.path, timeout=self._busy_timeout_ms / 1000, isolation_level=None)
        try:
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF"):
                connection.execute(f"PRAGMA {pragma}")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    async def read(self, work: Callable[[Session], T]) -> T:
        """Run `work` on one consistent view of the data; another process's lock doesn't hold it up."""
        return await self._submit(self._reader, partial(_transact, self._reading, work))

    async def write(self, work: Callable[[Session], T]) -> T:
        """Run `work` and commit; nothing of it stays if it raises.

        Where the caller is cancelled meanwhile, it is done entirely or not at all, and nobody knows which.
        """
        return await self._submit(self._writer, partial(_transact, self._writing, work))

    async def call(self, work: Callable[[], T]) -> T:
        """Run what is no transaction (opening, checking) in the thread that writes."""
        return await self._submit(self._writer, work)

    async def close(self) -> None:
        """Finish what was begun and let go of the file; again is harmless."""
        with suppress(StoreUnavailable):  # closed already, or SQLite can't write its log back: the next opening does
            await self._submit(self._reader, self._reading.dispose)
            await self._submit(self._writer, self._writing.dispose)
        for thread in (self._reader, self._writer):
            thread.shutdown(wait=False)

    async def _submit(self, thread: Executor, work: Callable[[], T]) -> T:
        try:
            future = thread.submit(work)
        except RuntimeError:
            raise StoreUnavailable("unknown", "closed") from None
        with faults_named():
            return await asyncio.wrap_future(future)


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


def _transact(engine: sa.Engine, work: Callable[[Session], T]) -> T:
    with Session(engine, expire_on_commit=False) as session, session.begin():
        return work(session)


class Repository:
    """Base of what keeps one kind of thing in the database."""

    def __init__(self, database: Database) -> None:
        self.database = database


R = TypeVar("R", bound=Repository)


def transaction(
    method: Callable[Concatenate[R, Session, P], T],
) -> Callable[Concatenate[R, P], Coroutine[Any, Any, T]]:
    """Make a method that takes a session an `async` one without: one transaction that may write."""

    @wraps(method)
    async def run(self: R, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self.database.write(lambda session: method(self, session, *args, **kwargs))

    return run


def query(
    method: Callable[Concatenate[R, Session, P], T],
) -> Callable[Concatenate[R, P], Coroutine[Any, Any, T]]:
    """Do the same for a method that only reads."""

    @wraps(method)
    async def run(self: R, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self.database.read(lambda session: method(self, session, *args, **kwargs))

    return run
