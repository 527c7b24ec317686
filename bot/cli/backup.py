"""`streambro backup FILE`: everything but the media in one file, with or without a running service."""

from __future__ import annotations

import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli import archive
from bot.cli.exits import Exit
from bot.cli.setup import Unusable, complain, explain, load_setup, tell
from core.errors import CoreError

if TYPE_CHECKING:
    import argparse

    from bot.paths import Paths


def run(args: argparse.Namespace) -> Exit:
    """Write the backup."""
    try:
        config, paths = load_setup(args)
    except Unusable as error:
        return error.code
    target = Path(args.file).absolute()
    try:
        return _back_up(paths, target, with_key=args.with_key)
    except CoreError as error:
        complain(explain(error, config.language))
    except FileExistsError:
        complain(f"{target} exists already. Name a new file.")
    except OSError as error:
        complain(f"{target} can't be written: {error.strerror}.")
    return Exit.REFUSED


def _back_up(paths: Paths, target: Path, *, with_key: bool) -> Exit:
    from core.store.backup import copy_database  # noqa: PLC0415 - heavy, and of no use where the files are wrong

    database = paths.folder().database
    if not database.exists():
        complain(f"There is no database in {paths.data}: nothing is there to be kept.")
        return Exit.REFUSED
    if with_key and not paths.key_file.exists():
        complain(f"There is no key file at {paths.key_file}.")
        return Exit.REFUSED
    # Beside the target: there is room for it, or there is none for the backup either.
    with tempfile.TemporaryDirectory(prefix=".streambro-", dir=target.parent) as name:
        copy = Path(name) / archive.DATABASE
        copy_database(database, copy)
        key = {archive.KEY: paths.key_file} if with_key else {}
        archive.write(target, {archive.DATABASE: copy, **key}, version("streambro"))
    tell(f"Saved to {target}. The media are not in it: copy {paths.folder().media} as well.")
    if with_key:
        tell("The key file is in it: whoever has this file can stream to your channels. Keep it like a password.")
    else:
        tell(f"The key file is not in it, and without it the stream keys can't be read: keep {paths.key_file} apart.")
    return Exit.DONE
