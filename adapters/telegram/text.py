"""Text as Telegram counts and shows it: units, markup, what nobody can see; knows nothing of replies."""

from __future__ import annotations

import html
import unicodedata
from dataclasses import dataclass
from itertools import chain, groupby
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_TEXT: Final = 4096
"""Units of one message (core.telegram.org/bots/api#sendmessage)."""

MAX_CAPTION: Final = 1024
"""Units below a file (core.telegram.org/bots/api#sendphoto)."""

NOTHING: Final = "…"
"""Stands where a text would show nothing at all, which Telegram refuses."""

_INVISIBLE: Final = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})
_BLANK_LETTERS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its words, how many of its first characters are bold, and whether it stands in a fixed pitch."""

    text: str
    bold: int = 0
    fixed: bool = False


def clean(text: str) -> str:
    """Return it without what no message can hold: lone surrogates and control characters but line breaks and tabs."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})


def count_units(text: str) -> int:
    """Return its length in UTF-16 units, in which Telegram counts."""
    return len(text) + sum(c > "\uffff" for c in text)


def is_blank(text: str) -> bool:
    """Return whether a reader would see nothing."""
    return all(c in _BLANK_LETTERS or unicodedata.category(c) in _INVISIBLE for c in text)


def escape(text: str) -> str:
    """Return it as HTML that shows exactly this."""
    return html.escape(text, quote=False)


def split_lines(lines: Sequence[Line], most: int = MAX_TEXT) -> list[list[Line]]:
    """Return the lines as messages of at most `most` units; a line goes in pieces only where it is longer itself."""
    messages: list[list[Line]] = [[]]
    used = 0
    for line in chain.from_iterable(_split_line(whole, most) for whole in lines):
        size = count_units(line.text) + 1
        if messages[-1] and used + size > most + 1:
            messages.append([])
            used = 0
        messages[-1].append(line)
        used += size
    return messages


def build_html(lines: Sequence[Line]) -> str:
    """Return lines as one message."""
    if is_blank("".join(line.text for line in lines)):
        return NOTHING
    blocks = []
    for fixed, group in groupby(lines, key=lambda line: line.fixed):
        shown = "\n".join(map(_line_html, group))
        blocks.append(f"<pre>{shown}</pre>" if fixed and not is_blank(shown) else shown)
    return "\n".join(blocks)


def _line_html(line: Line) -> str:
    head, rest = line.text[: line.bold], line.text[line.bold :]
    return escape(rest) if is_blank(head) else f"<b>{escape(head)}</b>{escape(rest)}"


def _split_line(line: Line, most: int) -> Iterator[Line]:
    if count_units(line.text) <= most:
        yield line
        return
    for piece in _pieces(line.text, most):
        yield Line(piece, 0, line.fixed)


def _pieces(text: str, most: int) -> Iterator[str]:
    start, used = 0, 0
    for at, character in enumerate(text):
        size = count_units(character)
        if used + size > most:
            yield text[start:at]
            start, used = at, 0
        used += size
    yield text[start:]
