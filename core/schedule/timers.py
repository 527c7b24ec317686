"""Calls at wall-clock moments, held in memory by APScheduler; what they are for is stored by whoever sets them."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC
from typing import TYPE_CHECKING, Final, Protocol

from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

log = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 30.0
"""APScheduler sleeps by the monotonic clock until the next call: after a step of the wall clock it must look again."""


class Timers(Protocol):
    """Pending calls by key, made while `run` runs; setting a key again replaces its call."""

    async def run(self) -> None:
        """Make the calls until cancelled."""
        ...

    def set(self, key: str, at: datetime, call: Callable[[], Awaitable[None]]) -> None:
        """Call at `at`, at once where that has passed."""
        ...

    def cancel(self, key: str) -> None:
        """Make sure that the key's call never comes; an unknown key is harmless."""
        ...

    def clear(self) -> None:
        """Cancel every call."""
        ...

    def keys(self) -> list[str]:
        """Return the keys of the pending calls."""
        ...


class SchedulerTimers:
    """Timers over APScheduler. `run` it; calls that fail are logged and harm nothing else."""

    def __init__(self) -> None:
        # misfire_grace_time: APScheduler's own second would drop a call after a blocked loop or a suspend.
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )

    async def run(self) -> None:
        """Make the calls until cancelled; none is left behind after that."""
        self._scheduler.start()
        try:
            while True:
                await asyncio.sleep(LOOK_EVERY_S)
                self._scheduler.wakeup()
        finally:
            self.clear()
            self._scheduler.shutdown(wait=False)

    def set(self, key: str, at: datetime, call: Callable[[], Awaitable[None]]) -> None:
        """Call at `at`, at once where that has passed."""

        async def guarded() -> None:
            try:
                await call()
            except Exception:
                log.exception("the call of timer %s failed", key)

        self._scheduler.add_job(guarded, DateTrigger(at, timezone=UTC), id=key, replace_existing=True)

    def cancel(self, key: str) -> None:
        """Make sure that the key's call never comes."""
        try:
            self._scheduler.remove_job(key)
        except JobLookupError:
            return

    def clear(self) -> None:
        """Cancel every call."""
        self._scheduler.remove_all_jobs()

    def keys(self) -> list[str]:
        """Return the keys of the pending calls."""
        return [job.id for job in self._scheduler.get_jobs()]
