"""A reply as plain text for a terminal, and as a value for scripts; nothing in it can move a cursor."""

from __future__ import annotations

import base64
import unicodedata
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bot.reply import Code, Fields, File, Picture, Table, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.reply import Block, Button, Reply


def render_text(reply: Reply) -> str:
    """Return a reply's words, a paragraph a line; pictures and files are named, not shown."""
    return clean("\n".join(line for block in reply.blocks for line in _lines(block)))


def render_value(reply: Reply) -> dict[str, Any]:
    """Return what travels over the socket: `ok`, `code`, `text` and `data` are the contract, the rest is for `chat`."""
    return {
        "ok": reply.ok,
        "code": reply.code,
        "text": render_text(reply),
        "data": reply.data,
        "buttons": [[_button(button) for button in row] for row in reply.buttons],
        "files": [_file(block) for block in reply.blocks if isinstance(block, Picture | File)],
        "card": reply.card,
        "board": reply.board,
        "secret_form": reply.secret_form,
        "forget_order": reply.forget_order,
    }


def clean(text: str) -> str:
    """Return it without control characters: a stream's name must not steer somebody's terminal."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})


def _lines(block: Block) -> list[str]:
    match block:
        case Text(text):
            return [text]
        case Fields(rows):
            width = max((len(name) for name, _ in rows), default=0)
            return [f"{name:<{width}}  {value}" for name, value in rows]
        case Table(head, rows):
            return _table((head, *rows))
        case Code(text):
            return text.splitlines()
        case Picture(name=name, caption=caption):
            return [f"{caption} ({name})" if caption else name]
        case File(name=name):
            return [name]


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(_width(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell + " " * (w - _width(cell)) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def _width(text: str) -> int:
    """Return how many columns a terminal gives it: wide letters and emoji take two."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _button(button: Button) -> dict[str, Any]:
    return asdict(button) | {"style": button.style.value}


def _file(block: Picture | File) -> dict[str, str]:
    return {"name": block.name, "base64": base64.b64encode(block.data).decode()}
