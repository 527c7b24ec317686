"""What schedules do to streams: on a real database and a fake clock, through the engine's own orders."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from core.config import CoreConfig, LimitsConfig, StallConfig
from core.model import ChangeRequest, Outcome, StartRequest, State
from core.schedule.errors import ScheduleOverlaps
from core.schedule.events import ScheduleBlocked, ScheduleMissed, ScheduleReminder, ScheduleStarted
from core.schedule.model import ScheduleChange, ScheduleRequest
from core.schedule.plan import IfMissed
from core.schedule.repeat import DAILY
from tests.core.engine.rig import Rig

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from core.schedule.events import ScheduleEvent
    from core.schedule.model import ScheduleView

HOUR_S = 3600.0
EVENING = ScheduleRequest("lofi", ("youtube",), DAILY, time(18), "UTC", timedelta(hours=5), IfMissed.LATE)
"""The clock starts at noon."""


def asks(source: str = "lofi", destination: str = "youtube", start: int = 18, **more: Any) -> ScheduleRequest:
    """Return an order like EVENING but for these."""
    fields = {"repeat": DAILY, "zone": "UTC", "length": timedelta(hours=5), "missed": IfMissed.LATE}
    return ScheduleRequest(source, (destination,), start=time(start), **{**fields, **more})


def told(rig: Rig, kind: type[ScheduleEvent]) -> list[Any]:
    """Return the events of that kind since the last call."""
    return [event for event in rig.heard() if isinstance(event, kind)]


async def make(rig: Rig, request: ScheduleRequest = EVENING) -> ScheduleView:
    """Make a schedule as Rina."""
    return await rig.engine.schedules.add(rig.rina, request)


async def state(rig: Rig, name: str = "lofi") -> State | None:
    """Return how a stream is."""
    stream = await rig.stream(name)
    return stream.state if stream else None


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    """An open rig that looks at its streams rarely, since its days are long."""
    patient = StallConfig(frozen_s=1e9, slow_warn_s=1e9, slow_replace_s=1e9)
    made = Rig(tmp_path, CoreConfig(limits=LimitsConfig(per_user=2, total=3), stall=patient), sample_s=HOUR_S)
    await made.prepare()
    yield made
    await made.crash()
    assert not made.host.broken_promises


async def test_a_schedule_starts_and_stops_its_stream(rig: Rig) -> None:
    """A daily schedule puts its stream on air at its time and takes it off, day after day, and alarms nobody."""  # P6
    view = await make(rig)
    assert [run.start.day for run in view.next] == [5, 6, 7, 8, 9]
    assert (await rig.stream("lofi")).starts_at == view.next[0].start
    for _ in range(2):
        await rig.clock.advance(6 * HOUR_S - 60)
        assert await state(rig) is State.STOPPED
        await rig.clock.advance(65)
        assert await state(rig) is State.LIVE
        await rig.clock.advance(5 * HOUR_S)
        stream = await rig.stream("lofi")
        assert (stream.state, stream.ended.outcome) == (State.STOPPED, Outcome.SCHEDULED)
        assert [event.late_s for event in told(rig, ScheduleStarted)] == [0]
        await rig.clock.advance(13 * HOUR_S - 5)


async def test_what_a_person_stops_stays_stopped(rig: Rig) -> None:
    """A scheduled run that is stopped by hand is not started again in its window, but the next day it is."""
    await make(rig)
    await rig.clock.advance(7 * HOUR_S)
    await rig.order(rig.engine.stop(rig.rina, (await rig.stream("lofi")).id))
    await rig.crash()
    await rig.open()
    await rig.clock.advance(2 * HOUR_S)
    assert await state(rig) is State.STOPPED
    await rig.clock.advance(22 * HOUR_S)
    assert await state(rig) is State.LIVE


async def test_a_manual_start_is_joined(rig: Rig) -> None:
    """What was started by hand before its time goes on in the scheduled run and ends with it."""
    await make(rig)
    await rig.clock.advance(5 * HOUR_S)
    view = await rig.engine.start(rig.rina, StartRequest("lofi", ends_at=rig.clock.now() + timedelta(hours=2)))
    await rig.clock.advance(HOUR_S + 60)

    joined = await rig.stream("lofi")
    assert (joined.run, joined.state, joined.ends_at.hour) == (view.run, State.LIVE, 23)
    assert [event.joined for event in told(rig, ScheduleStarted)] == [True]
    await rig.clock.advance(5 * HOUR_S)
    assert await state(rig) is State.STOPPED
    assert len(rig.host.spawned) == 1


@pytest.mark.parametrize("missed", IfMissed)
async def test_late_or_skipped_after_an_absence(rig: Rig, missed: IfMissed) -> None:
    """A start that the service was away for comes late for the rest of its window, or is skipped, as told."""
    await make(rig, asks(missed=missed))
    await rig.crash()
    await rig.clock.advance(8 * HOUR_S)
    await rig.open()
    await rig.clock.advance(5)

    events = rig.heard()
    if missed is IfMissed.LATE:
        assert await state(rig) is State.LIVE
        assert [event.late_s // 60 for event in events if isinstance(event, ScheduleStarted)] == [120]
        assert (await rig.stream("lofi")).ends_at.hour == 23
    else:
        assert await state(rig) is State.STOPPED
        assert [event.reason for event in events if isinstance(event, ScheduleMissed)] == ["skip"]


async def test_what_was_missed_is_told_once(rig: Rig) -> None:
    """Runs whose whole window passed while the service was away are told, and told once."""
    await make(rig)
    await rig.crash()
    await rig.clock.advance(48 * HOUR_S)
    missed: list[ScheduleMissed] = []
    for _ in range(2):
        await rig.open()
        await rig.clock.advance(5)
        missed = told(rig, ScheduleMissed)
        assert [(event.count, event.reason, event.starts_at.day) for event in missed] in ([(2, "away", 6)], [])
        await rig.crash()
    assert missed == []
    await rig.open()


async def test_refused_starts_are_tried_again(rig: Rig) -> None:
    """A run whose key is taken is told as blocked, and goes live for the rest of its window once the key is free."""
    await make(rig)
    await rig.clock.advance(5 * HOUR_S)
    other = await rig.engine.start(rig.budi, StartRequest("ngaji", ("youtube",)))
    await rig.clock.advance(HOUR_S + 10)
    assert told(rig, ScheduleBlocked) == []
    await rig.clock.advance(60)
    blocked = told(rig, ScheduleBlocked)
    assert [(event.problem, event.what) for event in blocked] == [("key", "ngaji")]
    await rig.clock.advance(600)
    assert told(rig, ScheduleBlocked) == []

    await rig.order(rig.engine.stop(rig.budi, other.id))
    await rig.clock.advance(60)
    assert await state(rig) is State.LIVE
    assert len(told(rig, ScheduleStarted)) == 1


async def test_what_is_blocked_to_the_end_is_missed(rig: Rig) -> None:
    """A run that could not start in its whole window is told as missed for that reason."""
    await make(rig)
    await rig.clock.advance(5 * HOUR_S)
    await rig.engine.start(rig.budi, StartRequest("ngaji", ("youtube",)))
    await rig.clock.advance(7 * HOUR_S)
    assert [event.reason for event in told(rig, ScheduleMissed)] == ["blocked"]


async def test_trouble_is_told_while_it_can_be_mended(rig: Rig) -> None:
    """Ten minutes ahead it is checked what would stop a run; a reminder comes where it is wanted."""
    await make(rig, asks(remind=True))
    await make(rig, asks("dzikir", "twitch"))
    await rig.clock.advance(5 * HOUR_S)
    await rig.engine.start(rig.budi, StartRequest("ngaji", ("twitch",)))
    await rig.engine.start(rig.budi, StartRequest("ngaji", ("spare",), name="soon over"))
    ends_at = rig.clock.now() + timedelta(minutes=55)
    soon_over = await rig.stream("soon over")
    await rig.engine.change(rig.budi, soon_over.id, ChangeRequest(ends_at=ends_at))
    assert told(rig, ScheduleReminder) == []
    await rig.clock.advance(50 * 60)

    reminders = told(rig, ScheduleReminder)
    assert [(event.name, event.problem, event.what) for event in reminders] == [
        ("lofi", None, ""),
        ("dzikir", "key", "ngaji"),
    ]
    await rig.crash()
    await rig.open()
    await rig.clock.advance(60)
    assert told(rig, ScheduleReminder) == []


async def test_what_begins_before_it_is_counted(rig: Rig) -> None:
    """A place that another schedule will have taken by then is told ten minutes ahead, once, also over a restart."""
    await make(rig, asks("dzikir", "facebook"))
    await make(rig, asks("lofi", "youtube", start=17))
    second = await make(rig, replace(asks("ngaji", "twitch"), start=time(17, 55)))
    await rig.clock.advance(5 * HOUR_S + 51 * 60)
    problem = told(rig, ScheduleReminder)
    await rig.crash()
    await rig.open()
    await rig.clock.advance(60)
    assert [(event.name, event.problem, event.what) for event in problem] == [("dzikir", "limit", "2")]
    assert told(rig, ScheduleReminder) == []

    await rig.engine.schedules.skip(rig.rina, second.record.id)
    await rig.clock.advance(60)
    assert [(event.name, event.problem, event.again) for event in told(rig, ScheduleReminder)] == [
        ("dzikir", None, True)
    ]
    await rig.clock.advance(600)
    assert told(rig, ScheduleReminder) == []
    assert await state(rig, "dzikir") is State.LIVE


async def test_trouble_that_comes_late_is_told_too(rig: Rig) -> None:
    """What gets in the way after the first look is told before the start; a run that is left out is nobody's worry."""
    view = await make(rig, asks("dzikir", "twitch"))
    await rig.clock.advance(5 * HOUR_S + 52 * 60)
    assert told(rig, ScheduleReminder) == []
    await rig.engine.start(rig.budi, StartRequest("ngaji", ("twitch",)))
    await rig.clock.advance(4 * 60)
    assert [(event.problem, event.what) for event in told(rig, ScheduleReminder)] == [("key", "ngaji")]
    await rig.engine.schedules.skip(rig.rina, view.record.id)
    await rig.order(rig.engine.stop(rig.budi, (await rig.stream("ngaji")).id))
    await rig.clock.advance(10 * 60)
    assert told(rig, ScheduleReminder) == []


