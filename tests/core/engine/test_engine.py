"""What people get from the engine: starts, stops, limits, key locks, returns; on a fake clock."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from core.config import CoreConfig, LimitsConfig
from core.errors import (
    AlreadyRunning,
    InUse,
    KeyInUse,
    LimitExceeded,
    NeedsDestination,
    NotFound,
    NotRunning,
)
from core.events import OutputWentDark, PartFell, ServiceCameBack, StreamEnded
from core.model import CauseCode, ChangeRequest, Outcome, StartRequest, State, Thresholds
from tests.core.engine.rig import Rig
from tests.fakes.runner import Script, exits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

LOFI = StartRequest("lofi", ("youtube",))


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    """Give an open rig and put it away."""
    made = Rig(tmp_path, CoreConfig(limits=LimitsConfig(per_user=2, total=3)))
    await made.prepare()
    yield made
    await made.crash()
    assert not made.host.broken_promises


async def test_start_goes_live_and_stop_ends_it(rig: Rig) -> None:
    """A started stream turns live; stopped, it is gone, its run is recorded, nothing stays in memory."""  # R13
    view = await rig.engine.start(rig.rina, LOFI)
    assert (view.state, view.name, view.outputs[0].destination) == (State.STARTING, "lofi", "youtube")
    await rig.clock.advance(3)
    assert (await rig.stream("lofi")).state is State.LIVE

    ended = await rig.order(rig.engine.stop(rig.rina, view.id))

    assert ended.state is State.STOPPED
    assert ended.ended.outcome is Outcome.STOPPED
    assert not rig.host.processes
    assert not list(rig.deck.places)
    assert not rig.deck._outputs
    (told,) = [event for event in rig.heard() if isinstance(event, StreamEnded)]
    assert told.by == "Rina"


@pytest.mark.parametrize(("freezes_after_s", "took_s"), [(None, 0.0), (65.0, CoreConfig().stop.grace_s)])
async def test_how_long_a_stop_took_is_told(rig: Rig, freezes_after_s: float | None, took_s: float) -> None:
    """A run's end says how long its stop took, a process that hangs included; one that ends by itself says nothing."""
    rig.host.script(Script(freezes_after_s=freezes_after_s), Script(ends_after_s=60.5, clean=True))
    view = await rig.engine.start(rig.rina, LOFI)
    await rig.engine.start(rig.rina, StartRequest("ngaji", ("twitch",), loop=False))
    await rig.clock.advance(70)
    await rig.order(rig.engine.stop(rig.rina, view.id))
    ended = {event.name: event.stop_s for event in rig.heard() if isinstance(event, StreamEnded)}
    assert ended == {"lofi": took_s, "ngaji": None}


async def test_process_reports_as_often_as_its_version_needs(rig: Rig) -> None:
    """A stop of a stream by a new FFmpeg is heard at once: that one looks for it only as often as it reports."""
    await rig.engine.start(rig.rina, LOFI)
    await rig.clock.advance(3)

    (process,) = rig.host.processes.values()
    assert "-stats_period 0.5 " in " ".join(process.spec.argv)


async def test_one_key_carries_one_stream(rig: Rig) -> None:
    """A key that is being pushed is refused to all others, naming the stream that has it."""  # N4
    await rig.engine.start(rig.rina, LOFI)
    with pytest.raises(KeyInUse) as refused:
        await rig.engine.start(rig.budi, StartRequest("ngaji", ("youtube",)))
    assert (refused.value.stream, refused.value.by) == ("lofi", "Rina")


async def test_limits_hold_for_orders_at_the_same_instant(rig: Rig) -> None:
    """Orders that come together never get past a limit, neither a person's nor the total."""  # R4
    orders = [
        rig.engine.start(rig.rina, StartRequest("lofi", (key,), name=key)) for key in ("youtube", "twitch", "spare")
    ]
    results = await asyncio.gather(*orders, return_exceptions=True)
    refused = [result for result in results if isinstance(result, LimitExceeded)]
    assert [(r.limit, r.used, r.allowed) for r in refused] == [("per_user", 2, 2)]
    await rig.engine.start(rig.budi, StartRequest("ngaji", ("facebook",)))
    with pytest.raises(LimitExceeded) as total:
        await rig.engine.start(rig.budi, StartRequest("dzikir", ("spare",)))
    assert total.value.limit == "total"


async def test_one_persons_limit_can_differ(rig: Rig) -> None:
    """An admin's word gives one person another limit."""  # R4
    await rig.store.people.set_limit(rig.rina.user, 0)
    with pytest.raises(LimitExceeded) as refused:
        await rig.engine.start(rig.rina, LOFI)
    assert refused.value.allowed == 0
    await rig.engine.start(rig.budi, LOFI)


