"""Where the marks of a chart's axes stand; pure, it draws nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime, timedelta, tzinfo

Span = tuple["datetime", "datetime"]
"""From when until when."""

STEPS: Final = (1, 2, 2.5, 5, 10)


def round_up(highest: float) -> float:
    """Return the end of an axis that holds values up to `highest`: 1, 2, 2.5 or 5 times a power of ten; at least 1."""
    size = 1.0
    while size * STEPS[-1] < highest:
        size *= 10
    return next(size * step for step in STEPS if size * step >= highest)


def marks(end: float) -> list[float]:
    """Return the values that are written at an axis from 0 to `end`."""
    return [0.0, end / 2, end]


def time_marks(since: datetime, until: datetime, step: timedelta, zone: tzinfo) -> list[datetime]:
    """Return the round moments between two, as a clock in that zone shows them."""
    midnight = since.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    count = int((until - midnight) / step) + 1
    # Through UTC: a step is a length of time, also across a change of summer time.
    found = [midnight.astimezone(since.tzinfo) + number * step for number in range(count)]
    return [moment for moment in found if since <= moment <= until]
