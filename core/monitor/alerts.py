"""When a measured value is too much for too long, and when it is well again; pure, it measures and tells nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

CLEAR_RATIO: Final = 0.9
"""Of the limit: a value that hangs about the limit itself causes no second alert."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Over `limit` for `hold_s` is too much; at or under `clear` for `hold_s` is well again.

    Turned round (`below`) a value under `limit` is too little, and one at or over `clear` is well again.
    """

    limit: float
    clear: float
    hold_s: float
    below: bool = False

    def is_bad(self, value: float) -> bool:
        """Return whether it is beyond the limit."""
        return value < self.limit if self.below else value > self.limit

    def is_well(self, value: float) -> bool:
        """Return whether it is far enough on the good side."""
        return value >= self.clear if self.below else value <= self.clear


def at_most(limit: float, hold_s: float) -> Rule:
    """Return the rule for something that may be as much as `limit`."""
    return Rule(limit, limit * CLEAR_RATIO, hold_s)


def at_least(limit: float, hold_s: float) -> Rule:
    """Return the rule for something that has to be as much as `limit`."""
    return Rule(limit, limit / CLEAR_RATIO, hold_s, below=True)


@dataclass(frozen=True, slots=True)
class Turn:
    """It became too much (`over`), or well again: `value` now, after `for_s` of being so.

    For an all-clear `for_s` counts from when it first was too much.
    """

    over: bool
    value: float
    for_s: float


class Watch:
    """Follows one value by one rule; `at_s` of a monotonic clock, never going back.

    A value that could not be measured (None) changes nothing: neither does it prove trouble nor its end.
    """

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        """May be another at any time: what is over stays so until the new one finds it well."""
        self._over = False
        self._began_s: float | None = None  # of the trouble that is told, or that may become one
        self._turning_s: float | None = None  # since when it is on the other side

    @property
    def over(self) -> bool:
        """Whether it was told as too much, and not yet as well again."""
        return self._over

    def see(self, value: float | None, at_s: float) -> Turn | None:
        """Take a measurement; return what is to be told of it."""
        if value is None:
            return None
        turning = self.rule.is_well(value) if self._over else self.rule.is_bad(value)
        if not turning:
            self._turning_s = None
            return None
        if self._turning_s is None:
            self._turning_s = at_s
            if not self._over:
                self._began_s = at_s
        if at_s - self._turning_s < self.rule.hold_s:
            return None
        self._over, self._turning_s = not self._over, None
        began_s = at_s if self._began_s is None else self._began_s
        return Turn(self._over, value, at_s - began_s)
