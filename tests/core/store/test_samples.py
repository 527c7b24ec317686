"""What streams cost is kept: closely for a day, roughly for a year, and never more than so much."""

from datetime import UTC, datetime, timedelta

import pytest

from core.monitor.sample import HOURS, MINUTES, RAW, Measured
from core.store import Store
from tests.fakes.stores import Furnished

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
STEP = timedelta(seconds=30)


async def test_samples_are_kept_as_they_were_measured(home: Furnished) -> None:
    """What was measured a moment ago can be looked at in full, each stream and the host by itself."""
    stream = (await home.began())[0].id
    one = Measured(NOON, stream, cpu_percent=1.5, memory_mib=14, kbps=3100, speed=1.0, loss=0.02, live=1.0, restarts=2)
    host = Measured(NOON, None, cpu_percent=30, memory_mib=900, disk_free_mib=5000)
    await home.store.samples.add([one, host])

    until = NOON + STEP
    assert await home.store.samples.between(stream, RAW, NOON, until) == [one]
    assert await home.store.samples.between(None, RAW, NOON, until) == [host]
    assert await home.store.samples.between(None, RAW, NOON - STEP, NOON) == []


async def test_older_samples_become_means(store: Store) -> None:
    """Five minutes become one number each, hours too; the restarts are the most that were counted."""
    await store.samples.add([Measured(NOON + n * STEP, cpu_percent=float(n), restarts=n) for n in range(20)])
    await store.samples.condense(NOON + timedelta(minutes=10))

    found = await store.samples.between(None, MINUTES, NOON, NOON + timedelta(hours=1))
    assert [(one.at, one.cpu_percent, one.restarts) for one in found] == [
        (NOON, 4.5, 9),
        (NOON + timedelta(minutes=5), 14.5, 19),
    ]
    assert await store.samples.between(None, HOURS, NOON, NOON + timedelta(hours=1)) == []
    await store.samples.condense(NOON + timedelta(hours=1))
    assert [one.cpu_percent for one in await store.samples.between(None, HOURS, NOON, NOON + STEP)] == [9.5]


async def test_what_is_not_complete_waits(store: Store) -> None:
    """The step that still goes on is not counted before it is over, and none is counted twice."""
    for n in range(40):
        await store.samples.add([Measured(NOON + n * STEP, cpu_percent=float(n))])
        await store.samples.condense(NOON + n * STEP)

    found = await store.samples.between(None, MINUTES, NOON, NOON + timedelta(hours=1))
    assert [one.cpu_percent for one in found] == [4.5, 14.5, 24.5]


async def test_rows_are_bounded_over_months(home: Furnished) -> None:
    """However long the service runs, the table stops growing."""
    stream = (await home.began())[0].id
    counts = []
    for day in range(0, 800, 2):
        at = NOON + timedelta(days=day)
        await home.store.samples.add([Measured(at, stream, cpu_percent=1.0), Measured(at, cpu_percent=1.0)])
        await home.store.samples.condense(at + timedelta(hours=2))
        counts.append(await home.store.samples.count())
    assert max(counts[200:]) - min(counts[200:]) <= 2
    assert await home.store.samples.between(None, HOURS, NOON, NOON + timedelta(days=100)) == []


@pytest.mark.parametrize("minutes", [7, 61])
async def test_a_gap_in_the_service_makes_no_numbers(store: Store, minutes: int) -> None:
    """While the service was down nothing was measured, and nothing is made up."""
    await store.samples.add([Measured(NOON, cpu_percent=1.0)])
    later = NOON + timedelta(minutes=minutes)
    await store.samples.add([Measured(later, cpu_percent=3.0)])
    await store.samples.condense(later + timedelta(minutes=10))
    found = await store.samples.between(None, MINUTES, NOON, later + STEP)
    assert [one.cpu_percent for one in found] == [1.0, 3.0]


async def test_a_forgotten_streams_samples_are_gone(home: Furnished) -> None:
    """Nothing is left of a stream that was forgotten, and late samples of it do no harm."""
    stream = (await home.began())[0].id
    await home.store.samples.add([Measured(NOON, stream, cpu_percent=1.0)])
    await home.store.streams.set_wanted(stream, wanted=False)
    await home.store.streams.forget(stream, NOON)
    await home.store.samples.add([Measured(NOON, stream, cpu_percent=1.0)])
    assert await home.store.samples.count() == 0
