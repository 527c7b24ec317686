"""What the bot says, as blocks without markup; each adapter lays them out and escapes them in its own way."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.model import RunId, StreamId


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph of plain words; `strong` is its heading line, where a platform can show one."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Fields:
    """Names with values, one a line."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head; for few, short columns only, since it is read on a phone."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Lines in a fixed pitch. Where they don't fit the platform's message they go as a file of this `name`."""

    text: str
    name: str = "log.txt"


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG or JPEG, `name` with the fitting ending, and its caption for those who don't see it."""

    data: bytes = field(repr=False)
    name: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A file to hand over."""

    data: bytes = field(repr=False)
    name: str


class Style(StrEnum):
    """How a button looks where a platform has colours."""

    PLAIN = "plain"
    GOOD = "good"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Button:
    """A press sends `order`, a command as it would be typed, authorised anew for whoever presses.

    Things stand in orders by id (`stop #12`, `startstream source=#3 destination=#1`), so that an order fits 64 bytes
    (Telegram's limit) together with `run` and a few for what the message is. With `run` it is bound to it: once another
    run has begun, or it ended, a press is refused and changes nothing.
    """

    label: str
    order: str
    run: RunId | None = None
    style: Style = Style.PLAIN


Block = Text | Fields | Table | Code | Picture | File


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer or push.

    `code` is None for success, else the refusal's stable name. `private`: for the asker's eyes alone where the platform
    can do that. `forget_order`: the message that brought the order held a secret and is to be deleted. `card` names the
    stream whose live card this is, `board` that it is the chat's board: the sender keeps both up to date. `silent`:
    without a sound. `data` is for scripts (`--json`).
    """

    blocks: tuple[Block, ...] = ()
    buttons: tuple[tuple[Button, ...], ...] = ()
    code: str | None = None
    private: bool = False
    forget_order: bool = False
    card: StreamId | None = None
    board: bool = False
    silent: bool = False
    secret_form: str | None = None  # open a form or wait for a private message: the order that takes its answer
    secret_title: str = ""  # what a form is headed with; at most 45 characters, Discord's limit
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return self.code is None

    def with_blocks(self, *blocks: Block) -> Reply:
        """Return it with more blocks behind."""
        return replace(self, blocks=(*self.blocks, *blocks))


def say(*lines: str, **more: Any) -> Reply:  # noqa: ANN401 - any of Reply's own fields
    """Return a reply of plain paragraphs, the first one strong."""
    return Reply(blocks=tuple(Text(line, strong=index == 0) for index, line in enumerate(lines)), **more)
