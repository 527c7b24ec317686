"""Parts that fall over: they begin anew and people hear of it; one that can't go on is given up."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from core.errors import StoreUnavailable
from core.events import PartFell
from core.model import MAIN_SPACE, SpaceName
from core.upkeep import AGAIN_AFTER_S, MAX_FALLS, STABLE_S, Upkeep
from tests.fakes.clock import FakeClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from core.events import Event

CLUB = SpaceName("club")


class Kept:
    """One part that is kept: it falls by these faults, one at each run, and then lives."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.told: list[Event] = []
        self.upkeep = Upkeep(self.clock, self.told.append, lambda: [CLUB])
        self.faults: list[BaseException | None] = []
        self.runs = 0
        self.task: asyncio.Task[None]

    async def start(self, *faults: BaseException | None) -> None:
        """Begin to keep it; None: its run just ends."""
        self.faults = list(faults)
        self.task = self.upkeep.keep("pump", self._run)
        await self.clock.settle()

    async def _run(self) -> None:
        self.runs += 1
        if not self.faults:
            await asyncio.Event().wait()
        if (fault := self.faults.pop(0)) is not None:
            raise fault

    @property
    def said(self) -> list[tuple[str, bool]]:
        """Which space was told, and whether it was good news."""
        return [(event.space, event.back) for event in self.told if isinstance(event, PartFell)]


@pytest.fixture
async def kept() -> AsyncIterator[Kept]:
    """A part to keep, and put away."""
    made = Kept()
    yield made
    await made.upkeep.end([made.task])
    assert made.clock.pending == 0


@pytest.mark.parametrize("fault", [ValueError("a defect"), None])
async def test_a_part_that_falls_begins_anew_and_is_told(kept: Kept, fault: BaseException | None) -> None:
    """A defect stops no part for good; those who stream hear of the fall, and of its end."""
    await kept.start(fault)
    assert (kept.said, kept.upkeep.fallen) == ([(CLUB, False), (MAIN_SPACE, False)], ("pump",))
    await kept.clock.advance(AGAIN_AFTER_S)
    assert kept.runs == 2
    await kept.clock.advance(STABLE_S)

    assert kept.said[2:] == [(CLUB, True), (MAIN_SPACE, True)]
    assert (kept.upkeep.fallen, kept.upkeep.is_well) == ((), True)


async def test_a_part_that_falls_for_ever_is_given_up(kept: Kept) -> None:
    """What falls again and again is told once, and in the end the service is to be started anew."""
    await kept.start(*[ValueError("a defect")] * 100)
    assert kept.upkeep.is_well
    await kept.clock.advance(MAX_FALLS * AGAIN_AFTER_S)

    assert kept.upkeep.given_up.is_set()
    assert not kept.upkeep.is_well
    assert (kept.runs, kept.said) == (MAX_FALLS, [(CLUB, False), (MAIN_SPACE, False)])


async def test_a_database_that_is_away_is_no_defect(kept: Kept) -> None:
    """However long the database is away, no part is given up for it, and nobody is told of a defect."""
    await kept.start(*[StoreUnavailable("busy", "")] * 100)
    await kept.clock.advance(200 * AGAIN_AFTER_S)

    assert (kept.said, kept.runs, kept.upkeep.is_well) == ([], 101, True)
