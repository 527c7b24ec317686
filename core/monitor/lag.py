"""How late the event loop is: a loop that something blocks notices every death late; it blocks and mends nothing."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from core.events import HostAlert
from core.model import MAIN_SPACE
from core.monitor.alerts import Watch, at_most

if TYPE_CHECKING:
    from core.streams.deck import Deck

log = logging.getLogger(__name__)

TICK_S: Final = 1.0

LIMIT_S: Final = 1.0
"""A death is to be noticed within this, so that much late is too late."""

HOLD_S: Final = 30.0
"""One late tick is a machine that slept, or a disk that did: logged, and told nobody."""


class LoopLag:
    """Run it beside the engine. Those who stream, and `main`, are told when it is late for long, and of the end."""

    def __init__(self, deck: Deck) -> None:
        self._deck = deck
        self._watch = Watch(at_most(LIMIT_S, HOLD_S))
        self._told = {MAIN_SPACE}

    async def run(self) -> None:
        """Measure until cancelled."""
        clock = self._deck.clock
        while True:
            before_s = clock.monotonic()
            await clock.sleep(TICK_S)
            self._see(clock.monotonic() - before_s - TICK_S)

    def _see(self, lag_s: float) -> None:
        if lag_s > LIMIT_S:
            log.warning("the service was busy or asleep for %.1f s and noticed nothing meanwhile", lag_s)
        turn = self._watch.see(lag_s, self._deck.clock.monotonic())
        if turn is None:
            return
        if turn.over:
            self._told = {MAIN_SPACE, *(place.space for place in self._deck.places)}
        for space in sorted(self._told):
            self._deck.bus.publish(
                HostAlert(
                    at=self._deck.clock.now(),
                    space=space,
                    kind="lag",
                    over=turn.over,
                    value=turn.value,
                    limit=LIMIT_S,
                    for_s=turn.for_s,
                )
            )
