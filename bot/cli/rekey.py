"""`streambro rekey`: seals the stream keys in the database with a new key, and forgets the old one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.cli.exits import Exit
from bot.cli.setup import Unusable, complain, explain, load_setup, tell
from core.errors import CoreError

if TYPE_CHECKING:
    import argparse

    from bot.paths import Paths


def run(args: argparse.Namespace) -> Exit:
    """Change the key; no service may run meanwhile."""
    try:
        config, paths = load_setup(args)
    except Unusable as error:
        return error.code
    try:
        return asyncio.run(_rekey(paths))
    except CoreError as error:
        complain(explain(error, config.language))
        return Exit.REFUSED


async def _rekey(paths: Paths) -> Exit:
    from core.secrets import open_key_file, rotate  # noqa: PLC0415 - heavy, and of no use where the files are wrong
    from core.store.store import Store  # noqa: PLC0415 - the same

    if not paths.folder().database.exists():
        complain(f"There is no database in {paths.data}: nothing is sealed yet.")
        return Exit.REFUSED
    with paths.folder() as folder:
        store = await Store.open(folder.database)
        try:
            sealed = await store.destinations.sealed_keys()
            await rotate(open_key_file(paths.key_file, sealed), store.destinations)
        finally:
            await store.close()
    tell(
        f"{len(sealed)} stream key(s) are sealed anew. Keep a copy of {paths.key_file}; older copies open nothing now."
    )
    return Exit.DONE
