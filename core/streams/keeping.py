"""What a run came to so far, kept in its record while it goes on and at its end; the only writer of that record."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from core.errors import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from core.clock import Clock
    from core.model import RunEnd, RunId, RunRecord, Trouble

log = logging.getLogger(__name__)

SAVE_AGAIN_S = 1.0


class RunStore(Protocol):
    """Where a run's record is kept."""

    async def save_progress(self, run: RunId, progress: Progress) -> None:
        """Keep what the run came to."""
        ...

    async def end_run(self, run: RunId, end: RunEnd) -> RunRecord:
        """Close the run; its stream is not wanted any more."""
        ...


@dataclass(frozen=True, slots=True)
class Tally:
    """What outputs come to together."""

    attempts: int
    planned_breaks: int
    dark_s: float
    bytes_sent: int

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.attempts + other.attempts,
            self.planned_breaks + other.planned_breaks,
            self.dark_s + other.dark_s,
            self.bytes_sent + other.bytes_sent,
        )


@dataclass(frozen=True, slots=True)
class Progress:
    """What is to be kept of a run that goes on: what is over by `at`, and what its outputs have behind them."""

    at: datetime
    over: Tally
    troubles: tuple[Trouble, ...] = ()


class RunKeeper:
    """Keeps one run's record up to date; a database that is away is waited for."""

    def __init__(self, run: RunId, store: RunStore, clock: Clock, progress: Callable[[], Progress]) -> None:
        self._run = run
        self._store = store
        self._clock = clock
        self._progress = progress
        self._dirty = asyncio.Event()

    def changed(self) -> None:
        """Have the record saved."""
        self._dirty.set()

    async def run(self) -> None:
        """Save after every change until cancelled."""
        while True:
            await self._dirty.wait()
            self._dirty.clear()
            try:
                await self._store.save_progress(self._run, self._progress())
            except StoreUnavailable as error:
                log.warning("run %s can't be saved now: %s", self._run, error)
                await self._clock.sleep(SAVE_AGAIN_S)
                self._dirty.set()
            except Exception:
                log.exception("run %s was not saved", self._run)

    async def close(self, end: RunEnd) -> RunRecord:
        """Close the record, however long the database is away: a stopped stream must not come back."""
        while True:
            try:
                return await self._store.end_run(self._run, end)
            except StoreUnavailable as error:
                log.warning("the end of run %s can't be saved now: %s", self._run, error)
                await self._clock.sleep(SAVE_AGAIN_S)
