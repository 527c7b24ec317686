"""The history of runs."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from core.errors import NotFound
from core.model import MAIN_SPACE, Cause, CauseCode, Outcome, OutputId, RunId, SpaceName, Trouble
from core.streams.keeping import Progress, Tally
from tests.fakes.stores import NOON, Furnished


async def test_a_run_keeps_what_a_post_mortem_needs(home: Furnished) -> None:
    """When a stream has ended, its record says when, how, by whom, why, what it cost, and its last log lines."""
    # R12
    stream, run = await home.began()
    cause = Cause(CauseCode.REFUSED, "NetStream.Publish.Denied")

    ended = await home.store.streams.end_run(run.id, home.end(90, ("one", "two"), cause))

    assert ended == await home.store.streams.run(run.id)
    assert (ended.ended_at, ended.ended_by) == (NOON + timedelta(seconds=90), home.rina.id)
    assert (ended.outcome, ended.cause) == (Outcome.STOPPED, cause)
    assert (ended.attempts, ended.planned_breaks, ended.dark_s, ended.bytes_sent) == (2, 1, 3.5, 12_345)
    assert ended.log_tail == ("one", "two")
    assert not (await home.store.streams.get(stream.id)).wanted
    assert await home.store.streams.open_runs() == []


async def test_a_run_ends_once(home: Furnished) -> None:
    """Who stops a stream a second time does not change how it ended, and progress that comes late neither."""
    # R6
    stream, run = await home.began()
    ended = await home.store.streams.end_run(run.id, home.end(60, ("last words",)))
    _, following = await home.began(stream=stream.id)

    assert await home.store.streams.end_run(run.id, home.end(120)) == ended
    await home.store.streams.save_progress(run.id, Progress(NOON, Tally(9, 9, 9.0, 9)))

    assert await home.store.streams.run(run.id) == ended
    assert (await home.store.streams.get(stream.id)).wanted
    assert await home.store.streams.open_runs() == [following]


async def test_progress_survives_a_crash(home: Furnished) -> None:
    """What a run had come to is known although nobody saw its end."""
    _, run = await home.began()

    await home.store.streams.save_progress(run.id, Progress(NOON, Tally(3, 2, 1.5, 2**40)))

    (left,) = await home.store.streams.open_runs()
    assert (left.attempts, left.planned_breaks, left.dark_s, left.bytes_sent) == (3, 2, 1.5, 2**40)


async def test_only_the_newest_runs_keep_their_logs(home: Furnished) -> None:
    """A stream that runs every day for years keeps the logs of its last three runs, and takes none of another's."""
    # R12
    stream, run = await home.began()
    _, others = await home.began("other")
    await home.store.streams.end_run(others.id, home.end(log_tail=("other",)))
    for number in range(5):
        await home.store.streams.end_run(run.id, home.end(log_tail=(f"run {number}",)))
        _, run = await home.began(stream=stream.id)

    kept = [record.log_tail for record in await home.store.streams.runs(MAIN_SPACE, stream.id)]
    assert kept == [(), ("run 4",), ("run 3",), ("run 2",), (), ()]
    assert (await home.store.streams.run(others.id)).log_tail == ("other",)


async def test_runs_come_newest_first_and_bounded(home: Furnished) -> None:
    """The history shows the newest first, as many as asked for and never an absurd number."""
    stream, first = await home.began()
    _, second = await home.began(stream=stream.id)

    assert [run.id for run in await home.store.streams.runs(MAIN_SPACE)] == [second.id, first.id]
    assert [run.id for run in await home.store.streams.runs(MAIN_SPACE, limit=1)] == [second.id]
    assert await home.store.streams.runs(MAIN_SPACE, limit=-5) == []
    assert len(await home.store.streams.runs(MAIN_SPACE, limit=10**30)) == 2


async def test_the_last_run_of_each_stream_is_found(home: Furnished) -> None:
    """A list of streams shows how each one's last run ended, and only for streams of that space."""
    stream, first = await home.began()
    await home.store.streams.end_run(first.id, home.end())
    _, second = await home.began(stream=stream.id)
    other, only = await home.began("other")

    assert await home.store.streams.last_runs(MAIN_SPACE) == {stream.id: second, other.id: only}
    assert await home.store.streams.last_runs(SpaceName("club")) == {}


async def test_times_come_back_aware_in_utc(home: Furnished) -> None:
    """A time given in another zone is the same moment when read, so 'stops 21:04' is right everywhere."""
    jakarta = timezone(timedelta(hours=7))
    stream, run = await home.began(started_at=datetime(2026, 3, 1, 19, 0, 0, 123_456, tzinfo=jakarta))

    assert run.started_at == datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)
    read = (await home.store.streams.run(run.id)).started_at
    assert (read, read.tzinfo) == (run.started_at, UTC)
    with pytest.raises(ValueError, match="naive"):
        await home.store.streams.set_ends_at(stream.id, NOON.replace(tzinfo=None))


async def test_an_unknown_run_is_said_to_be_unknown(home: Furnished) -> None:
    """A run that was never there is refused in words."""
    with pytest.raises(NotFound):
        await home.store.streams.run(RunId(10**30))
    with pytest.raises(NotFound):
        await home.store.streams.end_run(RunId(99), home.end())


async def test_runs_are_forgotten_after_their_time(home: Furnished) -> None:
    """History does not grow for ever: what ended long ago goes, but never a stream's last run or one that goes on."""
    stream, run = await home.began()
    runs = [run.id]
    for number in range(4):
        await home.store.streams.end_run(runs[-1], home.end(number * 60))
        if number < 3:
            runs.append((await home.began(stream=stream.id))[1].id)
    _, running = await home.began("other")
    late = NOON + timedelta(days=90)

    assert await home.store.streams.prune(NOON + timedelta(seconds=90)) == 2
    assert [run.id for run in await home.store.streams.runs(MAIN_SPACE)] == [running.id, *runs[:1:-1]]
    assert await home.store.streams.prune(late, most=1) == 1
    assert await home.store.streams.prune(late) == 0

    assert [run.id for run in await home.store.streams.runs(MAIN_SPACE)] == [running.id, runs[-1]]


async def test_an_open_outage_survives_a_crash(home: Furnished) -> None:
    """What was dark when the service died counts as dark until somebody says that the run is over."""
    stream, run = await home.began()
    dark = Trouble(OutputId("s1-d1"), NOON + timedelta(seconds=60), told=True, tries=4, failures=5, refusals=3)
    await home.store.streams.save_progress(run.id, Progress(NOON, Tally(5, 0, 2.0, 1), (dark,)))

    (left,) = await home.store.streams.open_runs()
    assert (left.troubles, left.saved_at) == ((dark,), NOON)
    assert left.dark_until(NOON + timedelta(seconds=100)) == 42.0

    await home.store.streams.forget(stream.id, NOON + timedelta(seconds=160))
    ended = await home.store.streams.run(run.id)
    assert (ended.dark_s, ended.troubles) == (102.0, ())