async def test_a_stream_that_ends_before_is_started_anew(rig: Rig) -> None:
    """Where the stream itself is on air, but stops before its next run, that run is looked ahead at all the same."""
    ends_at = rig.clock.now() + timedelta(hours=5, minutes=55)
    await rig.engine.start(rig.rina, StartRequest("dzikir", ("twitch",), ends_at=ends_at))
    await rig.engine.start(rig.rina, StartRequest("ngaji", ("facebook",)))
    await make(rig, asks("dzikir", "twitch"))
    await make(rig, replace(asks("lofi"), start=time(17, 57)))
    await rig.clock.advance(5 * HOUR_S + 51 * 60)
    assert [(event.name, event.problem) for event in told(rig, ScheduleReminder)] == [("dzikir", "limit")]


async def test_a_change_of_destination_makes_no_overlap(rig: Rig) -> None:
    """A stream can't be moved to a key that another one's schedule has at the same hours; then nothing has changed."""
    # R9
    await make(rig)
    other = await make(rig, asks("dzikir", "twitch", 20))

    with pytest.raises(ScheduleOverlaps) as refused:
        await rig.engine.change(rig.rina, other.record.stream, ChangeRequest(destinations=("youtube",)))

    assert (refused.value.name, refused.value.same) == ("lofi", "key")
    before = (await rig.engine.store.streams.get(other.record.stream)).spec.destinations
    await rig.engine.schedules.change(rig.rina, other.record.id, ScheduleChange(repeat=DAILY, start=time(6)))
    await rig.engine.change(rig.rina, other.record.stream, ChangeRequest(destinations=("youtube",)))
    assert (await rig.engine.store.streams.get(other.record.stream)).spec.destinations != before