async def test_place_is_held_between_attempts(rig: Rig) -> None:
    """A stream that waits for its next attempt keeps its place and its key."""  # P1
    rig.host.script(*[exits(1, "Connection refused")] * 9)
    await rig.engine.start(rig.rina, LOFI)
    await rig.clock.advance(5)
    assert (await rig.stream("lofi")).state is State.RETRYING
    assert (await rig.engine.limit_use(rig.rina.user)).user_used == 1
    with pytest.raises(KeyInUse):
        await rig.engine.start(rig.rina, StartRequest("ngaji", ("youtube",)))


async def test_a_disk_that_died_for_a_while_ends_no_stream(rig: Rig) -> None:
    """A stream whose file's disk does not answer is tried until it does, and then is live again."""  # P1
    rig.host.script(exits(1, "Connection refused"))
    await rig.engine.start(rig.rina, LOFI)
    await rig.clock.advance(0.5)
    rig.library.silent = True
    await rig.clock.advance(300)
    dark = await rig.stream("lofi")
    assert (dark.state, dark.outputs[0].cause.code) == (State.RETRYING, CauseCode.SOURCE_SILENT)
    rig.library.silent = False
    await rig.clock.advance(80)
    assert (await rig.stream("lofi")).state is State.LIVE


async def test_a_refused_key_holds_up_no_other_stream(rig: Rig) -> None:
    """While one stream's key is asked for every five minutes only, another that dies is back after its own second."""
    rig.host.script(*[exits(1, "Server error: denied")] * 3)
    await rig.engine.start(rig.rina, LOFI)
    await rig.clock.advance(20)
    other = await rig.engine.start(rig.rina, StartRequest("ngaji", ("twitch",)))
    await rig.clock.advance(5)

    rig.host.kill(other.outputs[0].id)
    await rig.clock.advance(2)

    assert (await rig.stream("ngaji")).state is State.LIVE


async def test_refused_start_changes_nothing(rig: Rig) -> None:
    """After a refusal there is no stream, no place taken and no process."""
    for request in (StartRequest("nope", ("youtube",)), StartRequest("lofi", ("nowhere",))):
        with pytest.raises(NotFound):
            await rig.engine.start(rig.rina, request)
    with pytest.raises(NeedsDestination):
        await rig.engine.start(rig.rina, StartRequest("lofi"))
    assert await rig.engine.views(rig.rina.space) == []
    assert not list(rig.deck.places)


async def test_kept_stream_starts_as_last_time(rig: Rig) -> None:
    """The name of a stream that ended starts it again; while it runs, a second one of its name gets a number."""
    first = await rig.engine.start(rig.rina, LOFI)
    await rig.order(rig.engine.stop(rig.rina, first.id))
    again = await rig.engine.start(rig.rina, StartRequest("lofi"))
    assert again.id == first.id
    second = await rig.engine.start(rig.rina, StartRequest("lofi", ("twitch",)))
    assert second.name == "lofi-2"
    with pytest.raises(AlreadyRunning):
        await rig.engine.start(rig.budi, StartRequest("ngaji", ("spare",), name="lofi"))


async def test_stop_twice_and_stop_of_what_does_not_run(rig: Rig) -> None:
    """Two stops at once both get the ended stream; a third one is told that it does not run."""
    view = await rig.engine.start(rig.rina, LOFI)
    both = await rig.order(asyncio.gather(rig.engine.stop(rig.rina, view.id), rig.engine.stop(rig.budi, view.id)))
    assert [v.state for v in both] == [State.STOPPED, State.STOPPED]
    with pytest.raises(NotRunning):
        await rig.engine.stop(rig.rina, view.id)


async def test_stop_during_start_ends_it(rig: Rig) -> None:
    """A stop before anything moved ends the stream, however slowly its FFmpeg connects."""
    rig.host.script(Script(live_after_s=None))
    view = await rig.engine.start(rig.rina, LOFI)
    ended = await rig.order(rig.engine.stop(rig.rina, view.id))
    assert ended.state is State.STOPPED
    assert not rig.host.processes


async def test_scheduled_stop_comes_in_time_and_touches_no_other(rig: Rig) -> None:
    """`for=` ends just its own stream, at its moment; a manual stop cancels it."""  # R8
    ends_at = rig.clock.now() + timedelta(hours=1)
    await rig.engine.start(rig.rina, StartRequest("lofi", ("youtube",), ends_at=ends_at))
    other = await rig.engine.start(rig.rina, StartRequest("ngaji", ("twitch",), ends_at=ends_at + timedelta(hours=1)))
    await rig.clock.advance(3590)
    assert (await rig.stream("lofi")).state is State.LIVE
    await rig.clock.advance(20)
    assert (await rig.stream("lofi")).ended.outcome is Outcome.SCHEDULED
    assert (await rig.stream("ngaji")).state is State.LIVE
    await rig.order(rig.engine.stop(rig.rina, other.id))
    assert rig.timers.keys() == []


