"""What is remembered so that people can be told unasked: where, what, and which message it became; plain values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from core.model import SpaceName, StreamId, UserId


@dataclass(frozen=True, slots=True)
class ChatRef:
    """Where something is said: platform + chat + thread, ids as text. `thread` is "" outside of threads and topics."""

    platform: str
    chat: str
    thread: str = ""


class Level(StrEnum):
    """How much a chat is told."""

    ALL = "all"  # planned ends and first times live too
    PROBLEMS = "problems"


@dataclass(frozen=True, slots=True)
class Reader:
    """In whose words and zone a chat is told: a person's own choice, else what his client said.

    `private`: nobody else reads there, so that it is told only as long as he has a role. `zone`: the chat's own, IANA,
    whatever the person's is.
    """

    user: UserId | None = None
    language: str | None = None
    private: bool = False
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class AlertChat:
    """What a chat said about alerts.

    `wanted`: asked for them (True), asked for none (False), or only said how (None). `quiet` are minutes of the day in
    the reader's zone, from and until, past midnight too. `reports`: asked for the daily report, at `report_at` as a
    minute of the day, or for none (False); None: it goes with all alerts, at the service's hour. `reports_from`: when
    that was asked for; an hour that was over by then was not meant.
    """

    chat: ChatRef
    space: SpaceName
    reader: Reader = Reader()
    wanted: bool | None = None
    level: Level = Level.ALL
    muted_until: datetime | None = None
    quiet: tuple[int, int] | None = None
    reports: bool | None = None
    report_at: int | None = None
    reports_from: datetime | None = None

    @property
    def wants_report(self) -> bool:
        """Whether it is sent the daily report."""
        return (self.wanted is True and self.level is Level.ALL) if self.reports is None else self.reports


@dataclass(frozen=True, slots=True)
class Home:
    """The chat from which a stream was started last: told where the space has no alert chat."""

    stream: StreamId
    chat: ChatRef
    reader: Reader = Reader()


@dataclass(frozen=True, slots=True)
class NewNote:
    """Something to tell a chat. `body` is JSON, its meaning is `kind`'s; `about` is equal for what belongs together."""

    chat: ChatRef
    space: SpaceName
    at: datetime
    kind: str
    body: str
    about: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A note in the outbox. `message` is what it became, None while it waits."""

    id: int
    chat: ChatRef
    space: SpaceName
    at: datetime
    kind: str
    body: str
    about: str | None
    delivered_at: datetime | None
    message: str | None


@dataclass(frozen=True, slots=True)
class ImportMessage:
    """A message that tells how far an import is, of a file called `name`, in which language."""

    chat: ChatRef
    message: str
    name: str
    language: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A card or board that stands in a chat and is kept up to date; `stream` None is the board.

    A card is refreshed until `until`, and after that only where the stream's state changes. `pinned`: we hold it at the
    top of its chat.
    """

    chat: ChatRef
    space: SpaceName
    stream: StreamId | None
    message: str
    reader: Reader
    operator: bool
    until: datetime
    pinned: bool = False
