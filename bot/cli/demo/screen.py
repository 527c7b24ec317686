"""What the demo shows: what was typed, what was answered, what was seen; plain where it is no terminal."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BOLD: Final = "1"
DIM: Final = "2"
RED: Final = "31"
GREEN: Final = "32"
CYAN: Final = "36"
BAR_CELLS: Final = 24
LEVELS: Final = 5
"""Of each colour in a terminal of 256 colours, counted from 0."""

Pixel = tuple[int, int, int]


class Screen:
    """Writes lines. Colours, bars and pictures are for terminals only, and not where NO_COLOR is set."""

    def __init__(self, out: TextIO, environ: Mapping[str, str]) -> None:
        self._out = out
        self._styled = out.isatty() and "NO_COLOR" not in environ and environ.get("TERM") != "dumb"
        self._all_colours = environ.get("COLORTERM") in {"truecolor", "24bit"}

    def line(self, text: str = "", style: str = "") -> None:
        """Write a line."""
        self._write(f"{self._paint(text, style)}\n")

    def title(self, text: str) -> None:
        """Say what begins."""
        self.line(f"\n{text}", BOLD)

    def typed(self, text: str) -> None:
        """Show a command as a person types it."""
        self._write(f"  {self._paint('>', DIM)} {self._paint(text, CYAN)}\n")

    def shell(self, text: str) -> None:
        """Show a command that somebody gives beside the chat."""
        self._write(f"  {self._paint('$', DIM)} {self._paint(text, CYAN)}\n")

    def answered(self, text: str) -> None:
        """Show what came back."""
        self._write(textwrap.indent(text, "    ") + "\n")

    def good(self, text: str) -> None:
        """Say what was seen to work."""
        self._write(f"  {self._paint('✓', GREEN)} {text}\n")

    def bad(self, text: str) -> None:
        """Say what was not."""
        self._write(f"  {self._paint('✗', RED)} {text}\n")

    def bar(self, label: str, share: float) -> None:
        """Draw a bar over the last one; where lines can't be drawn over, nothing."""
        if self._styled:
            full = round(share * BAR_CELLS)
            self._write(f"\r  {self._paint('━' * full, GREEN)}{self._paint('━' * (BAR_CELLS - full), DIM)} {label}")

    def clear_bar(self) -> None:
        """Take the bar away."""
        if self._styled:
            self._write("\r\x1b[K")

    def draw(self, rows: Sequence[Sequence[Pixel]]) -> str:
        """Return a picture as lines, two of its rows in each; empty where there are no colours."""
        if not self._styled:
            return ""
        pairs = zip(rows[::2], rows[1::2], strict=False)
        return "\n".join("".join(map(self._cell, upper, lower)) + "\x1b[0m" for upper, lower in pairs)

    def _cell(self, upper: Pixel, lower: Pixel) -> str:
        return f"\x1b[38;{self._colour(upper)};48;{self._colour(lower)}m▀"

    def _colour(self, pixel: Pixel) -> str:
        if self._all_colours:
            return "2;{};{};{}".format(*pixel)
        red, green, blue = (round(part / 255 * LEVELS) for part in pixel)
        return f"5;{16 + 36 * red + 6 * green + blue}"

    def _paint(self, text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self._styled and style else text

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()
