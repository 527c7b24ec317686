"""Time as the engine sees it; nothing else in core asks the system what time it is."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class Timer(Protocol):
    """A pending call."""

    def cancel(self) -> None:
        """Make sure that it never fires; again is harmless."""
        ...


class Clock(Protocol):
    """Wall clock for what is stored, monotonic clock for durations, timers that fire by the monotonic one."""

    def now(self) -> datetime:
        """Return the wall clock's time, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never go back; only differences mean anything."""
        ...

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> Timer:
        """Call `callback` on the event loop after `delay_s`, once."""
        ...

    async def sleep(self, delay_s: float) -> None:
        """Wait for `delay_s`."""
        ...


class SystemClock:
    """The real one."""

    def now(self) -> datetime:
        """Return the wall clock's time, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return the kernel's monotonic seconds."""
        return time.monotonic()

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> Timer:
        """Call `callback` on the running loop after `delay_s`."""
        return asyncio.get_running_loop().call_later(delay_s, callback)

    async def sleep(self, delay_s: float) -> None:
        """Wait on the running loop."""
        await asyncio.sleep(delay_s)
