"""What the chat was told, read from the requests that reached the platform; it judges nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.fakes.telegram_api.server import Call

NAME: Final = re.compile(r"\bs\d\d\b")
_TAG: Final = re.compile(r"<[^>]*>")
_SAYS: Final = ("sendMessage", "editMessageText")


@dataclass(frozen=True)
class Told:
    """One text that reached the chat, new or in place of another."""

    at_s: float
    text: str
    edit: bool

    @property
    def names(self) -> frozenset[str]:
        """The streams that it names."""
        return frozenset(NAME.findall(self.text))

    @property
    def red(self) -> bool:
        """Whether it says that something is dark."""
        return self.text.startswith("🔴")

    @property
    def green(self) -> bool:
        """Whether it says that something is well again; for what came and went unsaid, with its cause."""
        return self.text.startswith("🟢")


def read_calls(calls: Iterable[Call]) -> list[Told]:
    """Return what was said, in the order in which it came."""
    return [
        Told(call.at_s, unescape(_TAG.sub("", call.params.get("text", ""))), call.method == "editMessageText")
        for call in calls
        if call.method in _SAYS
    ]
