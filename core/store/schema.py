"""Which version of the tables a file holds, and bringing it to ours in a child process."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import Final

from core.errors import StoreUnavailable
from core.store.faults import judge_fault

HEAD: Final = "0014"  # the newest of migrations/versions, which are numbered in order; tests hold it
MIGRATE_TIMEOUT_S: Final = 600
SMALLEST_FILE_BYTES: Final = 512  # one page of the smallest size, https://sqlite.org/fileformat.html
PROJECT_ROOT: Final = Path(__file__).resolve().parents[2]


class Age(StrEnum):
    """What has to be done with a file: make its tables, nothing, or migrate it."""

    NEW = "new"
    CURRENT = "current"
    OLDER = "older"


def read_age(path: Path) -> Age:
    """Return how a file's tables stand to this release's, changing nothing; a missing file is NEW.

    Raises:
        StoreUnavailable: newer, corrupt, or it can't be read.
    """
    version = read_version(path)
    if version is None:
        return Age.NEW
    if version > HEAD:
        raise StoreUnavailable("newer", version)
    return Age.CURRENT if version == HEAD else Age.OLDER


def read_version(path: Path) -> str | None:
    """Return the version of a file, None where there is none or it holds no table at all.

    Raises:
        StoreUnavailable: the file is no database of ours (corrupt), or can't be read.
    """
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreUnavailable("read_only", error.strerror or "") from error
    if 0 < size < SMALLEST_FILE_BYTES:
        # SQLite takes it for an empty file and writes over it.
        raise StoreUnavailable("corrupt", "too short")
    return _ask_version(path) if size else None


def _ask_version(path: Path) -> str | None:
    try:
        with closing(sqlite3.connect(path)) as connection:
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if not tables:
                return None
            if "alembic_version" not in tables:
                raise StoreUnavailable("corrupt", "not a database of StreamBro")
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise judge_fault(error) from error
    if row is None:
        raise StoreUnavailable("corrupt", "no version")
    return str(row[0])


def bring_up_to_date(path: Path) -> None:
    """Migrate the file to `HEAD` where it is older or new; a copy of an older one is kept beside it.

    Alembic runs in a child process, because it would stay in memory for months after one second of use. A Ctrl-C in
    the terminal is not for it: the service finishes the step, and then ends as it was asked to.

    Raises:
        StoreUnavailable: newer, corrupt, busy, full ...; the file is then as it was.
    """
    if read_age(path) is Age.CURRENT:
        return
    search_path = os.pathsep.join(filter(None, (str(PROJECT_ROOT), os.environ.get("PYTHONPATH"))))
    try:
        child = subprocess.run(  # noqa: S603 - our own interpreter and module, no shell
            [sys.executable, "-m", "core.store.migrate", str(path)],
            env={**os.environ, "PYTHONPATH": search_path},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=MIGRATE_TIMEOUT_S,
            check=False,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired:
        raise StoreUnavailable("unknown", "the migration did not end") from None
    if child.returncode != 0:
        raise _read_refusal(child)


def _read_refusal(child: subprocess.CompletedProcess[str]) -> StoreUnavailable:
    try:
        told = json.loads(child.stdout)
        return StoreUnavailable(told["reason"], told["detail"])
    except (ValueError, KeyError, TypeError):
        last_line = child.stderr.strip().splitlines()[-1:]
        return StoreUnavailable("unknown", " ".join(("migration failed", *last_line)))
