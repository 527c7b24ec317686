"""Buttons as Telegram carries them, in 64 bytes: an order, its run, and what the message is; it judges no order.

All that a press means comes back with it, so that a button works after the service was restarted. What it sends is
`order|run` and a letter: `a` under a question, `b` under a board, `c` and the stream's number under its card.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from adapters.telegram.text import NOTHING, clean, is_blank
from bot.reply import Style
from core.model import RunId, StreamId

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.reply import Button, Reply

MAX_DATA_BYTES: Final = 64
"""core.telegram.org/bots/api#inlinekeyboardbutton."""

MAX_ROW: Final = 8
MAX_BUTTONS: Final = 100
_DATA: Final = re.compile(
    r"(?P<order>.*)\|(?=.)(?P<run>[0-9]{0,18})(?P<asks>a?)(?P<board>b?)(?:c(?P<card>[0-9]{1,18}))?", re.DOTALL
)
"""18 digits are what fits the database's integers; more are no number of ours."""

_LOOKS: Final[Mapping[Style, str | None]] = {Style.PLAIN: None, Style.GOOD: "success", Style.DANGER: "danger"}


@dataclass(frozen=True, slots=True)
class Nature:
    """What a message is: a question, a stream's card, the board; else it stays as it was said."""

    asks: bool = False
    card: StreamId | None = None
    board: bool = False


PLAIN: Final = Nature()


def encode(button: Button, nature: Nature = PLAIN) -> str:
    """Return what a press sends."""
    marks = f"{'a' if nature.asks else ''}{'b' if nature.board else ''}"
    if tail := f"{_number('', button.run)}{marks}{_number('c', nature.card)}":
        return f"{button.order}|{tail}"
    # A space behind it is no part of an order, but keeps one that ends like a run from being read as bound to it.
    return f"{button.order} " if _DATA.fullmatch(button.order) else button.order


def decode(data: str) -> tuple[str, RunId | None, Nature]:
    """Return order, run, and what the message is, of what a press sent; anybody may send anything."""
    match = _DATA.fullmatch(data)
    if match is None:
        return data, None, PLAIN
    run, card = match["run"], match["card"]
    nature = Nature(bool(match["asks"]), StreamId(int(card)) if card else None, bool(match["board"]))
    return match["order"], RunId(int(run)) if run else None, nature


def build_keyboard(reply: Reply, links: Mapping[str, str] | None = None) -> InlineKeyboardMarkup | None:
    """Return the buttons, None without any; one whose order is too long for Telegram is left out.

    Args:
        links: Orders in whose place a link is opened, which the platform does by itself.
    """
    nature = Nature("ask" in reply.data, reply.card, reply.board)
    left, made = MAX_BUTTONS, []
    for row in reply.buttons:
        carried = [(button, encode(button, nature)) for button in row]
        shown = [(button, data) for button, data in carried if len(data.encode()) <= MAX_DATA_BYTES][:left]
        left -= len(shown)
        built = [_build(button, data, (links or {}).get(button.order)) for button, data in shown]
        made += [built[at : at + MAX_ROW] for at in range(0, len(built), MAX_ROW)]
    return InlineKeyboardMarkup(made) if made else None


def build_link(label: str, url: str) -> InlineKeyboardMarkup:
    """Return one button that opens a link."""
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, url=url)]])


def _number(letter: str, number: int | None) -> str:
    return "" if number is None else f"{letter}{number}"


def _build(button: Button, data: str, link: str | None) -> InlineKeyboardButton:
    label = clean(button.label)
    label = NOTHING if is_blank(label) else label
    if link is not None:
        return InlineKeyboardButton(label, url=link)
    return InlineKeyboardButton(label, callback_data=data, style=_LOOKS[button.style])
