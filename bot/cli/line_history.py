"""The lines that the arrow keys bring back; a line that may hold a key is never among them, nor in the file."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from prompt_toolkit.history import History

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MAX_LINES: Final = 500


class LineHistory(History):
    """Lines from earlier conversations and this one.

    The prompt's own `append_string` does nothing: whether a line may be kept is known with its answer, so it comes by
    `keep`.
    """

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file

    def load_history_strings(self) -> Iterable[str]:
        """Give the kept lines, newest first; a file that grew long is cut."""
        try:
            lines = self._file.read_text(encoding="utf-8", errors="replace").splitlines()
            if len(lines) > 2 * MAX_LINES:
                self._file.write_text("\n".join(lines[-MAX_LINES:]) + "\n", encoding="utf-8")
        except OSError:
            return []
        return reversed(lines[-MAX_LINES:])

    def append_string(self, string: str) -> None:
        """Do nothing yet."""

    def store_string(self, string: str) -> None:
        """Put it into the file; one that can't be written makes for a short memory, no more."""
        with suppress(OSError):
            descriptor = os.open(self._file, os.O_CREAT | os.O_APPEND | os.O_WRONLY | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "a", encoding="utf-8", errors="replace") as file:
                file.write(f"{string}\n")

    def keep(self, line: str) -> None:
        """Bring this line back from now on, and in later conversations."""
        if self.get_strings()[-1:] != [line]:
            super().append_string(line)
