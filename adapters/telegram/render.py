"""A reply as the messages that it takes on Telegram; pure, it sends nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Final

from adapters.telegram.text import MAX_CAPTION, MAX_TEXT, Line, build_html, clean, count_units, split_lines
from bot.reply import Code, Fields, File, Picture, Table, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.reply import Block, Reply

MAX_MESSAGES: Final = 4
"""A text that takes more goes as a file: nobody wants to scroll past it, and a chat takes one message a second."""

MAX_PHOTO_BYTES: Final = 10_000_000
"""A bigger picture goes as a file (core.telegram.org/bots/api#sendphoto)."""

TEXT_FILE: Final = "message.txt"
CUT_LINE: Final = Line("…")


@dataclass(frozen=True, slots=True)
class TextPart:
    """A message of words."""

    html: str


@dataclass(frozen=True, slots=True)
class FilePart:
    """A message with a file, words below it; `photo`: to be looked at where the platform can show it."""

    data: bytes = field(repr=False)
    name: str
    html: str = ""
    photo: bool = False


Part = TextPart | FilePart


def render(reply: Reply) -> list[Part]:
    """Return the messages, at least one; buttons belong under the last.

    A card or a board is always one message of words, since it is edited later: what does not fit is cut.
    """
    if reply.card is not None or reply.board:
        return [render_whole(reply)]
    blocks = _file_long_code(reply.blocks)
    lines = list(chain.from_iterable(map(_lines, blocks)))
    files = [part for block in blocks if (part := _file(block)) is not None]
    if files and fits_caption(lines):
        first = files[0]
        caption = [*lines, *_caption(blocks)]
        if fits_caption(caption):
            files[0] = FilePart(first.data, first.name, build_html(caption) if caption else "", first.photo)
            return list(files)
    return [*_texts([*lines, *_caption(blocks)], needed=not files), *files]


def render_whole(reply: Reply) -> TextPart:
    """Return its words as one message, cut where they don't fit."""
    lines = list(chain.from_iterable(map(_lines, reply.blocks)))
    first, *rest = split_lines(lines)
    if rest:
        first = [*split_lines(first, MAX_TEXT - 2)[0], CUT_LINE]
    return TextPart(build_html(first))


def fits_caption(lines: Sequence[Line]) -> bool:
    """Return whether these can stand below a file."""
    return _count(lines) <= MAX_CAPTION


def _count(lines: Sequence[Line]) -> int:
    return sum(count_units(line.text) + 1 for line in lines)


def _file_long_code(blocks: Sequence[Block]) -> list[Block]:
    """Make files of fixed-pitch blocks, the longest first, until the words fit one message."""
    left = list(blocks)
    while _count(list(chain.from_iterable(map(_lines, left)))) > MAX_TEXT:
        codes = [at for at, block in enumerate(left) if isinstance(block, Code)]
        if not codes:
            break
        at = max(codes, key=lambda index: len(_code(left[index]).text))
        code = _code(left[at])
        left[at] = File(clean(code.text).encode() or b"\n", code.name)
    return left


def _code(block: Block) -> Code:
    assert isinstance(block, Code)  # noqa: S101 - only called on these
    return block


def _texts(lines: list[Line], *, needed: bool) -> list[Part]:
    if not lines and not needed:
        return []
    messages = split_lines(lines)
    if len(messages) <= MAX_MESSAGES:
        return [TextPart(build_html(message)) for message in messages]
    whole = "\n".join(line.text for line in lines).encode()
    head = split_lines(lines, MAX_CAPTION - 2)[0]
    return [FilePart(whole, TEXT_FILE, build_html([*head, CUT_LINE]))]


def _lines(block: Block) -> list[Line]:
    match block:
        case Text(text, strong):
            return [Line(line, len(line) if strong else 0) for line in clean(text).split("\n")]
        case Fields(rows):
            return [Line(f"{clean(n)}: {_flat(v)}", len(clean(n)) + 1) for n, v in rows]
        case Table(head, rows):
            return _table((head, *rows))
        case Code(text):
            return [Line(line, fixed=True) for line in clean(text).split("\n")]
        case _:
            return []


def _flat(text: str) -> str:
    return clean(text).replace("\n", " ")


def _table(rows: Sequence[Sequence[str]]) -> list[Line]:
    cells = [[_flat(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    shown = (" ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in cells)
    return [Line(line, fixed=True) for line in shown]


def _file(block: Block) -> FilePart | None:
    match block:
        case Picture(data, name):
            return FilePart(data, name, photo=len(data) <= MAX_PHOTO_BYTES)
        case File(data, name):
            return FilePart(data, name)
        case _:
            return None


def _caption(blocks: Sequence[Block]) -> list[Line]:
    words = [clean(block.caption) for block in blocks if isinstance(block, Picture) and block.caption]
    return [Line(line) for caption in words for line in caption.split("\n")]
