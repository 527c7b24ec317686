"""A reply as a Discord message within its published limits; pure, it sends nothing.

Limits: discord.com/developers/docs/resources/message#embed-object-embed-limits and #create-message.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import discord

from adapters.discord.buttons import build_view
from adapters.discord.markup import align, bold, escape, fenced, shorten
from bot.reply import Code, Fields, File, Picture, Table, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.reply import Block, Reply

CONTENT: Final = 2000
DESCRIPTION: Final = 4096
FIELDS: Final = 25
FIELD_NAME: Final = 256
FIELD_VALUE: Final = 1024
EMBED_TOTAL: Final = 6000
ALT_TEXT: Final = 1024
FILES: Final = 10
FIELDS_TOTAL: Final = EMBED_TOTAL - DESCRIPTION
"""Fields beyond this go into the description, which is then cut at its own limit: both together always fit."""

SHORT_CODE: Final = 1500
"""Code beyond this goes as a file: more is not read on a phone."""

COLOURS: Final[Mapping[str, int]] = {
    "🟢": 0x2ECC71,
    "✅": 0x2ECC71,
    "🟡": 0xF1C40F,
    "🟠": 0xE67E22,
    "🔴": 0xE74C3C,
    "❌": 0xE74C3C,
    "⚪": 0x95A5A6,
}
NOBODY: Final = discord.AllowedMentions.none()
"""Whom our messages call: whatever stands in them, nobody."""


@dataclass(slots=True)
class Rendered:
    """What to send, once: files are read when they are. `digest` is equal for what looks equal."""

    content: str | None = None
    embed: discord.Embed | None = None
    view: discord.ui.View | None = None
    files: list[discord.File] = field(default_factory=list)
    digest: str = ""

    @property
    def needs(self) -> tuple[str, ...]:
        """Permissions that sending it takes, beside writing itself."""
        return (*(("embed_links",) if self.embed else ()), *(("attach_files",) if self.files else ()))


@dataclass(slots=True)
class _Page:
    """A message while it is written."""

    lines: list[str] = field(default_factory=list)
    fields: list[tuple[str, str]] = field(default_factory=list)
    files: list[tuple[str, bytes, str]] = field(default_factory=list)
    picture: str | None = None

    @property
    def text(self) -> str:
        return "\n".join(self.lines).strip()


def render(reply: Reply, *, card: bool = False) -> Rendered:
    """Return a reply as a message. `card`: show it as an embed in any case; cards and boards always are."""
    page = _Page()
    for block in reply.blocks:
        _WRITERS[type(block)](page, block)
    boxed = card or reply.card is not None or reply.board or bool(page.fields) or page.picture is not None
    if len(page.text) > (DESCRIPTION if boxed or len(page.text) > CONTENT else CONTENT):
        _move_to_file(page, reply)
    rendered = Rendered(view=build_view(reply), digest=_digest(page, reply))
    if boxed or len(page.text) > CONTENT:
        rendered.embed = _build_embed(page)
    else:
        rendered.content = page.text or ("…" if not page.files else None)
    rendered.files = [
        discord.File(io.BytesIO(data), name, description=shorten(told, ALT_TEXT) or None)
        for name, data, told in page.files[:FILES]
    ]
    return rendered


def _build_embed(page: _Page) -> discord.Embed:
    embed = discord.Embed(description=page.text or "…", colour=COLOURS.get(page.text.lstrip("*")[:1]))
    for name, value in page.fields:
        embed.add_field(name=name, value=value, inline=True)
    if page.picture is not None:
        embed.set_image(url=f"attachment://{page.picture}")
    return embed


def _move_to_file(page: _Page, reply: Reply) -> None:
    """Keep the beginning, and hand over the whole as a file."""
    whole = "\n".join(block.text for block in reply.blocks if isinstance(block, Text))
    page.files.append(("reply.txt", whole.encode(), ""))
    kept, size = [], 0
    for line in page.lines:
        size += len(line) + 1
        if size > CONTENT - 2:
            break
        kept.append(line)
    page.lines = [*kept, "…"]


def _digest(page: _Page, reply: Reply) -> str:
    buttons: Any = [[(button.label, button.order, button.run, button.style) for button in row] for row in reply.buttons]
    files = [(name, hashlib.sha256(data).hexdigest()) for name, data, _ in page.files]
    told = json.dumps([page.lines, page.fields, files, buttons], ensure_ascii=True)
    return hashlib.sha256(told.encode()).hexdigest()


# Blocks


def _write_text(page: _Page, block: Text) -> None:
    page.lines.append(bold(block.text) if block.strong else escape(block.text))


def _write_fields(page: _Page, block: Fields) -> None:
    """As an embed's fields where they fit, else as lines."""
    rows = [(escape(name).strip() or "…", escape(value).strip() or "…") for name, value in block.rows]
    fit = all(len(name) <= FIELD_NAME and len(value) <= FIELD_VALUE for name, value in rows)
    size = sum(len(name) + len(value) for name, value in (*page.fields, *rows))
    if fit and len(page.fields) + len(rows) <= FIELDS and size <= FIELDS_TOTAL:
        page.fields += rows
    else:
        page.lines += [f"**{name}** {value}" for name, value in rows]


def _write_table(page: _Page, block: Table) -> None:
    _write_code(page, Code(align((block.head, *block.rows)), "table.txt"))


def _write_code(page: _Page, block: Code) -> None:
    shown = fenced(block.text)
    if len(page.text) + len(shown) <= SHORT_CODE:
        page.lines.append(shown)
    else:
        page.files.append((_file_name(block.name), block.text.encode(errors="replace"), ""))


def _write_picture(page: _Page, block: Picture) -> None:
    name = _file_name(block.name)
    page.files.append((name, block.data, block.caption))
    if block.caption:
        page.lines.append(escape(block.caption))
    page.picture = page.picture or name


def _write_file(page: _Page, block: File) -> None:
    page.files.append((_file_name(block.name), block.data, ""))


def _file_name(name: str) -> str:
    """Return a name as Discord keeps it: what it would change itself would not be found by the embed."""
    return re.sub(r"[^A-Za-z0-9.-]+", "-", name).strip(".-")[-100:] or "file"


_WRITERS: Final[Mapping[type[Block], Callable[[_Page, Any], None]]] = {
    Text: _write_text,
    Fields: _write_fields,
    Table: _write_table,
    Code: _write_code,
    Picture: _write_picture,
    File: _write_file,
}
