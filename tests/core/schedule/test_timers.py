"""The real timers: calls come at their moment, and none is left when their owner ends."""

import asyncio
from datetime import UTC, datetime, timedelta

from core.schedule.timers import SchedulerTimers

HOUR = timedelta(hours=1)


async def end(running: asyncio.Task[None]) -> None:
    """End the timers as a shutdown does."""
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_call_that_is_due_comes_and_a_failing_one_harms_nobody() -> None:
    """What is due is called, even long after its moment, and though the call before it broke."""
    timers, called = SchedulerTimers(), asyncio.Event()

    async def fail() -> None:
        raise RuntimeError

    async def note() -> None:
        called.set()

    timers.set("broken", datetime.now(UTC) - HOUR, fail)
    timers.set("good", datetime.now(UTC) - HOUR, note)
    running = asyncio.create_task(timers.run())
    async with asyncio.timeout(30):
        await called.wait()
    assert timers.keys() == []
    await end(running)


async def test_no_timer_is_left_behind() -> None:
    """Shutting down clears every timer; a cancelled one was gone before, and a key has one call only."""  # R10
    timers = SchedulerTimers()

    async def never() -> None:
        raise AssertionError

    running = asyncio.create_task(timers.run())
    await asyncio.sleep(0)
    for key in ("a", "b", "b", "c"):
        timers.set(key, datetime.now(UTC) + HOUR, never)
    timers.cancel("c")
    timers.cancel("unknown")
    assert sorted(timers.keys()) == ["a", "b"]
    await end(running)
    assert timers.keys() == []
