"""What a value usually is, from what it was until now, and when it is far off that; pure, it measures nothing."""

from __future__ import annotations

import statistics
from array import array
from typing import TYPE_CHECKING, Final

from core.monitor.alerts import Watch, at_most

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from core.monitor.alerts import Turn

STEP_S: Final = 30.0
"""Values that come more often are passed over, so that a window has at most so many."""

HOUR_S: Final = 3600.0
DAY_S: Final = 24 * HOUR_S
SETTLED_S: Final = 600.0
"""Less than this is no habit yet."""

TAIL: Final = 50
"""One value in so many may be a stray at either end."""

SWING: Final = 0.8
"""What swung that far may swing a little farther."""

REFRESH: Final = 10
"""The range is worked out anew after so many values: that of a whole day costs half a millisecond."""


ODD: Final = 120
"""So many strange values are remembered."""


class Usual:
    """The last `window_s` of a value, as far as nobody was told of it: what is told as wrong never becomes usual.

    Args:
        window_s: How far back it looks, at least; it counts the time in which there was a value.
        settled_s: After so much of it, it can be compared with.
        known: What was measured before, oldest first.
    """

    def __init__(self, window_s: float = HOUR_S, settled_s: float = SETTLED_S, known: Iterable[float] = ()) -> None:
        self._most = max(2, int(window_s / STEP_S))
        self._least = max(2, int(settled_s / STEP_S))
        self._values = array("f", known)[-self._most :]
        self._last_s: float | None = None
        self._range: tuple[float, float, float] | None = None
        self._fresh = 0

    def add(self, value: float, at_s: float) -> None:
        """Take a value as usual."""
        if self._last_s is not None and at_s - self._last_s < STEP_S:
            return
        self._last_s = at_s
        self.learn((value,))

    def learn(self, values: Sequence[float]) -> None:
        """Take values as usual, whenever they were seen."""
        self._values.extend(values)
        del self._values[: -self._most]
        self._fresh -= len(values)

    @property
    def middle(self) -> float | None:
        """What it is mostly, None as long as there is no habit."""
        found = self._find_range()
        return found[1] if found else None

    def strain(self, value: float, part: float, times: float) -> float | None:
        """Return how far off a value is: over 1 where it is below `part` or above `times` of what is usual.

        What it was itself now and then is never off. None as long as there is no habit.
        """
        found = self._find_range()
        if found is None:
            return None
        lowest, middle, highest = found
        low, high = min(middle * part, lowest * SWING), max(middle * times, highest / SWING)
        return max(value / high if high else 0.0, low / value if value > 0 else 2.0)

    def _find_range(self) -> tuple[float, float, float] | None:
        if len(self._values) < self._least:
            return None
        if self._range is None or self._fresh <= 0:
            ordered = sorted(self._values)
            stray = len(ordered) // TAIL
            self._range = (ordered[stray], statistics.median_low(ordered), ordered[-1 - stray])
            self._fresh = REFRESH
        return self._range


class Habit:
    """Follows a value by its own habits: below `part` or above `times` of what is usual for `hold_s` is told.

    Args:
        usual: What is known of it.
    """

    def __init__(self, usual: Usual, part: float, times: float, hold_s: float) -> None:
        self.usual = usual
        self._part, self._times = part, times
        self._watch = Watch(at_most(1.0, hold_s))
        self._odd: list[float] = []  # what it was while it was off
        self._source: object = None

    def see(self, value: float, at_s: float, source: object) -> Turn | None:
        """Take a measurement; return what is to be told of it.

        `source` is equal as long as nothing was done to what is measured: a value that comes back by itself was off by
        habit, and what it was meanwhile is usual from then on.
        """
        if source != self._source:
            self._source, self._odd = source, []
        strain = self.usual.strain(value, self._part, self._times)
        turn = self._watch.see(strain, at_s)
        if strain is not None and (self._watch.over or strain > 1):
            self._odd = [*self._odd, value][-ODD:]
        else:
            self.usual.learn(self._odd)
            self._odd = []
            self.usual.add(value, at_s)
        return turn

    def renew(self, usual: Usual) -> None:
        """Go by other habits from now on; what was told is still to have its end."""
        self.usual, self._odd = usual, []
