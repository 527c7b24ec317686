"""A year of schedules through the real service on a real database, which dies and comes back all the time."""

from __future__ import annotations

import asyncio
from datetime import time, timedelta
from itertools import takewhile
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from sqlmodel import select

from core.config import CoreConfig, StallConfig
from core.model import State
from core.schedule.due import Mark
from core.schedule.events import ScheduleMissed
from core.schedule.model import ScheduleRequest
from core.schedule.plan import IfMissed, runs_after
from core.schedule.repeat import DAILY, WEEKENDS
from core.store import tables
from tests.core.engine.rig import Rig
from tests.fakes.clock import START

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from core.schedule.model import ScheduleRecord

HOUR_S, DAY_S = 3600.0, 86400.0
DAYS = 365
MIDWAY = 40
"""Rounds of the loop after which a look at what is due is over in any case."""

REQUESTS = (
    ScheduleRequest("lofi", ("youtube",), DAILY, time(18), "Asia/Jakarta", timedelta(hours=5), IfMissed.LATE),
    # New York's clocks change in the night of a Saturday.
    ScheduleRequest("ngaji", ("facebook",), WEEKENDS, time(22), "America/New_York", time(6), IfMissed.SKIP),
)


class Year:
    """What happens in a year, what was told and what is known of each run."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.chance = Random(2026)
        self.end = rig.clock.monotonic() + DAYS * DAY_S
        self.told: dict[int, int] = {}
        self.marks: dict[tuple[int, str], str] = {}
        self.crashes = 0

    async def live(self) -> None:
        """Let time pass, with deaths of the service at any moment, and people who stop streams."""
        while self.rig.clock.monotonic() < self.end:
            chance = self.chance.random()
            if chance < 0.15:
                await self.die_at_a_start()
            elif chance < 0.2:
                await self.stop_something()
            await self.rig.clock.advance(self.chance.expovariate(1 / (16 * HOUR_S)))
            await self.take_note()
        await self.rig.clock.advance(60)
        await self.take_note()

    async def die_at_a_start(self) -> None:
        """Be killed in the middle of what a start makes happen, and come back after a while."""
        coming = [view.next[0].start for view in await self.rig.engine.schedules.all(self.rig.rina.space)]
        await self.rig.clock.advance((min(coming) - self.rig.clock.now()).total_seconds() - 0.5)
        moving = asyncio.create_task(self.rig.clock.advance(1), name="Task-0")
        for _ in range(self.chance.randrange(MIDWAY)):
            await asyncio.sleep(0)
        await self.take_note()
        moving.cancel()
        await self.rig.crash()
        self.crashes += 1
        if self.chance.random() < 0.2:
            self.rig.host.reboot()
        await self.rig.clock.advance(self.chance.choice((1, 100, 2 * HOUR_S, DAY_S)))
        await self.rig.open()

    async def stop_something(self) -> None:
        """Stop what runs, by hand."""
        for view in await self.rig.engine.views(self.rig.rina.space):
            if view.state is State.LIVE:
                await self.rig.order(self.rig.engine.stop(self.rig.rina, view.id))
                return

    async def take_note(self) -> None:
        """Remember what was told, and the marks before they are dropped."""
        for event in self.rig.heard():
            if isinstance(event, ScheduleMissed):
                self.told[event.schedule] = self.told.get(event.schedule, 0) + event.count
        run = tables.ScheduledRun
        fields = select(run.schedule_id, run.key, run.mark)
        rows: list[Any] = await self.rig.store._database.read(lambda s: list(s.exec(fields)))
        for schedule, key, mark in rows:
            known = self.marks.setdefault((schedule, key), mark)
            assert (known, mark) in {(known, known), ("missed", "ran")}, "what ran is taken back"

    async def check(self, record: ScheduleRecord) -> dict[str, int]:
        """Hold each run that is over against what is known of it; return how many there were of each kind."""
        now, since = self.rig.clock.now(), record.plan.since
        assert since is not None
        passed = list(takewhile(lambda run: run.end is not None and run.end <= now, runs_after(record.plan, since)))
        history = await self.rig.store.streams.runs(record.space, record.stream, 1000)
        count = {Mark.RAN.value: 0, Mark.MISSED.value: 0}
        for run in passed:
            mark = self.marks.get((record.id, run.key))
            assert mark is not None, f"{run.key} was forgotten"
            begun = [past for past in history if run.covers(past.started_at)]
            assert len(begun) == (mark == Mark.RAN), f"{run.key} is {mark} and began {len(begun)} times"
            count[mark] += 1
        assert self.told.get(record.id, 0) >= count[Mark.MISSED.value], "missed without a word"
        return count


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    """An engine that looks at its streams rarely, since a year is long."""
    slow = StallConfig(start_s=1e9, frozen_s=1e9, slow_warn_s=1e9, slow_replace_s=1e9)
    made = Rig(tmp_path, CoreConfig(stall=slow), tick_s=6 * HOUR_S, sample_s=6 * HOUR_S)
    await made.prepare()
    yield made
    await made.crash()
    assert not made.host.broken_promises


async def test_a_year_of_crashes(rig: Rig) -> None:
    """In a year of crashes at any moment every run began exactly once, or was missed with a word; none is forgotten."""
    # P6
    for request in REQUESTS:
        await rig.engine.schedules.add(rig.rina, request)
    year = Year(rig)
    await year.live()

    records = await rig.store.schedules.all()
    counts = [await year.check(record) for record in records]
    assert len(counts) == len(REQUESTS)
    assert year.crashes > DAYS / 9
    assert all(count["ran"] > DAYS / 5 and count["missed"] > DAYS / 73 for count in counts), counts
    assert rig.clock.now() > START + timedelta(days=DAYS)
