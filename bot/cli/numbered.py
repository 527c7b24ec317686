"""Buttons as numbers to type: which number means which button now; it presses none."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

PUSHED_FROM: Final = 51
"""From here on number what came unasked: an alert that arrives while somebody types must not change what `1` means."""

PUSHED_UNTIL: Final = 99


class Numbered:
    """Answers are numbered from 1, each answer anew; pushes go on from `PUSHED_FROM` and start over behind 99."""

    def __init__(self) -> None:
        self._answer: dict[int, Mapping[str, Any]] = {}
        self._pushed: dict[int, Mapping[str, Any]] = {}
        self._next = PUSHED_FROM

    def answer(self, rows: Iterable[Sequence[Mapping[str, Any]]]) -> list[str]:
        """Number an answer's buttons in place of the last one's, and return them as lines."""
        self._answer = {}
        numbers = count(1)
        return [self._line(self._answer, row, (next(numbers) for _ in row)) for row in rows]

    def push(self, rows: Iterable[Sequence[Mapping[str, Any]]]) -> list[str]:
        """Number the buttons of what came unasked, and return them as lines."""
        return [self._line(self._pushed, row, (self._take() for _ in row)) for row in rows]

    def find(self, typed: str) -> Mapping[str, Any] | None:
        """Return the button that a typed number means, None where it means none."""
        if not (typed.isascii() and typed.isdigit() and len(typed) <= len(str(PUSHED_UNTIL))):
            return None
        return self._answer.get(int(typed)) or self._pushed.get(int(typed))

    def _take(self) -> int:
        taken = self._next
        self._next = taken + 1 if taken < PUSHED_UNTIL else PUSHED_FROM
        return taken

    @staticmethod
    def _line(known: dict[int, Mapping[str, Any]], row: Sequence[Mapping[str, Any]], numbers: Iterable[int]) -> str:
        numbered = dict(zip(numbers, row, strict=True))
        known.update(numbered)
        return "  ".join(f"[{number}] {button['label']}" for number, button in numbered.items())
