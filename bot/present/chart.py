"""Draws what was measured as a picture for a phone; it is given the numbers and the words, and asks nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.present.axes import marks, round_up, time_marks
from bot.present.canvas import (
    DARK,
    DARK_PX,
    EDGE_PX,
    FAINT,
    GRID,
    SMALL_PX,
    TEXT,
    TEXT_PX,
    TITLE_PX,
    WIDTH,
    Canvas,
    clean,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime, timedelta, tzinfo

PANEL_PX: Final = 210
GAP_PX: Final = 96
TOP_PX: Final = 92
BOTTOM_PX: Final = 150
LEFT_PX: Final = 132
RIGHT_PX: Final = EDGE_PX

LINES: Final = ("#5dade2", "#58d68d", "#f4d03f", "#bb8fce")
RESTART: Final = "#eb984e"


@dataclass(frozen=True, slots=True)
class Panel:
    """One value over time: `points` in order; a gap between them of more than `Chart.gap` is left open."""

    title: str
    points: Sequence[tuple[datetime, float]]


@dataclass(frozen=True, slots=True)
class Chart:
    """All that is drawn.

    `dark`: spans off air. `restarts`: moments. `step`: between marks. `tell_time` and `tell_number` put
    axes into words, `tell_title` as much of the name as there is room for. `empty` stands in a panel without points.
    """

    name: str
    tell_title: Callable[[str], str]
    panels: Sequence[Panel]
    since: datetime
    until: datetime
    step: timedelta
    gap: timedelta
    zone: tzinfo
    tell_time: Callable[[datetime], str]
    tell_number: Callable[[float], str]
    legend: str = ""
    empty: str = ""
    dark: Sequence[tuple[datetime, datetime]] = ()
    restarts: Sequence[datetime] = ()


def draw(chart: Chart) -> bytes:
    """Return the chart as a PNG."""
    height = TOP_PX + len(chart.panels) * (PANEL_PX + GAP_PX) - GAP_PX + BOTTOM_PX
    canvas = Canvas(height)
    pen = _Pen(canvas, chart)
    pen.title((LEFT_PX, 24))
    for number, panel in enumerate(chart.panels):
        pen.panel(panel, TOP_PX + 40 + number * (PANEL_PX + GAP_PX), LINES[number % len(LINES)])
    canvas.text((LEFT_PX, height - 52), chart.legend, SMALL_PX, FAINT)
    return canvas.save(200)


class _Pen:
    """Draws panels of one chart."""

    def __init__(self, canvas: Canvas, chart: Chart) -> None:
        self._canvas = canvas
        self._draw = canvas.draw
        self._chart = chart

    def title(self, at: tuple[float, float]) -> None:
        """Write the title; of a long name a part, so that the time it is of is never cut off."""
        font, room = self._canvas.fonts[TITLE_PX], WIDTH - RIGHT_PX - at[0]
        name = shown = clean(self._chart.name, font)
        while name and font.getlength(self._chart.tell_title(shown)) > room:
            name = name[:-1]
            shown = f"{name}…"
        self._canvas.text(at, self._chart.tell_title(shown), TITLE_PX, TEXT)

    def panel(self, panel: Panel, top: float, colour: str) -> None:
        """Draw one value's panel, its title over it."""
        end = round_up(max((value for _, value in panel.points), default=0.0))
        self._canvas.text((LEFT_PX, top - 38), panel.title, TEXT_PX, colour)
        self._grid(top, end)
        if not panel.points:
            self._canvas.text(
                ((LEFT_PX + WIDTH - RIGHT_PX) / 2, top + PANEL_PX / 4), self._chart.empty, TEXT_PX, FAINT, "mm"
            )
        for moment in self._chart.restarts:
            self._draw.line((self._x(moment), top, self._x(moment), top + PANEL_PX), RESTART, 3)
        for run in _split(panel.points, self._chart.gap):
            line = [(self._x(at), top + PANEL_PX * (1 - value / end)) for at, value in run]
            if len(line) == 1:
                (x, y), r = line[0], 6
                self._draw.ellipse((x - r, y - r, x + r, y + r), colour)
            else:
                self._draw.line(line, colour, 4, "curve")
        for begin, stop in self._chart.dark:
            left, width = self._x(begin), max(DARK_PX[0], self._x(stop) - self._x(begin))
            left = min(left, WIDTH - RIGHT_PX - width)
            self._draw.rectangle((left, top + PANEL_PX - DARK_PX[1], left + width, top + PANEL_PX), DARK)

    def _grid(self, top: float, end: float) -> None:
        for value in marks(end):
            y = top + PANEL_PX * (1 - value / end)
            self._draw.line((LEFT_PX, y, WIDTH - RIGHT_PX, y), GRID, 2)
            self._canvas.text((LEFT_PX - 14, y), self._chart.tell_number(value), SMALL_PX, FAINT, "rm")
        for moment in time_marks(self._chart.since, self._chart.until, self._chart.step, self._chart.zone):
            x = self._x(moment)
            self._draw.line((x, top, x, top + PANEL_PX), GRID, 1)
            if LEFT_PX + 20 < x < WIDTH - RIGHT_PX - 30:
                self._canvas.text((x, top + PANEL_PX + 4), self._chart.tell_time(moment), SMALL_PX, FAINT, "ma")

    def _x(self, at: datetime) -> float:
        share = (at - self._chart.since) / (self._chart.until - self._chart.since)
        return LEFT_PX + min(1.0, max(0.0, share)) * (WIDTH - RIGHT_PX - LEFT_PX)


def _split(points: Sequence[tuple[datetime, float]], gap: timedelta) -> list[list[tuple[datetime, float]]]:
    """Return the points in runs without gaps."""
    runs: list[list[tuple[datetime, float]]] = []
    for point in points:
        if runs and point[0] - runs[-1][-1][0] <= gap:
            runs[-1].append(point)
        else:
            runs.append([point])
    return runs
