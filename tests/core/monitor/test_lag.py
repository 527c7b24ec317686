"""A service that is always late says so, since it notices every trouble late."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pytest

from core.events import Bus, HostAlert
from core.model import MAIN_SPACE, SpaceName
from core.monitor.lag import HOLD_S, LoopLag
from tests.fakes.clock import FakeClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class LateClock(FakeClock):
    """Wakes up whoever sleeps so much too late."""

    late_s = 0.0

    async def sleep(self, delay_s: float) -> None:
        """Sleep too long."""
        await super().sleep(delay_s + self.late_s)


@dataclass
class Place:
    """A stream that runs, as far as it matters here."""

    space: SpaceName


@dataclass
class Host:
    """What `LoopLag` asks of a deck."""

    clock: LateClock = field(default_factory=LateClock)
    bus: Bus = field(default_factory=Bus)
    places: list[Place] = field(default_factory=list)


class Rig:
    """A loop that is watched, and what is told of it."""

    def __init__(self) -> None:
        self.host = Host()
        self._heard = self.host.bus.subscribe()
        self.task = asyncio.create_task(LoopLag(cast("Any", self.host)).run())

    async def late(self, lag_s: float, for_s: float) -> None:
        """Be late for a while."""
        self.host.clock.late_s = lag_s
        await self.host.clock.advance(for_s)

    def told(self) -> list[tuple[str, SpaceName, bool]]:
        """What was told since the last time."""
        alerts = [event for event in self._heard.take_waiting() if isinstance(event, HostAlert)]
        return [(alert.kind, alert.space, alert.over) for alert in alerts]


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    """A watched loop, and put away."""
    made = Rig()
    await made.host.clock.settle()
    yield made
    made.task.cancel()
    await asyncio.gather(made.task, return_exceptions=True)


async def test_being_late_for_long_is_told_with_its_end(rig: Rig) -> None:
    """A service that something holds up for half a minute tells those who stream, and the same ones when it is over."""
    clan = SpaceName("clan")
    rig.host.places.append(Place(clan))
    await rig.late(2.0, HOLD_S + 10)
    assert rig.told() == [("lag", clan, True), ("lag", MAIN_SPACE, True)]
    rig.host.places.clear()
    await rig.late(0.0, HOLD_S + 10)

    assert rig.told() == [("lag", clan, False), ("lag", MAIN_SPACE, False)]


async def test_a_moment_is_logged_only(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    """A machine that slept for an hour troubles nobody; the log says why nothing was noticed meanwhile."""
    await rig.late(3600.0, 3700)
    await rig.late(0.0, 60)

    assert rig.told() == []
    assert "noticed nothing" in caplog.text


async def test_a_busy_loop_is_well(rig: Rig) -> None:
    """Half a second late is no news."""
    await rig.late(0.5, 600)

    assert rig.told() == []
