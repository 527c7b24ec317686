"""Asks the host and the streams on it whether one more fits; it refuses nobody by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.monitor.capacity import Costs, Demand, count_fits, find_free, find_shortage
from core.monitor.room import Fits

if TYPE_CHECKING:
    from core.clock import Clock
    from core.config import CoreConfig
    from core.ffmpeg.contract import Capacity
    from core.model import Mode, StreamView
    from core.monitor.room import Resource, Shortage
    from core.streams.places import Places


class Admission:
    """What still fits, by what runs here costs. Nothing here waits, so an answer holds until the next await."""

    def __init__(self, places: Places, config: CoreConfig, clock: Clock) -> None:
        self._places = places
        self._config = config
        self._clock = clock
        self.costs = Costs()

    def find_shortage(self, capacity: Capacity, mode: Mode, outputs: int) -> Shortage | None:
        """Return what would run out with one more stream of so many outputs, None where it fits."""
        return find_shortage(self._find_free(capacity), Demand(mode, outputs).find_cost(self.costs))

    def find_fits(self, capacity: Capacity, mode: Mode) -> Fits:
        """Return how many more streams with one output fit."""
        room = max(0, self._config.limits.total - len(list(self._places)))
        return Fits(count_fits(self._find_free(capacity), self.costs.of(mode)), room)

    @property
    def running(self) -> list[StreamView]:
        """The streams that run."""
        return [place.session.view() for place in self._places if place.session is not None]

    def _find_free(self, capacity: Capacity) -> dict[Resource, float]:
        ordered = [Demand(place.mode, len(place.locks)) for place in self._places if place.session is None]
        uplink_mbps = self._config.monitor.uplink_mbps
        return find_free(capacity, self.running, ordered, self.costs, uplink_mbps, self._clock.now())
