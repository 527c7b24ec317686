"""Buttons whose orders fit every platform; it knows the definitions of commands by name only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.reply import Button, Style
from core.model import SourceKind

if TYPE_CHECKING:
    from core.model import RunId, SourceRef, StreamView

MAX_BYTES: Final = 64
"""Telegram's limit of callback data (core.telegram.org/bots/api#inlinekeyboardbutton); it has to hold the run too."""

MAX_LABEL: Final = 40

FOR_ONE_RUN: Final = frozenset({"stop", "restart", "change", "snapshot"})
"""Orders that are about what runs now, and not about what runs when an old button is pressed."""


def weigh(order: str, run: RunId | None = None) -> int:
    """Return how many bytes an order takes on a button, with the run that it is bound to."""
    return len(order.encode()) + (0 if run is None else len(f"|{run}"))


def press(label: str, order: str | None, run: RunId | None = None, style: Style = Style.PLAIN) -> Button | None:
    """Return a button, None where there is no order or it is too long for one."""
    if order is None or weigh(order, run) > MAX_BYTES:
        return None
    short = label if len(label) <= MAX_LABEL else label[: MAX_LABEL - 1] + "…"
    return Button(short, order, run, style)


def find_run(command: str, view: StreamView | None) -> RunId | None:
    """Return the run that a button with this order about a stream is for; None where it is for any."""
    return view.run if view is not None and view.running and command in FOR_ONE_RUN else None


def refer_source(source: SourceRef) -> str:
    """Return how a source stands in an order."""
    return f"#{'p' if source.kind is SourceKind.PLAYLIST else ''}{source.id}"


def rows(*wanted: tuple[Button | None, ...]) -> tuple[tuple[Button, ...], ...]:
    """Return the rows without what is missing."""
    found = (tuple(button for button in row if button is not None) for row in wanted)
    return tuple(row for row in found if row)


def in_rows(buttons: list[Button | None], width: int = 2) -> tuple[tuple[Button, ...], ...]:
    """Return buttons laid out in rows of that width."""
    found = [button for button in buttons if button is not None]
    return tuple(tuple(found[at : at + width]) for at in range(0, len(found), width))
