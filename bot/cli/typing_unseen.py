"""Keeps the terminal from showing what is typed while no prompt is there: it may be a key, and is shown by the next."""

from __future__ import annotations

import sys
import termios
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

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
