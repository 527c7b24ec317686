"""What a terminal would show of what a program wrote: enough of ECMA-48 for prompts, bars and boards."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_PART: Final = re.compile(
    r"\x1b\[([0-9;?>]*)([A-Za-z])|\x1b\][^\x07]*\x07|\x1b[=>78]|\x1b[()][0-9A-Z]|([^\x1b])", re.DOTALL
)
_UNFINISHED: Final = re.compile(r"\x1b(\[[0-9;?>]*|\][^\x07]*|[()])?$")


class Screen:
    """Rows of cells, and the lines that have left them at the top.

    Attributes:
        asked: How often the program asked where the cursor is.
    """

    def __init__(self, rows: int, columns: int) -> None:
        self._rows, self._columns = rows, columns
        self._cells = [[" "] * columns for _ in range(rows)]
        self._past: list[str] = []
        self._rest = ""
        self.row = self.column = 0
        self.asked = 0
        self._moves: Mapping[str, Callable[[list[int]], None]] = {
            "A": lambda n: self._move(-(n[0] or 1), 0),
            "B": lambda n: self._move(n[0] or 1, 0),
            "C": lambda n: self._move(0, n[0] or 1),
            "D": lambda n: self._move(0, -(n[0] or 1)),
            "G": lambda n: self._move(0, (n[0] or 1) - 1 - self.column),
            "H": lambda n: self._put_cursor((n[0] or 1) - 1, ([*n, 1][1] or 1) - 1),
            "J": lambda n: self._clear(self.row if n[0] == 0 else 0, whole=n[0] != 0),
            "K": lambda _: self._clear_line(),
            "n": lambda _: self._ask(),
        }

    @property
    def text(self) -> str:
        """All lines, those that have scrolled away included."""
        return "\n".join([*self._past, *self.rows]).rstrip()

    @property
    def rows(self) -> list[str]:
        """The lines that are to be seen now."""
        return ["".join(row).rstrip() for row in self._cells]

    def take(self, text: str) -> None:
        """Show more."""
        text = self._rest + text
        unfinished = _UNFINISHED.search(text)
        self._rest = text[unfinished.start() :] if unfinished else ""
        for part in _PART.finditer(text, 0, len(text) - len(self._rest)):
            if part[3]:
                self._write(part[3])
            elif part[2] and not part[1].startswith(("?", ">")) and part[2] in self._moves:
                self._moves[part[2]]([int(number or 0) for number in part[1].split(";")])

    def _write(self, char: str) -> None:
        if char == "\r":
            self.column = 0
        elif char == "\b":
            self._move(0, -1)
        elif char == "\n":
            self._feed()
        elif char >= " ":
            self._print(char)

    def _print(self, char: str) -> None:
        if unicodedata.combining(char) or char == "\ufe0f":
            return
        width = 2 if unicodedata.east_asian_width(char) in "WF" else 1
        if self.column + width > self._columns:
            self.column = 0
            self._feed()
        self._cells[self.row][self.column : self.column + width] = [char, *[""] * (width - 1)]
        self.column += width

    def _feed(self) -> None:
        if self.row + 1 < self._rows:
            self.row += 1
            return
        self._past.append("".join(self._cells.pop(0)).rstrip())
        self._cells.append([" "] * self._columns)

    def _move(self, down: int, right: int) -> None:
        self._put_cursor(self.row + down, self.column + right)

    def _put_cursor(self, row: int, column: int) -> None:
        self.row = min(max(row, 0), self._rows - 1)
        self.column = min(max(column, 0), self._columns - 1)

    def _clear_line(self) -> None:
        self._cells[self.row][self.column :] = [" "] * (self._columns - self.column)

    def _clear(self, first: int, *, whole: bool) -> None:
        if not whole:
            self._clear_line()
        for row in range(first if whole else first + 1, self._rows):
            self._cells[row] = [" "] * self._columns

    def _ask(self) -> None:
        self.asked += 1
