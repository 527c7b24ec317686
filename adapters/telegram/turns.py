"""Many orders at once, but one after the other for each person in each chat; it knows nothing of what they are."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Hashable

log = logging.getLogger(__name__)

MAX_WAITING: Final = 256
"""With so many orders not carried out yet, no more are fetched: Telegram keeps them for us."""


class Turns:
    """Runs jobs; those of the same key in order. A job that fails is logged and harms no other."""

    def __init__(self) -> None:
        self._queues: dict[Hashable, deque[Callable[[], Coroutine[None, None, None]]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._aside: set[Hashable] = set()
        self._room = asyncio.Semaphore(MAX_WAITING)

    async def add(self, key: Hashable, job: Callable[[], Coroutine[None, None, None]]) -> None:
        """Run `job` once all earlier ones of `key` are done; returns at once unless too many wait."""
        await self._room.acquire()
        queue = self._queues.get(key)
        if queue is not None:
            queue.append(job)
            return
        self._queues[key] = deque([job])
        task = asyncio.create_task(self._work(key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def aside(self, key: Hashable, job: Callable[[], Coroutine[None, None, None]]) -> None:
        """Run `job` beside all others, unless one of that key is still at it."""
        if key in self._aside:
            return
        self._aside.add(key)
        task = asyncio.create_task(self._run_aside(key, job))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def end(self, grace_s: float) -> None:
        """Let what has begun come to its end for `grace_s`, then cancel it."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace_s)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _work(self, key: Hashable) -> None:
        queue = self._queues[key]
        try:
            while queue:
                await self._run(queue.popleft())
        finally:
            del self._queues[key]
            for _ in queue:
                self._room.release()

    async def _run(self, job: Callable[[], Coroutine[None, None, None]]) -> None:
        try:
            await _try(job)
        finally:
            self._room.release()

    async def _run_aside(self, key: Hashable, job: Callable[[], Coroutine[None, None, None]]) -> None:
        try:
            await _try(job)
        finally:
            self._aside.discard(key)


async def _try(job: Callable[[], Coroutine[None, None, None]]) -> None:
    try:
        await job()
    except Exception:
        log.exception("what came from Telegram could not be dealt with")
