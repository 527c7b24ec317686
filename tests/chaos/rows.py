"""What a database holds that is to be gone when everything has ended; it judges nothing."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

OPEN: Final = {
    "runs without an end": "run WHERE ended_at IS NULL",
    "troubles of runs that have ended": "run WHERE ended_at IS NOT NULL AND troubles IS NOT NULL",
    "streams that are wanted or held": "stream WHERE wanted OR held",
    "alerts not told": "outbox WHERE delivered_at IS NULL",
}
"""Of streams that have ended."""

OWNED: Final = {
    "streams": "stream",
    "their destinations": "stream_destination",
    "their chats": "stream_home",
    "their cards": "shown WHERE stream_id <> 0",
    "their schedules": "schedule",
    "their samples": "sample WHERE stream_id IS NOT NULL",
    "destinations": "destination",
}
"""Of streams and destinations that were removed."""


def count_rows(database: Path, wanted: dict[str, str]) -> dict[str, int]:
    """Return how many rows there are of each kind, those kinds alone of which there are any."""
    with _open(database) as connection:
        counts = {
            what: connection.execute(f"SELECT count(*) FROM {rows}").fetchone()[0] for what, rows in wanted.items()
        }
    return {what: count for what, count in counts.items() if count}


def find_damage(database: Path) -> list[str]:
    """Return what SQLite finds wrong in the file: pages, indexes, rows that refer to none."""
    with _open(database) as connection:
        pages = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
        return pages + [
            f"{row[0]} {row[1]} refers to no {row[2]}" for row in connection.execute("PRAGMA foreign_key_check")
        ]


def _open(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{database}?mode=ro", uri=True)