async def test_health_counts_the_timers_and_none_outlives_its_stream(rig: Rig) -> None:
    """Whoever watches the service sees how many ends it waits for, and that a stopped stream leaves none behind."""
    ends_at = rig.clock.now() + timedelta(hours=1)
    view = await rig.engine.start(rig.rina, StartRequest("lofi", ("youtube",), ends_at=ends_at))
    await rig.engine.start(rig.rina, StartRequest("ngaji", ("twitch",), ends_at=ends_at))
    assert (await rig.engine.health()).timers == 2
    await rig.order(rig.engine.stop(rig.rina, view.id))
    assert (await rig.engine.health()).timers == 1


async def test_crash_of_the_service_breaks_no_stream(rig: Rig) -> None:
    """After kill -9 and a new start the same process goes on, and its scheduled stop with it."""  # R2 N2
    ends_at = rig.clock.now() + timedelta(hours=1)
    await rig.engine.start(rig.rina, StartRequest("lofi", ("youtube",), ends_at=ends_at))
    await rig.clock.advance(60)
    await rig.crash()
    await rig.clock.advance(60)
    await rig.open()
    await rig.clock.advance(4)
    view = await rig.stream("lofi")
    assert (view.state, view.restarts) == (State.LIVE, 0)
    assert len(rig.host.spawned) == 1
    events = rig.heard()
    assert [e.went_on for e in events if isinstance(e, ServiceCameBack)] == [("lofi",)]
    assert not [e for e in events if isinstance(e, OutputWentDark)]
    assert rig.timers.keys() == [f"end {view.id}"]


async def test_what_died_meanwhile_is_started_again_once(rig: Rig) -> None:
    """A reboot starts every wanted stream exactly once; one that was stopped stays stopped."""  # R2
    await rig.engine.start(rig.rina, LOFI)
    gone = await rig.engine.start(rig.rina, StartRequest("ngaji", ("twitch",)))
    await rig.order(rig.engine.stop(rig.rina, gone.id))
    await rig.crash()
    rig.host.reboot()
    rig.host.spawned.clear()
    await rig.open()
    await rig.clock.advance(4)
    assert len(rig.host.spawned) == 1
    assert (await rig.stream("lofi")).state is State.LIVE
    assert (await rig.stream("ngaji")).state is State.STOPPED


async def test_a_death_in_the_services_absence_is_told_with_its_time(rig: Rig) -> None:
    """Whoever comes back reads when a stream died that had to be started again, and why where its log tells."""
    lines = ("rtmp://a.example/live2: Connection reset by peer",)
    rig.host.script(Script(ends_after_s=100, exit_code=1, log_tail=tuple(f"[error] {line}" for line in lines)))
    await rig.engine.start(rig.rina, LOFI)
    await rig.clock.advance(40)
    await rig.crash()
    await rig.clock.advance(60)
    died_at = rig.clock.now()
    await rig.clock.advance(60)
    await rig.open()

    (back,) = [event for event in rig.heard() if isinstance(event, ServiceCameBack)]
    (again,) = back.started_again
    assert (again.name, again.died_at) == ("lofi", died_at)
    assert again.cause is not None
    assert again.cause.code is CauseCode.RESET


async def test_thresholds_change_without_a_break(rig: Rig) -> None:
    """Other thresholds for a stream's alerts interrupt nothing, and outlive the service and the run."""
    view = await rig.engine.start(rig.rina, LOFI)
    await rig.clock.advance(4)
    before = dict(rig.host.processes)
    await rig.order(rig.engine.change(rig.rina, view.id, ChangeRequest(thresholds=Thresholds(150, 800))))
    await rig.clock.advance(4)
    assert rig.host.processes == before
    assert (await rig.stream("lofi")).thresholds == Thresholds(150, 800)

    await rig.crash()
    await rig.open()
    assert (await rig.stream("lofi")).thresholds == Thresholds(150, 800)
    await rig.order(rig.engine.stop(rig.rina, view.id))
    assert (await rig.stream("lofi")).thresholds == Thresholds(150, 800)
    await rig.engine.start(rig.rina, LOFI)
    assert (await rig.stream("lofi")).thresholds == Thresholds(150, 800)


