"""A person at a terminal: a program runs on a real pty, keys are typed, what the screen shows can be read."""

import codecs
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tests.fakes.screen import Screen
from tests.fakes.wait import GENEROUS_S, NeverHappenedError

ROWS: Final = 50
COLUMNS: Final = 160
CTRL_C: Final = "\x03"
CTRL_D: Final = "\x04"
ENTER: Final = "\r"
TAB: Final = "\t"
UP: Final = "\x1b[A"


class Terminal:
    """One program on one terminal; a context that ends it.

    Args:
        command: The program.
        folder: Where it runs.
        environ: Its whole environment, but for what a terminal sets.
    """

    def __init__(self, command: Sequence[str | Path], folder: Path, environ: Mapping[str, str]) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.process = subprocess.Popen(
            [str(word) for word in command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=folder,
            env={**environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"},
            start_new_session=True,
        )
        os.close(slave)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._screen = Screen(ROWS, COLUMNS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        os.close(self._master)

    @property
    def text(self) -> str:
        """All that was shown and not painted over, what has scrolled away included."""
        return self._screen.text

    def type(self, keys: str) -> None:
        """Type these keys."""
        os.write(self._master, keys.encode())

    def sees(self, text: str, times: int = 1, within_s: float = GENEROUS_S) -> None:
        """Wait until a text is on the screen, or has been, so many times."""
        self._wait(lambda: self.text.count(text) >= times, f"{text!r}", within_s)

    def is_asked(self) -> None:
        """Wait until the prompt stands empty: what is typed before is not for it."""
        self._wait(lambda: any(row.strip() == ">" for row in self._screen.rows), "an empty prompt", GENEROUS_S)

    def loses(self, text: str, within_s: float = GENEROUS_S) -> None:
        """Wait until a text is not to be seen any more."""
        self._wait(lambda: text not in "\n".join(self._screen.rows), f"the end of {text!r}", within_s)

    def ends(self, within_s: float = GENEROUS_S) -> int:
        """Wait for the program's end and return its exit code."""
        self._wait(lambda: self.process.poll() is not None, "its end", within_s)
        return self.process.wait()

    def _wait(self, check: Callable[[], bool], what: str, within_s: float) -> None:
        deadline = time.monotonic() + within_s
        self._take()
        while not check():
            if time.monotonic() > deadline:
                raise NeverHappenedError(f"{what}: not within {within_s:g} s; the screen:\n{self.text}")
            select.select([self._master], [], [], 0.05)
            self._take()

    def _take(self) -> None:
        while select.select([self._master], [], [], 0)[0]:
            try:
                data = os.read(self._master, 65_536)
            except OSError:
                time.sleep(0.01)  # the program has closed its side: its end is near
                return
            asked = self._screen.asked
            self._screen.take(self._decoder.decode(data))
            if self._screen.asked > asked:
                os.write(self._master, f"\x1b[{self._screen.row + 1};{self._screen.column + 1}R".encode())
