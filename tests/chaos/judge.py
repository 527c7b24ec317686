"""Holds what happened against what was promised: told once and to the end, one pusher, nothing left, no key shown."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Final

from core.config import RetryConfig
from core.ffmpeg.records import SHM, RunFolder
from core.streams.backoff import SPACING_S
from tests.chaos.rows import OPEN, OWNED, count_rows, find_damage
from tests.chaos.world import CLIPS, LASTS
from tests.fakes.wait import eventually
from tests.integration.service import places_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.chaos.faults import Outcome
    from tests.chaos.told import Told
    from tests.chaos.world import World

CALM_S: Final = 1.5
"""For good news that is on its way when a stream is live again."""


BEGUN_S: Final = 2.0
"""From an attempt's begin to its first progress."""

LOOK_S: Final = 0.5
"""Between being live and being seen to be, from outside and on a busy machine."""


def find_longest_pause_s(failures: int, streams: int) -> float:
    """Return for how long streams may stay dark after what ailed them is gone, with so many failures behind them."""
    policy = RetryConfig()
    step_s = policy.steps_s[min(max(1, failures), len(policy.steps_s)) - 1]
    return step_s * (1 + policy.jitter) + BEGUN_S + streams * SPACING_S + LOOK_S


class Judge:
    """Looks after each fault and at the end; a broken promise is an AssertionError that names it."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def hold(self, outcome: Outcome) -> None:
        """Each outage was told exactly once, and its end; nobody else was named; nobody pushed twice."""
        await eventually(lambda: self._ends(outcome) >= outcome.dark, f"{outcome.fault}: the end of the outage, told")
        await asyncio.sleep(CALM_S)
        since = self._since(outcome)
        openings = Counter(name for told in since if not told.edit for name in told.names)
        wrong = {name: count for name, count in openings.items() if count != 1 or name not in outcome.dark}
        assert not wrong, f"{outcome.fault}: told of {wrong}, dark were {sorted(outcome.dark)}: {since}"
        assert not self._world.ingest.second_pushers, f"second pushers: {self._world.ingest.second_pushers}"
        assert not self._world.telegram.refused, f"the platform refused {self._world.telegram.refused[-1]}"

    async def hold_time(self, outcome: Outcome, live_at_s: float) -> None:
        """It was told in time, and nobody stayed dark for longer than one step of the backoff takes."""
        if outcome.heard_at_s is None:
            return
        told_s, most_s = outcome.heard_at_s - outcome.at_s, outcome.told_within_s
        late = f"{outcome.fault}: told after {told_s:.2f} s, {most_s:g} s are promised: {self._sent_about(outcome)}"
        assert 0 <= told_s <= most_s, late
        views = await self._world.views()
        dark_s = live_at_s - outcome.mended_at_s
        most_s = find_longest_pause_s(max(views[name]["restarts"] for name in outcome.dark), len(outcome.dark))
        assert dark_s <= most_s, f"{outcome.fault}: live {dark_s:.2f} s after it was mended, not {most_s:.2f} s"

    async def hold_at_the_end(self) -> None:
        """After a stop of all nothing is left, and no key was shown anywhere."""
        world = self._world
        await eventually(lambda: world.waiting() == 0, "the delivery of all alerts")
        names = sorted({stream.name for stream in world.streams})
        await self._hold_counts(len(names))
        await self._stop_all()
        every = ",".join(world.places)
        await world.order(f"startstream {CLIPS[0]} {every} name=again for={LASTS}")  # refused where a key is still held
        await self._hold_counts(1)
        await self._stop_all()
        await self._remove([*names, "again"])
        for stream in world.streams:
            shown = await world.run(places_of, stream.key, world.service)
            assert shown == [], f"the key of {stream.name} shows in {shown}"
            assert not any(stream.key in str(call.params) for call in world.telegram.calls())
        assert "Traceback" not in world.service.stderr, world.service.stderr
        await world.run(world.service.end)
        assert sorted(path.name for path in world.service.data.iterdir() if path.suffix == ".sock") == []

    async def _stop_all(self) -> None:
        """End all streams; then there is no publication, process, file, timer or row of theirs."""
        world = self._world
        await world.order("stop all")
        assert await world.run(world.ingest.publishing) == set()
        assert await world.run(world.service.pids) == []
        run = RunFolder(world.service.data / "run")
        left = [str(path) for path in (*run.path.iterdir(), *SHM.glob(f"streambro-*-{run.digest}"))]
        assert left == [], f"left of runs: {left}"
        await self._hold_counts(0)
        await eventually(lambda: world.waiting() == 0, "the delivery of all alerts")
        rows = count_rows(world.database, OPEN)
        assert rows == {}, f"left in the database: {rows}"

    async def _hold_counts(self, streams: int) -> None:
        """So many streams run, and each has the timer of its end."""
        health = (await self._world.order("health"))["data"]
        counts = (health["running"], health["timers"])
        assert counts == (streams, streams), f"(running, timers) are {counts}, streams {streams}"

    async def _remove(self, names: Iterable[str]) -> None:
        """Remove streams and destinations; then the database holds none of theirs, and is sound."""
        world = self._world
        for name in names:
            await world.order(f"forget {name}")
        for place in world.places:
            await world.order(f"removedestination {place}")
        rows, damage = count_rows(world.database, OWNED), find_damage(world.database)
        assert (rows, damage) == ({}, []), f"left in the database: {rows}, {damage}"

    def _since(self, outcome: Outcome) -> list[Told]:
        return [told for told in self._world.said() if told.at_s >= outcome.at_s]

    def _sent_about(self, outcome: Outcome) -> list[str]:
        """Return what went to the platform from a moment before the fault on, each with its seconds after it."""
        calls = [(call.at_s - outcome.at_s, call) for call in self._world.telegram.calls()]
        return [f"{at_s:.2f} {call.method} {call.params.get('text', '')[:60]!r}" for at_s, call in calls if at_s > -3]

    def _ends(self, outcome: Outcome) -> frozenset[str]:
        return frozenset(name for told in self._since(outcome) if told.green for name in told.names)
