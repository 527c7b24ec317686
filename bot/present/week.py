"""Draws a strip for each stream of a team: a week at a glance, green where it was on air and red where it was dark.

It is given all numbers and words, and asks nobody. Pillow is needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.present.axes import time_marks
from bot.present.canvas import DARK, DARK_PX, EDGE_PX, FAINT, GRID, SMALL_PX, TEXT, TEXT_PX, TITLE_PX, WIDTH, Canvas

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime, timedelta, tzinfo

    from bot.present.axes import Span

TOP_PX: Final = 110
BAR_PX: Final = 40
ROW_PX: Final = 112
BOTTOM_PX: Final = 104
AWAY: Final = "#263241"
ON_AIR: Final = "#58d68d"


@dataclass(frozen=True, slots=True)
class Strip:
    """One stream: its name, how much of the time it was on air, in words, when it ran, and when it was dark then."""

    name: str
    percent: str
    ran: Sequence[Span]
    dark: Sequence[Span]


@dataclass(frozen=True, slots=True)
class Week:
    """All that is drawn; `step` between marks, which `tell_time` puts into words."""

    title: str
    strips: Sequence[Strip]
    since: datetime
    until: datetime
    step: timedelta
    zone: tzinfo
    tell_time: Callable[[datetime], str]
    legend: str


def draw(week: Week) -> bytes:
    """Return it as a PNG."""
    height = TOP_PX + len(week.strips) * ROW_PX + BOTTOM_PX
    canvas = Canvas(height)
    pen = _Pen(canvas, week)
    canvas.text((EDGE_PX, 24), week.title, TITLE_PX, TEXT)
    for number, strip in enumerate(week.strips):
        pen.strip(strip, TOP_PX + number * ROW_PX)
    pen.days(TOP_PX + len(week.strips) * ROW_PX - 26)
    canvas.text((EDGE_PX, height - 50), week.legend, SMALL_PX, FAINT)
    return canvas.save(100)


class _Pen:
    """Draws the strips of one week."""

    def __init__(self, canvas: Canvas, week: Week) -> None:
        self._canvas = canvas
        self._draw = canvas.draw
        self._week = week

    def strip(self, strip: Strip, top: float) -> None:
        """Draw one stream."""
        percent = self._canvas.fonts[TEXT_PX].getlength(strip.percent)
        self._canvas.text((EDGE_PX, top), strip.name, TEXT_PX, TEXT, right=percent + 20)
        self._canvas.text((WIDTH - EDGE_PX - percent, top), strip.percent, TEXT_PX, TEXT)
        bar = top + TEXT_PX + 10
        self._draw.rectangle((EDGE_PX, bar, WIDTH - EDGE_PX, bar + BAR_PX), AWAY)
        for spans, colour in ((strip.ran, ON_AIR), (strip.dark, DARK)):
            for begin, end in spans:
                left, width = self._x(begin), max(DARK_PX[0], self._x(end) - self._x(begin))
                left = min(left, WIDTH - EDGE_PX - width)
                self._draw.rectangle((left, bar, left + width, bar + BAR_PX), colour)

    def days(self, top: float) -> None:
        """Write the days under the strips, and draw where they begin."""
        for moment in time_marks(self._week.since, self._week.until, self._week.step, self._week.zone):
            x = self._x(moment)
            self._draw.line((x, top, x, top + 8), GRID, 3)
            if EDGE_PX + 40 < x < WIDTH - EDGE_PX - 40:
                self._canvas.text((x, top + 8), self._week.tell_time(moment), SMALL_PX, FAINT, "ma")

    def _x(self, at: datetime) -> float:
        share = (at - self._week.since) / (self._week.until - self._week.since)
        return EDGE_PX + min(1.0, max(0.0, share)) * (WIDTH - 2 * EDGE_PX)
