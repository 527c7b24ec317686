"""`streambro run`: the service in the foreground."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from bot.cli.exits import Exit
from bot.cli.setup import Unusable, complain, explain, load_setup
from bot.lifecycle import Signals, set_up_logging
from core.errors import CoreError, DataFolderUnusable, FfmpegUnusable
from core.redact import Redactor

if TYPE_CHECKING:
    import argparse

    from bot.config import Config
    from bot.paths import Paths


WRONG_PLACES: Final = frozenset({"not_a_folder", "foreign", "key_unreadable"})
"""Reasons for which a folder or key file can't be the one that was meant."""


def run(args: argparse.Namespace) -> Exit:
    """Run the service until TERM or INT, or until it can't go on."""
    try:
        config, paths = load_setup(args)
    except Unusable as error:
        return error.code
    redactor = Redactor()
    set_up_logging(redactor)
    try:
        asked = asyncio.run(_serve(config, paths, redactor))
    except CoreError as error:
        complain(redactor.redact(explain(error, config.language)))
        return Exit.USAGE if is_misconfigured(error) else Exit.REFUSED
    return Exit.DONE if asked else Exit.REFUSED


def is_misconfigured(error: CoreError) -> bool:
    """Return whether a value of the configuration is what keeps the service from starting."""
    names_no_folder = isinstance(error, DataFolderUnusable) and error.reason in WRONG_PLACES
    return names_no_folder or isinstance(error, FfmpegUnusable)


async def _serve(config: Config, paths: Paths, redactor: Redactor) -> bool:
    from bot.app import serve  # noqa: PLC0415 - heavy, and of no use where the configuration is wrong

    signals = Signals()
    signals.listen()
    return await serve(config, paths, redactor, signals.asked)
