"""How long things took, counted from what happened since the service started: for machines that draw it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.metrics import Histogram
from core.events import OutputRecovered, OutputWentLive, StreamEnded, StreamStarted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from core.events import Event
    from core.model import RunId

START_S: Final = (0.5, 1, 2, 3, 5, 10, 30, 60, 300)
STOP_S: Final = (0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 15, 30)
RUN_S: Final = (60, 600, 3600, 14_400, 43_200, 86_400, 259_200, 604_800)


class Durations:
    """Hands on what it `see`s as histograms. Of a run that was taken over nobody saw the start: it is left out."""

    def __init__(self) -> None:
        self._outages = Histogram()
        self._starts = Histogram(START_S)
        self._stops = Histogram(STOP_S)
        self._runs = Histogram(RUN_S)
        self._begun: dict[RunId, datetime] = {}

    def see(self, event: Event) -> None:
        """Count what an event ends."""
        match event:
            case OutputRecovered():
                self._outages.observe(event.dark_s)
            case StreamStarted():
                self._begun[event.run] = event.at
            case OutputWentLive() if (begun := self._begun.get(event.run)) is not None:
                self._starts.observe((event.at - begun).total_seconds())
            case StreamEnded():
                self._see_end(event)
            case _:
                pass

    def _see_end(self, event: StreamEnded) -> None:
        if (begun := self._begun.pop(event.run, None)) is not None:
            self._runs.observe((event.at - begun).total_seconds())
        if event.stop_s is not None:
            self._stops.observe(event.stop_s)

    def lines(self) -> Iterator[str]:
        """Return them as text."""
        yield from self._outages.lines("streambro_outage_seconds", "How long outputs that came back had been dark.")
        yield from self._starts.lines("streambro_start_seconds", "From a run's order to an output's first bytes.")
        yield from self._stops.lines("streambro_stop_seconds", "From an order to stop until all processes were gone.")
        yield from self._runs.lines("streambro_run_seconds", "How long runs lasted that have ended.")
