"""A clock that a test moves by hand; timers fire in order, and the loop settles between them."""

from __future__ import annotations

import asyncio
import heapq
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

START = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
ROUNDS = 15
"""How often the loop runs for everything that one event causes; the store's thread is waited for by `settle`."""


@dataclass(order=True)
class FakeTimer:
    """A pending call of a `FakeClock`."""

    due_s: float
    order: int
    callback: Callable[[], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        """Never fire."""
        self.cancelled = True


class FakeClock:
    """Implements `core.clock.Clock`. `settled` may be given to await work in other threads between steps."""

    def __init__(self, settled: Callable[[], Awaitable[None]] | None = None) -> None:
        self._monotonic_s = 1000.0
        self._step = timedelta()
        self._order = count()
        self._timers: list[FakeTimer] = []
        self.settled = settled

    def now(self) -> datetime:
        """Return the wall clock's time."""
        return START + timedelta(seconds=self._monotonic_s - 1000.0) + self._step

    def monotonic(self) -> float:
        """Return seconds that only `advance` moves."""
        return self._monotonic_s

    def step_wall(self, by: timedelta) -> None:
        """Step the wall clock alone, as NTP or an admin does."""
        self._step += by

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> FakeTimer:
        """Note a call."""
        timer = FakeTimer(self._monotonic_s + max(0.0, delay_s), next(self._order), callback)
        heapq.heappush(self._timers, timer)
        return timer

    async def sleep(self, delay_s: float) -> None:
        """Wait until the clock was moved on by that much."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def wake() -> None:
            if not done.done():
                done.set_result(None)

        timer = self.call_later(delay_s, wake)
        try:
            await done
        finally:
            timer.cancel()

    @property
    def pending(self) -> int:
        """How many calls wait: 0 when nothing was left behind."""
        return sum(not timer.cancelled for timer in self._timers)

    async def settle(self) -> None:
        """Let everything happen that can happen without time passing."""
        for _ in range(ROUNDS):
            await asyncio.sleep(0)
        if self.settled is not None:
            await self.settled()

    async def leap(self, seconds: float) -> None:
        """Move time on at once, as a host that slept: what fell due on the way fires at its end, and once."""
        await self.settle()
        self._monotonic_s += seconds
        await self.advance(0.0)

    async def advance(self, seconds: float) -> None:
        """Move time on, firing what falls due on the way, each at its own moment."""
        await self.settle()
        end_s = self._monotonic_s + seconds
        while self._timers and self._timers[0].due_s <= end_s:
            timer = heapq.heappop(self._timers)
            if timer.cancelled:
                continue
            self._monotonic_s = max(self._monotonic_s, timer.due_s)
            timer.callback()
            await self.settle()
        self._monotonic_s = end_s
        await self.settle()


class FakeTimers:
    """Implements `core.schedule.timers.Timers` on a `FakeClock`."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._set: dict[str, FakeTimer] = {}
        self._running: set[asyncio.Future[None]] = set()
        self._runs = False

    async def run(self) -> None:
        """Make the calls until cancelled; whoever forgets to run the timers gets none."""
        self._runs = True
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            self._runs = False

    def set(self, key: str, at: datetime, call: Callable[[], Awaitable[None]]) -> None:
        """Call at `at`."""
        self.cancel(key)

        def fire() -> None:
            del self._set[key]
            if not self._runs:
                return
            task = asyncio.ensure_future(call())
            self._running.add(task)
            task.add_done_callback(self._running.discard)

        self._set[key] = self._clock.call_later((at - self._clock.now()).total_seconds(), fire)

    def cancel(self, key: str) -> None:
        """Forget the key's call."""
        if (timer := self._set.pop(key, None)) is not None:
            timer.cancel()

    def clear(self) -> None:
        """Forget all."""
        for key in list(self._set):
            self.cancel(key)

    def keys(self) -> list[str]:
        """Return what waits."""
        return list(self._set)