async def test_overlaps_are_refused(rig: Rig) -> None:
    """A schedule that would meet another of the same stream or key is refused, with the name of that one."""  # R9
    await make(rig)
    for source, same in (("lofi", "stream"), ("ngaji", "key")):
        with pytest.raises(ScheduleOverlaps) as refused:
            await rig.engine.schedules.add(rig.budi, asks(source, start=22))
        assert (refused.value.name, refused.value.same, refused.value.start.hour) == ("lofi", same, 22)
    assert len(await rig.engine.schedules.all(rig.rina.space)) == 1
    await make(rig, asks("ngaji", start=23))


async def test_a_moved_schedule_takes_no_taken_time(rig: Rig) -> None:
    """A change that would make schedules meet is refused and changes nothing."""  # R9
    await make(rig)
    late = await make(rig, asks("ngaji", start=23))
    change = ScheduleChange(repeat=DAILY, start=time(22))
    with pytest.raises(ScheduleOverlaps):
        await rig.engine.schedules.change(rig.rina, late.record.id, change)
    assert (await rig.engine.schedules.find(rig.rina.space, "ngaji")).next[0].start.hour == 23


async def test_one_ends_as_the_next_begins(rig: Rig) -> None:
    """Schedules of one stream or one key that touch run one after the other, and nobody is alarmed."""
    await make(rig, asks(length=timedelta(hours=1)))
    await make(rig, asks(start=19, length=timedelta(hours=1)))
    await make(rig, asks("ngaji", start=20, length=timedelta(hours=1)))
    await rig.clock.advance(7.5 * HOUR_S)
    assert await state(rig) is State.LIVE
    await rig.clock.advance(HOUR_S)
    assert (await state(rig), await state(rig, "ngaji")) == (State.STOPPED, State.LIVE)
    assert told(rig, ScheduleBlocked) == []


async def test_paused_schedules_rest(rig: Rig) -> None:
    """A paused schedule starts nothing and misses nothing; resumed, it starts with its next run."""
    view = await make(rig)
    await rig.engine.schedules.change(rig.rina, view.record.id, ScheduleChange(paused=True))
    await rig.clock.advance(7 * HOUR_S)
    assert await state(rig) is State.STOPPED
    await rig.engine.schedules.change(rig.rina, view.record.id, ScheduleChange(paused=False))
    await rig.clock.advance(HOUR_S)
    assert await state(rig) is State.STOPPED
    await rig.clock.advance(22.5 * HOUR_S)
    assert await state(rig) is State.LIVE
    assert told(rig, ScheduleMissed) == []