async def test_overdue_stop_happens_at_the_start(rig: Rig) -> None:
    """A scheduled stop whose moment passed while the service was away happens when it is back."""  # R8
    ends_at = rig.clock.now() + timedelta(minutes=1)
    await rig.engine.start(rig.rina, StartRequest("lofi", ("youtube",), ends_at=ends_at))
    await rig.clock.advance(10)
    await rig.crash()
    await rig.clock.advance(120)
    await rig.open()
    assert not rig.host.processes
    assert (await rig.stream("lofi")).ended.outcome is Outcome.SCHEDULED


async def test_shutdown_keeps_or_stops_but_never_unwishes(rig: Rig) -> None:
    """`shutdown.streams: stop` ends the processes, and the next start brings the streams back."""  # R16 R10
    await rig.engine.start(rig.rina, LOFI)
    await rig.clock.advance(4)
    await rig.close("stop")
    assert not rig.host.processes
    assert rig.timers.keys() == []
    await rig.open()
    await rig.clock.advance(4)
    assert (await rig.stream("lofi")).state is State.LIVE


async def test_change_of_source_is_a_planned_break(rig: Rig) -> None:
    """Another source on the same key: a planned break, no alarm; the end can be moved and lifted."""
    view = await rig.engine.start(rig.rina, LOFI)
    await rig.clock.advance(4)
    await rig.order(rig.engine.change(rig.rina, view.id, ChangeRequest(source="ngaji")))
    await rig.clock.advance(4)
    view = await rig.stream("lofi")
    assert (view.state, view.planned_breaks, view.restarts, view.source.name) == (State.LIVE, 1, 0, "ngaji")
    assert not [e for e in rig.heard() if isinstance(e, OutputWentDark)]
    assert "ngaji" in str(next(iter(rig.host.processes.values())).spec.argv)


async def test_change_of_destination_moves_the_stream(rig: Rig) -> None:
    """Another destination: the old one is free at once, the new one is pushed."""
    view = await rig.engine.start(rig.rina, LOFI)
    await rig.clock.advance(4)
    await rig.order(rig.engine.change(rig.rina, view.id, ChangeRequest(destinations=("twitch", "facebook"))))
    await rig.clock.advance(4)
    view = await rig.stream("lofi")
    assert sorted(output.destination for output in view.outputs) == ["facebook", "twitch"]
    assert len(rig.host.processes) == 2
    await rig.engine.start(rig.budi, StartRequest("ngaji", ("youtube",)))


async def test_forget_takes_only_what_does_not_run(rig: Rig) -> None:
    """A running stream can't be forgotten; a stopped one is gone from the list, its history stays."""
    view = await rig.engine.start(rig.rina, LOFI)
    with pytest.raises(InUse):
        await rig.engine.forget(rig.rina, view.id)
    await rig.order(rig.engine.stop(rig.rina, view.id))
    await rig.engine.forget(rig.rina, view.id)
    assert await rig.stream("lofi") is None
    assert len(await rig.engine.history(rig.rina.space, None, 10)) == 1


async def test_a_stuck_engine_does_not_call_itself_alive(rig: Rig) -> None:
    """When nobody watches the streams any more, or what is seen reaches nobody, the service may not say all is well."""
    assert rig.engine.is_alive()
    runner, rig.host.runner = rig.host.runner, None
    assert runner is not None
    runner.crash()
    assert not rig.engine.is_alive()


@pytest.mark.parametrize("part", ["pump", "schedules"])
async def test_an_engine_that_lost_a_part_is_not_alive(rig: Rig, part: str) -> None:
    """Whatever ends the passing on of reports, or the schedules, is noticed, though every process is looked at."""
    (task,) = [task for task in asyncio.all_tasks() if task.get_name() == part]
    task.cancel()
    await rig.clock.settle()
    assert not rig.engine.is_alive()


async def test_a_defect_in_passing_on_reports_leaves_nobody_dark_unseen(rig: Rig) -> None:
    """A defect while one report is passed on ends nothing: people hear of it, and the next death is told."""
    view = await rig.engine.start(rig.rina, LOFI)
    await rig.clock.advance(4)
    await rig.order(rig.engine.start(rig.budi, StartRequest("ngaji", ("twitch",))))
    rig.heard()
    assert rig.host.runner is not None
    rig.host.runner.break_reports(ValueError("a defect"))
    await rig.clock.advance(4)
    (fell,) = [event for event in rig.heard() if isinstance(event, PartFell)]
    assert (fell.part, fell.space, fell.back) == ("pump", rig.rina.space, False)
    assert (await rig.engine.health()).fallen == ("pump",)
    assert rig.engine.is_alive()

    rig.host.kill(view.outputs[0].id)
    await rig.clock.advance(1)

    assert [event.name for event in rig.heard() if isinstance(event, OutputWentDark)] == ["lofi"]
