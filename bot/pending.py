"""What persons were asked to write next; it remembers in memory, for ten minutes, and runs nothing."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.channel import ChatRef
    from core.clock import Clock

ANSWER_WITHIN_S: Final = 600
MAX_QUESTIONS: Final = 1000


@dataclass(frozen=True, slots=True)
class Question:
    """The order that waits for an answer: its command, the words it has, and the parameter that the answer is for.

    `chat` and `guild` are where it was given: they decide whose order it is, wherever the answer is written.
    """

    command: str
    args: Mapping[str, str]
    param: str
    secret: bool
    chat: ChatRef
    guild: str | None = None


class Pending:
    """One open question per person: a new one takes the place of the old."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: OrderedDict[tuple[str, str], tuple[Question, float]] = OrderedDict()

    def ask(self, platform: str, person: str, question: Question) -> None:
        """Wait for this person's next private message."""
        key = (platform, person)
        self._open[key] = (question, self._clock.monotonic() + ANSWER_WITHIN_S)
        self._open.move_to_end(key)
        while len(self._open) > MAX_QUESTIONS:
            self._open.popitem(last=False)

    def find(self, platform: str, person: str) -> Question | None:
        """Return what this person is being asked, None where nothing or no longer."""
        question, until = self._open.get((platform, person), (None, 0.0))
        if question is not None and self._clock.monotonic() >= until:
            self.cancel(platform, person)
            return None
        return question

    def cancel(self, platform: str, person: str) -> bool:
        """Wait no longer; return whether anything was asked."""
        return self._open.pop((platform, person), None) is not None
