"""One look at all streams and the host every `monitor.interval_s`: keeps what it sees, and tells what is too much.

What a stream's processes cost the runner has measured by then; nothing is measured twice.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from core.errors import StoreUnavailable
from core.events import DiskAlert, HostAlert
from core.model import MAIN_SPACE
from core.monitor.alerts import Watch, at_least, at_most
from core.monitor.sample import Measured, measure
from core.monitor.streams import StreamAlarms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from pathlib import Path

    from core.ffmpeg.contract import Capacity
    from core.model import SpaceName, StreamView
    from core.monitor.alerts import Turn
    from core.streams.deck import Deck

log = logging.getLogger(__name__)

MIB: Final = 1024 * 1024
HOST_RULES: Final = {"memory": (90.0, 0.0), "cpu": (95.0, 300.0)}
"""In use, in percent, and for how many seconds at least.

With less memory left the kernel begins to end processes, and FFmpegs are its first choice. A CPU that is busy for so
long is busy with no import and no start any more: streams begin to stutter.
"""

CONDENSE_S: Final = 300.0
RUNS_KEPT: Final = timedelta(days=90)
AUDIT_KEPT: Final = timedelta(days=365)


class Monitor:
    """Run it beside the engine; `look` is one sweep.

    Args:
        deck: The streams that run now.
        data_dir: Its disk is watched.
        free_bytes: What is free where a folder lies.
    """

    def __init__(
        self,
        deck: Deck,
        data_dir: Path,
        free_bytes: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
    ) -> None:
        self._deck = deck
        self._config = deck.config.monitor
        self._data_dir = data_dir
        self._free_bytes = free_bytes
        self._streams = StreamAlarms(deck)
        self._host_watches = {
            kind: Watch(at_most(limit, max(hold_s, self._config.hold_s)))
            for kind, (limit, hold_s) in HOST_RULES.items()
        }
        self._disk = Watch(at_least(self._config.disk_free_mib, 0))
        self._told: dict[str, set[SpaceName]] = {}  # who was told of the host's trouble, and is to be told of its end
        self._condensed_s = deck.clock.monotonic()
        self.looked = asyncio.Event()  # set after each look; whoever waits for the next one clears it

    async def run(self) -> None:
        """Look again and again, until cancelled; one look that fails is not the last."""
        while True:
            await self._deck.clock.sleep(self._config.interval_s)
            try:
                await self.look()
            except StoreUnavailable as error:
                log.warning("what was measured is not kept: %s", error)
            except Exception:
                log.exception("a look at the streams and the host failed")
            self.looked.set()

    async def look(self) -> None:
        """Look once."""
        now, at_s = self._deck.clock.now(), self._deck.clock.monotonic()
        capacity = await self._deck.around.runner.capacity()
        free_mib = await asyncio.to_thread(self._free_bytes, self._data_dir) / MIB
        views = self._deck.admission.running
        self._deck.admission.costs.learn(views, now)
        self._watch_host(capacity, free_mib, [view.space for view in views], now, at_s)
        for event in await self._streams.look(views, capacity.cores, now, at_s):
            self._deck.bus.publish(event)
        measured = [*(measure(view, now) for view in views), _measure_host(views, capacity, free_mib, now)]
        await self._deck.store.samples.add(measured)
        if at_s - self._condensed_s >= CONDENSE_S:
            self._condensed_s = at_s
            await self._deck.store.samples.condense(now)
            await self._deck.store.streams.prune(now - RUNS_KEPT)
            await self._deck.store.audit.prune(now - AUDIT_KEPT)

    def _watch_host(
        self, capacity: Capacity, free_mib: float, spaces: Iterable[SpaceName], now: datetime, at_s: float
    ) -> None:
        used = 100 * (1 - capacity.memory_available_bytes / max(1, capacity.memory_total_bytes))
        for kind, value in (("memory", used), ("cpu", capacity.cpu_percent)):
            if (turn := self._host_watches[kind].see(value, at_s)) is not None:
                self._tell_of_host(kind, turn, spaces, now)
        if (low := self._disk.see(free_mib, at_s)) is not None:
            floor_mib = self._config.disk_free_mib
            for space in self._whom("disk", spaces, over=low.over):
                self._deck.bus.publish(
                    DiskAlert(at=now, space=space, low=low.over, free_mib=free_mib, floor_mib=floor_mib)
                )

    def _tell_of_host(self, kind: str, turn: Turn, spaces: Iterable[SpaceName], now: datetime) -> None:
        limit = HOST_RULES[kind][0]
        for space in self._whom(kind, spaces, over=turn.over):
            self._deck.bus.publish(
                HostAlert(
                    at=now, space=space, kind=kind, over=turn.over, value=turn.value, limit=limit, for_s=turn.for_s
                )
            )

    def _whom(self, what: str, spaces: Iterable[SpaceName], *, over: bool) -> list[SpaceName]:
        """Return who is told: those who stream now and `main`; of the end those who were told of the beginning."""
        if not over:
            return sorted(self._told.pop(what, {MAIN_SPACE}))
        self._told[what] = {MAIN_SPACE, *spaces}
        return sorted(self._told[what])


def _measure_host(views: Iterable[StreamView], capacity: Capacity, free_mib: float, at: datetime) -> Measured:
    used_mib = (capacity.memory_total_bytes - capacity.memory_available_bytes) / MIB
    kbps = sum(output.bitrate_kbps or 0.0 for view in views for output in view.outputs)
    return Measured(at=at, cpu_percent=capacity.cpu_percent, memory_mib=used_mib, kbps=kbps, disk_free_mib=free_mib)
