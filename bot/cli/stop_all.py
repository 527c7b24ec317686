"""`streambro stop-all`: ends every FFmpeg of a data folder, with or without a running service."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.cli.client import Client, NoService
from bot.cli.exits import Exit
from bot.cli.setup import Unusable, complain, explain, load_setup, tell
from core.errors import CoreError

if TYPE_CHECKING:
    import argparse

    from bot.paths import Paths


def run(args: argparse.Namespace) -> Exit:
    """Stop everything and unwish it."""
    try:
        config, paths = load_setup(args)
    except Unusable as error:
        return error.code
    try:
        return asyncio.run(_stop_all(paths))
    except CoreError as error:
        complain(explain(error, config.language))
        return Exit.REFUSED


async def _stop_all(paths: Paths) -> Exit:
    if not paths.data.is_dir():
        tell(f"There is no data folder at {paths.data}: nothing runs.")
        return Exit.DONE
    folder = paths.folder()
    try:
        client = await Client.connect(folder.console_socket)
    except NoService:
        return await _stop_without_service(paths)
    try:
        reply = await client.order("stop all everywhere=yes")
    except NoService:
        return await _stop_without_service(paths)
    finally:
        await client.close()
    tell(reply["text"])
    return Exit.DONE if reply["ok"] else Exit.REFUSED


async def _stop_without_service(paths: Paths) -> Exit:
    from core.ffmpeg.settling import end_all  # noqa: PLC0415 - heavy, and of no use beside a running service
    from core.store.store import Store  # noqa: PLC0415 - the same

    with paths.folder() as folder:
        ended = await end_all(folder.run)
        unwished = 0
        if folder.database.exists():
            store = await Store.open(folder.database)
            try:
                unwished = await store.streams.unwish_all()
            finally:
                await store.close()
    tell(f"Ended {ended} FFmpeg(s); {unwished} stream(s) are not wanted any more.")
    return Exit.DONE
