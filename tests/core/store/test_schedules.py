"""Schedules in the database: kept whole, named once, each run marked once."""

from datetime import datetime, time, timedelta

import pytest

from core.errors import NameInUse, NotFound
from core.model import ScheduledRun, ScheduleId
from core.schedule.due import Mark
from core.schedule.errors import RanAlready
from core.schedule.model import NewSchedule, ScheduleRecord
from core.schedule.plan import IfMissed, Plan
from core.schedule.repeat import WEEKDAYS, Cron, Repeat, Start
from tests.fakes.stores import NOON, Furnished


async def add(
    home: Furnished, name: str = "evening", repeat: Repeat = WEEKDAYS, start: Start = time(18)
) -> ScheduleRecord:
    """Store a schedule and its stream."""
    plan = Plan("", repeat, start, "Asia/Jakarta", timedelta(hours=5), IfMissed.SKIP, name=name, since=NOON)
    return await home.store.schedules.add(NewSchedule(home.order(name), plan, True, False, home.rina.id))


def run_of(record: ScheduleRecord, start: datetime = NOON) -> ScheduledRun:
    """Return a run of it."""
    return ScheduledRun(record.id, f"{record.id}@{start.isoformat()}", start)


async def test_a_schedule_is_kept_with_its_stream(home: Furnished) -> None:
    """What was scheduled is the same after a restart, and its stream stands there without being wanted."""
    made = await add(home)
    await add(home, "cron", Cron("0 6 * * 0"), None)
    kept = await home.store.schedules.find(made.id)
    assert kept == made
    assert (made.plan.repeat, made.plan.start, made.plan.length) == (WEEKDAYS, time(18), timedelta(hours=5))
    stream = await home.store.streams.get(made.stream)
    assert (stream.name, stream.wanted, stream.run) == ("evening", False, None)


async def test_a_name_means_one_schedule(home: Furnished) -> None:
    """Two schedules of a space never have the same name; what is refused leaves no stream behind."""
    await add(home)
    with pytest.raises(NameInUse):
        await add(home, "Evening")
    assert [stream.name for stream in await home.store.streams.all()] == ["evening"]


async def test_no_run_begins_twice(home: Furnished) -> None:
    """A scheduled run that began is never begun again: the second order changes nothing."""  # P6
    made = await add(home)
    order = home.order("evening", stream=made.stream, scheduled=run_of(made))
    _, first = await home.store.streams.begin(order)
    with pytest.raises(RanAlready):
        await home.store.streams.begin(order)
    assert (await home.store.streams.get(made.stream)).run == first.id
    with pytest.raises(RanAlready):
        await home.store.schedules.join(run_of(made))


async def test_a_skipped_run_does_not_begin(home: Furnished) -> None:
    """A run that a person left out can't be started by its schedule any more; one that was missed still can."""
    made = await add(home)
    await home.store.schedules.skip(run_of(made))
    later = run_of(made, NOON + timedelta(days=1))
    await home.store.schedules.saw(made.id, NOON, [later])
    with pytest.raises(RanAlready):
        await home.store.schedules.join(run_of(made))
    await home.store.schedules.join(later)
    marks = await home.store.schedules.marks(made.id, NOON)
    assert list(marks.values()) == [Mark.STOPPED, Mark.RAN]


async def test_old_marks_go_and_the_newest_stays(home: Furnished) -> None:
    """Marks don't pile up for ever, but the newest is kept however old it is: its run may still go on."""
    made = await add(home)
    for days in (0, 1, 2):
        await home.store.schedules.join(run_of(made, NOON + timedelta(days=days)))
    await home.store.schedules.saw(made.id, NOON + timedelta(days=500), [])
    assert list(await home.store.schedules.marks(made.id, NOON)) == [run_of(made, NOON + timedelta(days=2)).key]


async def test_a_stream_takes_its_schedules_along(home: Furnished) -> None:
    """A forgotten stream has no schedules, nor marks of any."""
    made = await add(home)
    await home.store.schedules.join(run_of(made))
    await home.store.streams.forget(made.stream, NOON)
    assert await home.store.schedules.all() == []
    with pytest.raises(NotFound):
        await home.store.schedules.join(run_of(made))
    with pytest.raises(NotFound):
        await home.store.schedules.remove(ScheduleId(made.id))
