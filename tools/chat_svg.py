"""Draws a chat as an SVG, said under said; what is said is given, nothing is made up here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape
from textwrap import wrap
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WIDTH: Final = 440
_FONT_PX: Final = 15
_LINE_PX: Final = 22
_PAD_PX: Final = 12
_GAP_PX: Final = 10
_BUTTON_PX: Final = 34
_CHAR_PX: Final = 8.3
"""About what a letter of a system's sans-serif takes at this size."""
_LONGEST: Final = int((WIDTH - 60 - 2 * _PAD_PX) / _CHAR_PX)

_DOTS: Final = {"🟢": "#3fb950", "🟡": "#d9a514", "🔴": "#f85149", "⚪": "#c9d1d9", "🟠": "#f0883e"}
"""States as drawn circles: every system has them in another look, some in none."""

_STYLE: Final = f"""\
text {{ font: {_FONT_PX}px -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif; fill: #e6edf3 }}
text {{ white-space: pre }}
.strong {{ font-weight: 600 }}
.button {{ text-anchor: middle; font-size: 13.5px }}
"""


@dataclass(frozen=True)
class Said:
    """One message: its lines (text, whether strong), the rows of buttons below it, and whether a person wrote it."""

    lines: tuple[tuple[str, bool], ...]
    buttons: tuple[tuple[str, ...], ...] = ()
    mine: bool = False

    @property
    def height(self) -> int:
        """In pixels, buttons included."""
        return len(self.lines) * _LINE_PX + 2 * _PAD_PX + len(self.buttons) * (_BUTTON_PX + 4)

    @property
    def width(self) -> float:
        """In pixels; with buttons the whole column's."""
        if self.buttons:
            return WIDTH - 60
        return min(WIDTH - 60, max(len(line) for line, _ in self.lines) * _CHAR_PX + 2 * _PAD_PX + 8)


def draw(columns: Sequence[Sequence[Said]]) -> str:
    """Return the SVG of several chats side by side."""
    drawn = [[_fold(said) for said in column] for column in columns]
    height = max(sum(said.height + _GAP_PX for said in column) for column in drawn) + 2 * _GAP_PX
    width = len(drawn) * WIDTH + _GAP_PX
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}">']
    parts += [f"<style>{_STYLE}</style>", f'<rect width="{width}" height="{height}" rx="14" fill="#0e1621"/>']
    for index, column in enumerate(drawn):
        parts += _draw_column(column, index * WIDTH + _GAP_PX)
    return "\n".join([*parts, "</svg>", ""])


def _fold(said: Said) -> Said:
    return replace(
        said, lines=tuple((part, strong) for line, strong in said.lines for part in wrap(line, _LONGEST) or [""])
    )


def _draw_column(column: Sequence[Said], left: float) -> Iterator[str]:
    top = 2.0 * _GAP_PX
    for said in column:
        x = left + WIDTH - 2 * _GAP_PX - said.width if said.mine else left + _GAP_PX
        yield from _draw_said(said, x, top)
        top += said.height + _GAP_PX


def _draw_said(said: Said, x: float, top: float) -> Iterator[str]:
    box_px = len(said.lines) * _LINE_PX + 2 * _PAD_PX - 4
    fill = "#2b5278" if said.mine else "#182533"
    yield f'<rect x="{x:.0f}" y="{top:.0f}" width="{said.width:.0f}" height="{box_px}" rx="12" fill="{fill}"/>'
    for index, (line, strong) in enumerate(said.lines):
        yield _draw_line(line, x + _PAD_PX, top + _PAD_PX + 13 + index * _LINE_PX, strong=strong)
    for index, row in enumerate(said.buttons):
        yield from _draw_row(row, x, top + box_px + 4 + index * (_BUTTON_PX + 4), said.width)


def _draw_line(line: str, x: float, y: float, *, strong: bool) -> str:
    dot = _DOTS.get(line[:1])
    circle = f'<circle cx="{x + 7:.0f}" cy="{y - 5:.0f}" r="6.5" fill="{dot}"/>' if dot else ""
    words, indent = (line[1:].lstrip(), 20) if dot else (line, 0)
    style = ' class="strong"' if strong else ""
    return f'{circle}<text x="{x + indent:.0f}" y="{y:.0f}"{style}>{escape(words)}</text>'


def _draw_row(row: Sequence[str], x: float, top: float, width: float) -> Iterator[str]:
    each = (width - 4 * (len(row) - 1)) / len(row)
    for index, label in enumerate(row):
        left = x + index * (each + 4)
        box = f'x="{left:.0f}" y="{top:.0f}" width="{each:.0f}" height="{_BUTTON_PX}" rx="8"'
        yield f'<rect {box} fill="#22303f"/>'
        yield f'<text class="button" x="{left + each / 2:.0f}" y="{top + 22:.0f}">{escape(label)}</text>'
