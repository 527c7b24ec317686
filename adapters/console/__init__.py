"""The console: whoever can open the service's own socket is its local admin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.console.channel import ConsoleChannel

if TYPE_CHECKING:
    from pathlib import Path

    from bot.channel import Answering, Channel


def build(socket: Path, bot: Answering) -> Channel:
    """Return the console, listening on `socket` once it runs."""
    return ConsoleChannel(socket, bot)
