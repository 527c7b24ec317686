"""Keeps the terminal from showing what is typed while no prompt is there: it may be a key, and is shown by the next."""

from __future__ import annotations

import sys
import termios
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Final

from prompt_toolkit.input.vt100 import Vt100Input

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

LOCAL_FLAGS: Final = 3
"""Where termios keeps them in its list."""


@contextmanager
def typing_unseen() -> Iterator[None]:
    """Turn the terminal's own echo off; Ctrl-C works on. A stdin that is no terminal is left alone."""
    try:
        before = termios.tcgetattr(sys.stdin)
    except (termios.error, OSError, ValueError):
        yield
        return
    quiet = [*before]
    quiet[LOCAL_FLAGS] &= ~termios.ECHO
    termios.tcsetattr(sys.stdin, termios.TCSADRAIN, quiet)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


class UnseenInput(Vt100Input):
    """The keyboard of a prompt above which lines are printed: the terminal shows nothing by itself meanwhile.

    The library turns the terminal's echo on for as long as it prints. What is printed here reads no input.
    """

    def cooked_mode(self) -> AbstractContextManager[None]:
        """Change nothing: lines end as they should in raw mode too."""
        return nullcontext()
