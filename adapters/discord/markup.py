"""Plain words as Discord's markdown shows them literally; pure, it knows no block and no limit of a message."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_ANYWHERE: Final = re.compile(r"([\\*_~`|<>\[\]@])")
_AT_LINE_START: Final = re.compile(r"^(\s*)([#-])", re.MULTILINE)
_LINK: Final = re.compile(r"(https?://[A-Za-z0-9._~:/?=&%+-]+)")

FENCE: Final = "```"


def escape(text: str) -> str:
    """Return it so that nothing in it is markup: no style, mention, emoji, timestamp, heading, list or named link.

    Discord takes a backslash in front of any sign that is no letter or digit. A bare address stays one that can be
    tapped: it shows where it leads.
    """
    parts = _LINK.split(_clean(text))
    marked = "".join(part if at % 2 else _ANYWHERE.sub(r"\\\1", part) for at, part in enumerate(parts))
    return _AT_LINE_START.sub(r"\1\\\2", marked)


def bold(text: str) -> str:
    """Return it escaped and strong, line by line since a style ends with its line."""
    lines = (escape(line).strip() for line in text.splitlines())
    return "\n".join(f"**{line}**" if line else "" for line in lines)


def fenced(text: str) -> str:
    """Return it in a fixed pitch; a fence within is broken by a space of no width."""
    harmless = _clean(text).replace("``", "`\N{ZERO WIDTH SPACE}`")
    return f"{FENCE}\n{harmless}\n{FENCE}"


def shorten(text: str, limit: int) -> str:
    """Return at most `limit` characters of a plain text."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def align(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as columns of a fixed pitch."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(c + " " * (w - _width(c)) for c, w in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def _width(text: str) -> int:
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _clean(text: str) -> str:
    """Return it without what can't be sent (halves of a pair) or would be seen by nobody."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})