async def test_one_run_can_be_left_out(rig: Rig) -> None:
    """A run that a person skips does not start; the one after it does."""
    view = await make(rig)
    await rig.engine.schedules.skip(rig.rina, view.record.id)
    await rig.clock.advance(7 * HOUR_S)
    assert await state(rig) is State.STOPPED
    await rig.clock.advance(24 * HOUR_S)
    assert await state(rig) is State.LIVE
    assert told(rig, ScheduleMissed) == []


async def test_a_breach_of_limits_is_foreseen(rig: Rig) -> None:
    """A schedule with which more would run at once than its maker may is made, with a warning of when."""
    await make(rig)
    assert (await make(rig, asks("ngaji", "twitch"))).excess is None
    third = await make(rig, asks("dzikir", "facebook", start=20))
    assert third.allowed == 2
    assert third.excess is not None
    assert third.excess.at.hour == 20


@pytest.mark.parametrize("hours", [-3, 3])
async def test_the_clock_may_be_set(rig: Rig, hours: int) -> None:
    """Whether the host's clock is set back or ahead, each run starts once, and never before its time."""
    await make(rig)
    await rig.clock.advance(5 * HOUR_S)
    rig.clock.step_wall(timedelta(hours=hours))
    await rig.clock.advance(60)
    assert await state(rig) is (State.LIVE if hours > 0 else State.STOPPED)
    await rig.clock.advance(10 * HOUR_S)
    assert len(rig.host.spawned) == 1


async def test_a_clock_that_was_wrong_is_forgiven(rig: Rig) -> None:
    """Where the clock was days ahead and is set right, the runs that it seemed to have missed still start."""
    await make(rig)
    rig.clock.step_wall(timedelta(days=3))
    await rig.clock.advance(60)
    rig.clock.step_wall(timedelta(days=-3))
    await rig.clock.advance(6.5 * HOUR_S)
    assert await state(rig) is State.LIVE


async def test_an_end_that_was_given_by_hand_holds(rig: Rig) -> None:
    """A run that is joined ends at the later of both ends, so that nobody's longer show is cut."""  # R8
    await make(rig)
    await rig.clock.advance(5 * HOUR_S)
    own = rig.clock.now() + timedelta(hours=9)
    await rig.engine.start(rig.rina, StartRequest("lofi", ends_at=own))
    await rig.clock.advance(2 * HOUR_S)
    assert (await rig.stream("lofi")).ends_at == own


async def test_a_restored_copy_starts_nothing(rig: Rig) -> None:
    """After a restore no schedule pushes a key that the original pushes, until the stream is resumed."""  # N4
    view = await make(rig)
    await rig.store.streams.set_held(view.record.stream, held=True)
    await rig.crash()
    await rig.open()
    await rig.clock.advance(7 * HOUR_S)
    assert rig.host.spawned == []
    await rig.engine.resume(rig.rina, None)
    await rig.clock.advance(24 * HOUR_S)
    assert await state(rig) is State.LIVE
    assert told(rig, ScheduleMissed) == []


async def test_nothing_is_left_of_a_closed_service(rig: Rig) -> None:
    """When the service shuts down no timer is left, though schedules, ends and retries were waiting."""  # R10
    await make(rig)
    await make(rig, asks("ngaji", "twitch", start=20))
    await rig.engine.start(rig.rina, StartRequest("dzikir", ("spare",), ends_at=rig.clock.now() + timedelta(hours=9)))
    assert len(rig.timers.keys()) == 3
    await rig.close()
    assert rig.timers.keys() == []
    assert rig.clock.pending == 0
    await rig.open()


async def test_a_forgotten_stream_takes_its_schedules_along(rig: Rig) -> None:
    """`/forget` removes a stream's schedules with it; nothing starts, and no timer stays."""
    await make(rig)
    await rig.engine.forget(rig.rina, (await rig.stream("lofi")).id)
    await rig.clock.advance(60)
    assert await rig.engine.schedules.all(rig.rina.space) == []
    assert rig.timers.keys() == []


async def test_another_stream_never_takes_a_scheduled_ones_place(rig: Rig) -> None:
    """Starting the same file to another destination by hand leaves a scheduled stream as it was."""  # R8
    await make(rig)
    view = await rig.engine.start(rig.rina, StartRequest("lofi", ("twitch",)))
    assert view.name == "lofi-2"
    await rig.clock.advance(6.5 * HOUR_S)
    assert [output.destination for output in (await rig.stream("lofi")).outputs] == ["youtube"]
