"""`streambro restore FILE`: puts a backup in the data folder's place; what was there is kept, no stream starts."""

from __future__ import annotations

import asyncio
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot.cli import archive
from bot.cli.exits import Exit
from bot.cli.setup import Unusable, complain, explain, load_setup, tell
from core.errors import CoreError, DataFolderUnusable

if TYPE_CHECKING:
    import argparse

    from bot.paths import Paths
    from core.data_folder import DataFolder

SIDE_FILES: Final = ("", "-wal", "-shm", "-journal")
"""A database and what SQLite keeps beside it; they belong together."""


def run(args: argparse.Namespace) -> Exit:
    """Restore; no service may run meanwhile."""
    try:
        config, paths = load_setup(args)
    except Unusable as error:
        return error.code
    source = Path(args.file).absolute()
    try:
        return asyncio.run(_restore(paths, source))
    except CoreError as error:
        complain(_explain(error, config.language))
    except archive.NoBackup:
        complain(f"{source} is no backup, or one of a later release. Nothing was changed.")
    except OSError as error:
        complain(f"{error.filename or source}: {error.strerror}. Nothing was changed.")
    return Exit.REFUSED


async def _restore(paths: Paths, source: Path) -> Exit:
    from core.secrets import open_key_file  # noqa: PLC0415 - heavy, and of no use where the files are wrong
    from core.store.store import Store  # noqa: PLC0415 - the same

    with (
        paths.folder() as folder,
        tempfile.TemporaryDirectory(prefix=".restore-", dir=folder.path) as name,
    ):
        found = archive.unpack(source, Path(name))
        store = await Store.open(found[archive.DATABASE])
        try:
            sealed = await store.destinations.sealed_keys()
            held = await store.hold_all()
        finally:
            await store.close()
        key = found.get(archive.KEY)
        if sealed or key:
            # Whatever does not fit is found out before anything is moved.
            open_key_file(key or paths.key_file, sealed)
        kept = _put_in_place(folder, found[archive.DATABASE], paths.key_file, key)
    tell(f"Restored from {source}. {held} stream(s) wait: nothing is sent before /resume all.")
    if kept:
        tell(f"What was there before is kept: {', '.join(map(str, kept))}")
    tell(f"The media are not part of a backup: they belong into {folder.media}.")
    return Exit.DONE


def _put_in_place(folder: DataFolder, database: Path, key_file: Path, key: Path | None) -> list[Path]:
    """Move the new files to their places and return what the old ones are called now."""
    mark = f".before-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    kept = []
    for ending in SIDE_FILES:
        old = folder.database.with_name(folder.database.name + ending)
        if old.exists():
            kept.append(_set_aside(old, folder.database.name + mark + ending))
    database.replace(folder.database)
    if key is not None and not _is_same(key, key_file):
        if key_file.exists():
            kept.append(_set_aside(key_file, key_file.name + mark))
        key_file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(key_file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        key_file.write_bytes(key.read_bytes())
    return [path for path in kept if not path.name.endswith(SIDE_FILES[1:])]


def _set_aside(old: Path, name: str) -> Path:
    return old.rename(old.with_name(name))


def _is_same(one: Path, other: Path) -> bool:
    return other.exists() and one.read_bytes() == other.read_bytes()


def _explain(error: CoreError, language: str) -> str:
    if isinstance(error, DataFolderUnusable) and error.reason in {"key_missing", "key_wrong"}:
        return (
            f"The stream keys of this backup can't be read with the key file at {error.path}. Put the key file there "
            "that belongs to it, then restore again. Nothing was changed."
        )
    return explain(error, language)
