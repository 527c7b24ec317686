"""Keeps parts of the service running that must not die: one that falls begins anew and people hear of it."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from core.errors import StoreUnavailable
from core.events import PartFell
from core.model import MAIN_SPACE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from core.clock import Clock
    from core.events import Event
    from core.model import SpaceName

log = logging.getLogger(__name__)

AGAIN_AFTER_S: Final = 1.0

STABLE_S: Final = 60.0
"""A part that runs for so long is well again: that is told, and falls are counted from none."""

MAX_FALLS: Final = 10
"""In a row. What falls so often does not get well by itself: only a new process may help."""


class Upkeep:
    """Whatever a part raises takes nobody else along; a database that is away is waited for, since that is no defect.

    `given_up` is set when a part fell `MAX_FALLS` times in a row: nothing looks after it any more.

    Args:
        clock: Times pauses and recoveries.
        publish: Takes a `PartFell` for each space that is to hear of it.
        spaces: Those with streams that run now; `main` always hears.
    """

    def __init__(
        self,
        clock: Clock,
        publish: Callable[[Event], None] = lambda _: None,
        spaces: Callable[[], Iterable[SpaceName]] = lambda: (),
    ) -> None:
        self.given_up = asyncio.Event()
        self._clock = clock
        self._publish = publish
        self._spaces = spaces
        self._falls: dict[str, int] = {}
        self._told: dict[str, set[SpaceName]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def is_well(self) -> bool:
        """Whether every part that is kept is still looked after, also one that begins anew."""
        return not self.given_up.is_set() and not any(task.done() for task in self._tasks)

    @property
    def fallen(self) -> tuple[str, ...]:
        """The parts that fell over and are not known to be well again."""
        return tuple(sorted(self._falls))

    def keep(self, part: str, run: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        """Run a part until `end`; `run` is to live until cancelled, so its return is a fall too."""
        task = asyncio.create_task(self._keep(part, run), name=part)
        self._tasks.add(task)
        return task

    async def end(self, tasks: Iterable[asyncio.Task[None]]) -> None:
        """Cancel parts, and return when they are over."""
        ending = list(tasks)
        self._tasks.difference_update(ending)
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)

    async def _keep(self, part: str, run: Callable[[], Awaitable[None]]) -> None:
        while self._falls.get(part, 0) < MAX_FALLS:
            well = self._clock.call_later(STABLE_S, lambda: self._recover(part))
            try:
                await run()
                log.error("%s ended, which it must not; it begins anew", part)
                self._fall(part)
            except StoreUnavailable as error:
                log.warning("%s waits for the database: %s", part, error)
            except Exception:
                log.exception("%s fell over and begins anew", part)
                self._fall(part)
            finally:
                well.cancel()
            await self._clock.sleep(AGAIN_AFTER_S)
        log.critical("%s fell over %s times in a row: the service is to be started anew", part, MAX_FALLS)
        self.given_up.set()

    def _fall(self, part: str) -> None:
        self._falls[part] = self._falls.get(part, 0) + 1
        if part not in self._told:
            self._told[part] = {MAIN_SPACE, *self._spaces()}
            self._tell(part, self._told[part], back=False)

    def _recover(self, part: str) -> None:
        if self._falls.pop(part, 0):
            self._tell(part, self._told.pop(part), back=True)

    def _tell(self, part: str, spaces: Iterable[SpaceName], *, back: bool) -> None:
        for space in sorted(spaces):
            self._publish(PartFell(at=self._clock.now(), space=space, part=part, back=back))
