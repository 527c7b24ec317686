"""What every subcommand begins with: the configuration, its paths, and errors told in one sentence each."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot.cli.exits import Exit
from bot.config import Config, ConfigError, load
from bot.i18n import Words
from bot.paths import Paths
from bot.present.refusals import Refused, refuse
from bot.reply import Text

if TYPE_CHECKING:
    import argparse

    from core.errors import CoreError

DEFAULT_CONFIG: Final = "config.yaml"


class Unusable(Exception):
    """The command can't be done; the reason has been told. `code` is what to exit with."""

    def __init__(self, code: Exit) -> None:
        super().__init__(code.name)
        self.code = code


def load_setup(args: argparse.Namespace) -> tuple[Config, Paths]:
    """Return the configuration that the arguments mean.

    Raises:
        Unusable: it has mistakes; they have been told.
    """
    file = Path(args.config or DEFAULT_CONFIG)
    try:
        config = load(file, os.environ, needed=args.config is not None)
    except ConfigError as error:
        for mistake in error.mistakes:
            complain(str(mistake))
        raise Unusable(Exit.USAGE) from None
    return config, Paths.of(file, config)


def explain(error: CoreError, language: str = "en") -> str:
    """Return what is wrong and what to do, in words."""
    reply = refuse(Refused(error, Words(language), datetime.now(UTC)))
    return " ".join(block.text for block in reply.blocks if isinstance(block, Text))


def complain(text: str) -> None:
    """Tell a person on the terminal what is wrong."""
    sys.stderr.write(f"streambro: {text}\n")


def tell(text: str = "") -> None:
    """Tell a person on the terminal, or a script, what was asked for."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
