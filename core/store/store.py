"""The store as one object: opening, checking and closing it; what it holds is its repositories' business."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Self

import sqlalchemy as sa

from core.errors import StoreUnavailable
from core.store.audit import Audit
from core.store.backup import hold_all
from core.store.chats import Chats
from core.store.database import BUSY_TIMEOUT_MS, Database
from core.store.destinations import Destinations
from core.store.media import Media
from core.store.outbox import Outbox
from core.store.people import People
from core.store.playlists import Playlists
from core.store.runs import PAST_RUNS
from core.store.samples import Samples
from core.store.schedules import Schedules
from core.store.schema import bring_up_to_date
from core.store.streams import Streams

if TYPE_CHECKING:
    from pathlib import Path

    from sqlmodel import Session


class Store:
    """All that is remembered, in one SQLite file."""

    def __init__(self, database: Database, *, past_runs: int = PAST_RUNS) -> None:
        self._database = database
        self.streams = Streams(database, past_runs=past_runs)
        self.media = Media(database)
        self.playlists = Playlists(database)
        self.destinations = Destinations(database)
        self.people = People(database)
        self.audit = Audit(database)
        self.chats = Chats(database)
        self.outbox = Outbox(database)
        self.schedules = Schedules(database)
        self.samples = Samples(database)

    @classmethod
    async def open(cls, path: Path, *, past_runs: int = PAST_RUNS, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> Self:
        """Open the file, making or migrating it first where needed; only its owner may read it from then on.

        Raises:
            StoreUnavailable: newer, corrupt, busy, full, read_only or unknown; the file is as it was.
        """
        database = Database(path, busy_timeout_ms=busy_timeout_ms)
        store = cls(database, past_runs=past_runs)
        try:
            await database.call(lambda: _prepare(path))
            await store.check()
        except BaseException:
            await database.close()
            raise
        return store

    async def check(self) -> None:
        """Make sure that the file is whole and can be written.

        Raises:
            StoreUnavailable: it can't be used.
        """
        await self._database.write(_check)

    async def hold_all(self) -> int:
        """Make a restored copy harmless; see `core.store.backup`. Returns how many streams wait for `/resume`."""
        return await self._database.write(hold_all)

    async def close(self) -> None:
        """Finish what was begun and let go of the file; again is harmless."""
        await self._database.close()


def _prepare(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except OSError as error:
        reason = "full" if error.errno == errno.ENOSPC else "read_only"
        raise StoreUnavailable(reason, error.strerror or "") from error
    with suppress(PermissionError):  # somebody else's file that we may write: the folder's mode protects it
        path.chmod(0o600)
    bring_up_to_date(path)


def _check(session: Session) -> None:
    found = session.connection().execute(sa.text("PRAGMA quick_check(1)")).scalar_one()
    if found != "ok":
        raise StoreUnavailable("corrupt", "quick_check")
    session.connection().execute(sa.text("UPDATE alembic_version SET version_num = version_num"))
