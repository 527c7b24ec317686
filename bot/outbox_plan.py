"""What to do next in a chat with what it is still to be told: a new message, or a change of one; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot.notes import AlertRefused, ChatClosed, DailyReport, is_all_clear, is_detail, is_red
from bot.strangers import Stranger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.notes import Told
    from core.push import Note

MAX_IN_ONE: Final = 30
"""Names that a message can hold on a phone, and within every platform's limit."""

JOIN: Final = timedelta(seconds=2)
"""What goes dark within this time of an alert's first words is added to that alert: one trouble, one message."""


@dataclass(frozen=True, slots=True)
class Item:
    """A note, read."""

    note: Note
    told: Told


@dataclass(frozen=True, slots=True)
class Step:
    """Tell `new`, in place of `message` (None: as a new one), which has told `old` so far."""

    new: tuple[Item, ...]
    message: str | None = None
    old: tuple[Item, ...] = ()

    @property
    def told(self) -> list[Told]:
        """All that the message says then."""
        return [item.told for item in (*self.old, *self.new)]

    @property
    def urgent(self) -> bool:
        """Whether it must not wait for anything."""
        return any(is_red(item.told) and not is_detail(item.told) for item in self.new)

    @property
    def ids(self) -> list[int]:
        """The notes that are done with it."""
        return [item.note.id for item in self.new]


def plan(pending: Sequence[Item], told: Sequence[Item], *, muted: bool = False) -> Step | None:
    """Return the next step; None where there is nothing to do now. What is red goes before changes.

    Args:
        pending: What waits, oldest first.
        told: What stands in the messages that it may change, oldest first.
        muted: Change what stands there, and say nothing new.
    """
    changes, news = _split(pending, told)
    if muted:
        news = []
    if changes and not any(is_red(item.told) for item in news):
        message, items = next(iter(changes.items()))
        return Step(tuple(items), message, _standing_in(message, told))
    return (_join(news, told) or Step(_take(news))) if news else None


def _split(pending: Sequence[Item], told: Sequence[Item]) -> tuple[dict[str, list[Item]], list[Item]]:
    """Return the changes of each message whose trouble ended or became clearer, and what is new."""
    standing: dict[str | None, str | None] = {item.note.about: item.note.message for item in told if item.note.about}
    to_come: set[str | None] = set()  # what a new message will be about, so that its end belongs to that one
    changes: dict[str, list[Item]] = {}
    news: list[Item] = []
    for item in pending:
        message = standing.get(item.note.about)
        if message is None or item.note.about in to_come or not (is_all_clear(item.told) or is_detail(item.told)):
            to_come.add(item.note.about)
            news.append(item)
        else:
            changes.setdefault(message, []).append(item)
    return changes, news


def _standing_in(message: str, told: Sequence[Item]) -> tuple[Item, ...]:
    return tuple(item for item in told if item.note.message == message)


def _join(pending: Sequence[Item], told: Sequence[Item]) -> Step | None:
    """Return the latest message with more of the same added, where it was sent a moment ago."""
    last = told[-1].note.message if told else None
    if last is None:
        return None
    old, first = _standing_in(last, told), pending[0].note
    late = first.at - min(item.note.at for item in old) > JOIN
    if late or not all(is_red(item.told) for item in old):
        return None
    new = tuple(item for item in pending if is_red(item.told) and item.note.at - old[0].note.at <= JOIN)
    if not new or new[0] is not pending[0] or len(old) + len(new) > MAX_IN_ONE:
        return None
    return Step(new, last, old)


def _take(pending: Sequence[Item]) -> tuple[Item, ...]:
    """Return what goes into the next new message: as many as fit, each with all that came of it."""
    if _stands_alone(pending[0].told):
        return (pending[0],)
    taken: list[Item] = []
    abouts: set[str] = set()
    for item in pending:
        about = item.note.about or f"note {item.note.id}"
        if _stands_alone(item.told) or (about not in abouts and len(abouts) >= MAX_IN_ONE):
            continue
        abouts.add(about)
        taken.append(item)
    return tuple(taken)


def _stands_alone(told: Told) -> bool:
    """Return whether it has buttons of its own that must not be lost among others."""
    return isinstance(told, Stranger | ChatClosed | AlertRefused | DailyReport)
