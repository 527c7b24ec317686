"""What Alembic runs for each command: one connection, one transaction over all steps, or nothing."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Literal

import sqlalchemy as sa
from alembic import context
from sqlmodel import AutoString

from core.store.tables import Row, UtcDateTime

if TYPE_CHECKING:
    from pathlib import Path

BUSY_TIMEOUT_S = 5


def connect(path: Path) -> sqlite3.Connection:
    """Open the file so that tables may be made anew (foreign keys off) and that our BEGIN is the only one."""
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=OFF")
    return connection


def render_item(kind: str, item: object, _: object) -> str | Literal[False]:
    """Write generated steps with plain types: a step must mean the same when our classes have changed."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.DateTime()"
    return "sa.String()" if isinstance(item, AutoString) else False


def migrate_online() -> None:
    """Run the steps, and keep them only if every foreign key still holds."""
    path = context.config.attributes["path"]
    engine = sa.create_engine("sqlite://", creator=lambda: connect(path), poolclass=sa.NullPool, hide_parameters=True)
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    with engine.begin() as connection:
        context.configure(
            connection=connection,
            target_metadata=Row.metadata,
            render_as_batch=True,
            render_item=render_item,
        )
        context.run_migrations()
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"the migration broke {len(broken)} references")


migrate_online()
