"""A whole copy of the database while a service uses it, and what makes a copy safe to start; it knows no archive."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlmodel import col, select

from core.store import tables
from core.store.faults import faults_named

if TYPE_CHECKING:
    from pathlib import Path

    from sqlmodel import Session


def copy_database(source: Path, target: Path) -> None:
    """Write what the database holds at this moment to `target`, one file, 0600; nobody is held up meanwhile.

    Raises:
        FileExistsError: `target` is there already.
        StoreUnavailable: the database can't be read, or the copy not be written.
    """
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    with faults_named(), closing(_open(source)) as old, closing(_open(target)) as new:
        # In one step, so in one transaction: a copy in pieces would begin anew with each write of the service.
        old.backup(new)
        new.execute("PRAGMA journal_mode=DELETE")


def hold_all(session: Session) -> int:
    """Make a copy harmless beside its original: nothing starts before `/resume`, nothing old is said.

    Streams that a schedule would start are held as well. Messages of the original's chats are forgotten: it goes on
    keeping them up to date itself. Returns how many streams wait.
    """
    scheduled = select(tables.Schedule.stream_id)
    waiting = col(tables.Stream.wanted).is_(True) | col(tables.Stream.id).in_(scheduled)
    held = session.exec(sa.update(tables.Stream).where(waiting).values(held=True))
    for table in (tables.Outbox, tables.Shown):
        session.exec(sa.delete(table))
    return int(held.rowcount)


def _open(path: Path) -> sqlite3.Connection:
    """Open an existing file for writing too: a reader alone leaves SQLite's side files behind."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=30)
