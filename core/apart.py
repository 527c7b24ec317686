"""Runs a call that may never come back, such as a look at a disk that has died, in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def start_apart(call: Callable[[], T]) -> Future[T]:
    """Begin a call and return what will hold its answer. One that hangs holds up nobody's call, and no end of ours."""
    answer: Future[T] = Future()

    def run() -> None:
        try:
            value = call()
        except Exception as error:  # noqa: BLE001 - it belongs to whoever asked
            answer.set_exception(error)
        else:
            answer.set_result(value)

    answer.set_running_or_notify_cancel()
    threading.Thread(target=run, name="apart", daemon=True).start()
    return answer


async def run_apart(call: Callable[[], T], within_s: float | None) -> T:
    """Return what the call returns; it is run as by `start_apart`.

    Raises:
        TimeoutError: It took longer than `within_s`; its thread goes on, and what comes of it is dropped.
    """
    async with asyncio.timeout(within_s):
        return await asyncio.wrap_future(start_apart(call))
