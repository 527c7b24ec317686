"""Runs a call that may never come back, such as a look at a disk that has died, in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


async def run_apart(call: Callable[[], T], within_s: float) -> T:
    """Return what the call returns. One that hangs takes no place of others' calls, and no end of ours waits for it.

    Raises:
        TimeoutError: It took longer than `within_s`; its thread goes on, and what comes of it is dropped.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def settle(value: T | None, error: Exception | None) -> None:
        if answer.done():
            return
        if error is None:
            answer.set_result(value)  # type: ignore[arg-type]  # what the call returned
        else:
            answer.set_exception(error)

    def run() -> None:
        value, error = None, None
        try:
            value = call()
        except Exception as raised:  # noqa: BLE001 - it belongs to whoever asked
            error = raised
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(settle, value, error)

    threading.Thread(target=run, name="apart", daemon=True).start()
    async with asyncio.timeout(within_s):
        return await answer
