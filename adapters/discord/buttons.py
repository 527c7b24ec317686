"""Buttons and forms, and what their ids carry back: all that a press means stands in it, nothing is remembered here.

So a button works after the service was restarted, and for whoever presses it. An id is `b<place>:<card>:<run>:<order>`;
the place tells two buttons of one order apart, since Discord takes no id twice. A form's is `key:<order>`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import discord

from adapters.discord.markup import shorten
from core.model import RunId, StreamId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.reply import Button, Reply

ROWS: Final = 5
IN_ROW: Final = 5
LABEL: Final = 80
CUSTOM_ID: Final = 100
FORM_TITLE: Final = 45
LONGEST_KEY: Final = 400
"""More than any ingest's key has, so that one that is too long is refused in our own words."""

_PRESSED: Final = re.compile(r"b\d{1,2}:(?P<card>[0-9]{0,18}|board):(?P<run>[0-9]{0,18}):(?P<order>.+)", re.DOTALL)
_SENT: Final = re.compile(r"key:(?P<order>.+)", re.DOTALL)
_STYLES: Final = {
    "plain": discord.ButtonStyle.secondary,
    "good": discord.ButtonStyle.success,
    "danger": discord.ButtonStyle.danger,
}


@dataclass(frozen=True, slots=True)
class Press:
    """What a button's id says. `card`, `board`: what the message that it stands on is, where it is one of these."""

    order: str
    run: RunId | None = None
    card: StreamId | None = None
    board: bool = False


def read_press(custom_id: str) -> Press | None:
    """Return what a pressed button means, None where it is none of ours."""
    match = _PRESSED.fullmatch(custom_id)
    if match is None:
        return None
    card, run = match["card"], match["run"]
    return Press(
        match["order"],
        RunId(int(run)) if run else None,
        StreamId(int(card)) if card.isdecimal() else None,
        board=card == "board",
    )


def read_form(custom_id: str) -> str | None:
    """Return the order that a form's answer is for, None where it is none of ours."""
    match = _SENT.fullmatch(custom_id)
    return match["order"] if match else None


def build_view(reply: Reply) -> discord.ui.View | None:
    """Return a reply's buttons, None without any. discord.py keeps nothing of it: it is said to be finished."""
    rows = _lay_out([[button for button in row if len(_write_id(button, reply)) <= CUSTOM_ID] for row in reply.buttons])
    if not rows:
        return None
    view = discord.ui.View(timeout=None)
    for number, row in enumerate(rows):
        for place, button in enumerate(row):
            view.add_item(_build(button, reply, number, place))
    view.stop()
    return view


def build_form(reply: Reply, label: str) -> discord.ui.Modal:
    """Return the form that asks for a key."""
    form = discord.ui.Modal(
        title=shorten(reply.secret_title.strip() or label, FORM_TITLE), custom_id=f"key:{reply.secret_form}"
    )
    field: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
        custom_id="key", max_length=LONGEST_KEY, min_length=1
    )
    form.add_item(discord.ui.Label(text=shorten(label, FORM_TITLE), component=field))
    form.stop()
    return form


def _write_id(button: Button, reply: Reply, place: int = ROWS * IN_ROW - 1) -> str:
    message = "board" if reply.board else reply.card or ""
    return f"b{place}:{message}:{button.run or ''}:{button.order}"


def _build(button: Button, reply: Reply, row: int, place: int) -> discord.ui.Button[discord.ui.View]:
    return discord.ui.Button(
        style=_STYLES[button.style],
        label=shorten(button.label.strip() or "…", LABEL),
        custom_id=_write_id(button, reply, row * IN_ROW + place),
        row=row,
    )


def _lay_out(rows: Sequence[Sequence[Button]]) -> list[list[Button]]:
    """Return at most five rows of five: as they were where they fit, else filled up one after the other."""
    found = [list(row) for row in rows if row]
    if len(found) <= ROWS and all(len(row) <= IN_ROW for row in found):
        return found
    flat = [button for row in found for button in row][: ROWS * IN_ROW]
    return [flat[at : at + IN_ROW] for at in range(0, len(flat), IN_ROW)]
