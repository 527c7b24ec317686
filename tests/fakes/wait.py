"""Waiting for real processes: polls for a condition, never judges how long it took."""

import asyncio
import time
from collections.abc import Callable
from typing import Final, TypeVar

T = TypeVar("T")

GENEROUS_S: Final = 60.0
_POLL_S: Final = 0.02


class NeverHappenedError(AssertionError):
    """A condition did not come true within its deadline."""


def wait_for(check: Callable[[], T | None], what: str, within_s: float = GENEROUS_S, poll_s: float = _POLL_S) -> T:
    """Return what `check` gives as soon as that is true.

    Args:
        check: Asked again and again; side effects happen each time.
        what: What is waited for, for the failure's text.
        within_s: The deadline; far beyond what a slow machine takes.
        poll_s: Between two looks; longer where a look costs much.

    Raises:
        NeverHappenedError: It was still false at the deadline.
    """
    deadline = time.monotonic() + within_s
    while not (found := check()):
        if time.monotonic() > deadline:
            raise NeverHappenedError(f"{what}: not within {within_s:g} s; last seen: {found!r}")
        time.sleep(poll_s)
    return found


async def eventually(check: Callable[[], T | None], what: str, within_s: float = GENEROUS_S) -> T:
    """`wait_for` for coroutines: the loop runs on between two looks."""
    deadline = time.monotonic() + within_s
    while not (found := check()):
        if time.monotonic() > deadline:
            raise NeverHappenedError(f"{what}: not within {within_s:g} s; last seen: {found!r}")
        await asyncio.sleep(_POLL_S)
    return found
