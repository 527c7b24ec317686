"""Streams as they are wanted, and what may not happen to them."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from core.errors import NameInUse, NotFound
from core.model import (
    MAIN_SPACE,
    CauseCode,
    DestinationId,
    Mode,
    Outcome,
    Platform,
    SourceKind,
    SourceRef,
    SpaceName,
    StreamId,
    StreamSpec,
    UserId,
)
from core.store import Store
from core.store.tables import StreamDestination
from tests.fakes.stores import NOON, Furnished, furnish, opened

CLUB = SpaceName("club")


async def count_links(store: Store) -> int:
    """Return how many rows say where streams go."""
    return len(await store.streams.database.read(lambda session: session.exec(select(StreamDestination)).all()))


async def test_an_accepted_order_survives_the_service(home: Furnished, database: Path) -> None:
    """What somebody ordered is still wanted, with its open run, when the service comes back."""
    # R2
    stream, run = await home.began(ends_at=NOON + timedelta(hours=6))
    await home.store.close()

    async with opened(database) as store:
        assert await store.streams.all() == [stream]
        assert await store.streams.open_runs() == [run]
    assert stream.wanted
    assert not stream.held
    assert stream.run == run.id
    assert stream.ends_at == NOON + timedelta(hours=6)


async def test_everything_said_of_a_stream_is_kept(home: Furnished) -> None:
    """A stream with every setting changed is read back as it was ordered, its destinations in their order."""
    second = await home.store.destinations.add(MAIN_SPACE, "twitch", Platform.TWITCH, "rtmp://b.test/app", "s", "l")
    playlist = await home.store.playlists.create(MAIN_SPACE, "Malam")
    spec = StreamSpec(
        source=SourceRef(SourceKind.PLAYLIST, playlist.id, "Malam"),
        destinations=(second.id, home.youtube.id),
        mode=Mode.ENCODE,
        loop=False,
        quality="720p30",
        rotate_s=41_400,
    )

    stream, run = await home.began("malam", spec=spec)

    assert stream.spec == spec
    assert (run.mode, run.stream_name, run.started_by) == (Mode.ENCODE, "malam", home.rina.id)
    assert await home.store.streams.get(stream.id) == stream


async def test_a_kept_stream_is_started_again(home: Furnished) -> None:
    """Starting a kept stream again takes up its row with the new settings and a run of its own."""
    stream, first = await home.began()
    await home.store.streams.end_run(first.id, home.end())
    await home.store.streams.set_held(stream.id, held=True)

    again, second = await home.began("lofi2", stream=stream.id, ends_at=None)

    assert again.id == stream.id
    assert again.name == "lofi2"
    assert (again.wanted, again.held, again.run) == (True, False, second.id)
    assert [run.stream_name for run in await home.store.streams.runs(MAIN_SPACE)] == ["lofi2", "lofi"]


async def test_a_run_that_a_crash_left_open_is_closed_by_the_next(home: Furnished) -> None:
    """After a crash a stream can always be started again; the run whose end nobody saw says so."""
    # R5
    stream, lost = await home.began()

    _, run = await home.began(stream=stream.id, started_at=NOON + timedelta(hours=1))

    lost = await home.store.streams.run(lost.id)
    assert (lost.outcome, lost.cause and lost.cause.code) == (Outcome.FAILED, CauseCode.GONE)
    assert lost.ended_at == NOON + timedelta(hours=1)
    assert await home.store.streams.open_runs() == [run]


async def test_a_name_in_use_is_refused(home: Furnished) -> None:
    """A second stream of the same name is refused and nothing of it is kept."""
    await home.began()

    with pytest.raises(NameInUse):
        await home.began()

    assert len(await home.store.streams.all()) == 1
    assert len(await home.store.streams.open_runs()) == 1


@pytest.mark.parametrize("gone", ["destination", "source", "user", "stream"])
async def test_an_order_for_what_is_not_there_leaves_nothing(home: Furnished, gone: str) -> None:
    """An order that names a thing which was just removed is refused and leaves no half of a stream behind."""
    order = home.order()
    no_source = SourceRef(SourceKind.MEDIA, 99, "x")
    order = {
        "destination": replace(order, spec=replace(order.spec, destinations=(home.youtube.id, DestinationId(99)))),
        "source": replace(order, spec=replace(order.spec, source=no_source)),
        "user": replace(order, started_by=UserId(99)),
        "stream": replace(order, stream=StreamId(99)),
    }[gone]

    with pytest.raises(NotFound) as refused:
        await home.store.streams.begin(order)

    assert refused.value.kind == gone
    assert await home.store.streams.all() == []
    assert await home.store.streams.open_runs() == []


async def test_another_spaces_things_can_not_be_streamed(store: Store) -> None:
    """A team can neither play another team's file nor push to its destination, nor start its stream."""
    ours, theirs = await furnish(store), await furnish(store, CLUB)
    stream, _ = await ours.began()
    foreign = [
        replace(theirs.order(), spec=ours.order().spec, space=CLUB),
        replace(theirs.order(), spec=replace(theirs.order().spec, destinations=(ours.youtube.id,)), space=CLUB),
        replace(theirs.order(), stream=stream.id, space=CLUB),
        replace(ours.order(), stream=stream.id, space=CLUB),
    ]

    for order in foreign:
        with pytest.raises(NotFound):
            await store.streams.begin(order)

    assert await store.streams.all(CLUB) == []
    assert await store.streams.get(stream.id) == stream


async def test_two_spaces_may_use_one_name(store: Store) -> None:
    """Two teams may both have a 'lofi', and each sees its own."""
    ours, theirs = await furnish(store), await furnish(store, CLUB)
    mine, _ = await ours.began()
    yours, _ = await theirs.began(space=CLUB)

    assert await store.streams.all(MAIN_SPACE) == [mine]
    assert await store.streams.all(CLUB) == [yours]
    assert len(await store.streams.all()) == 2
    assert [run.stream for run in await store.streams.runs(CLUB)] == [yours.id]
    assert await store.streams.runs(MAIN_SPACE, yours.id) == []


async def test_wishes_are_changed_one_by_one(home: Furnished) -> None:
    """A stop, an end moved, a hold: each is stored and touches no other stream."""
    # R8
    stream, _ = await home.began()
    other, _ = await home.began("other")
    streams = home.store.streams

    await streams.set_ends_at(stream.id, NOON)
    await streams.set_held(stream.id, held=True)
    await streams.set_wanted(stream.id, wanted=False)

    changed = await streams.get(stream.id)
    assert (changed.wanted, changed.held, changed.ends_at) == (False, True, NOON)
    assert await streams.get(other.id) == other
    await streams.set_ends_at(stream.id, None)
    assert (await streams.get(stream.id)).ends_at is None


async def test_a_stream_is_changed(home: Furnished) -> None:
    """A stream gets another name and another target, and its history keeps the name that it had."""
    stream, run = await home.began()
    await home.began("other")
    spec = replace(stream.spec, loop=False, destinations=())

    changed = await home.store.streams.update(stream.id, name="lofi-2", spec=spec)

    assert (changed.name, changed.spec) == ("lofi-2", spec)
    assert (await home.store.streams.run(run.id)).stream_name == "lofi"
    with pytest.raises(NameInUse):
        await home.store.streams.update(stream.id, name="other")
    assert await home.store.streams.update(stream.id, name="lofi-2") == changed


async def test_two_services_at_once_make_one_stream(home: Furnished, database: Path) -> None:
    """Two processes that start a stream of one name in the same instant make one: the other is refused."""
    async with opened(database) as other:
        results = await asyncio.gather(
            *(store.streams.begin(home.order()) for store in (home.store, other)), return_exceptions=True
        )

    assert len([result for result in results if isinstance(result, NameInUse)]) == 1
    assert len(await home.store.streams.all()) == 1


async def test_a_forgotten_stream_leaves_its_history(home: Furnished) -> None:
    """A forgotten stream is gone, its runs can still be read, and its id is never used again."""
    stream, run = await home.began()

    await home.store.streams.forget(stream.id, NOON + timedelta(minutes=1))

    assert await home.store.streams.all() == []
    (kept,) = await home.store.streams.runs(MAIN_SPACE)
    assert (kept.id, kept.stream_name, kept.ended_at) == (run.id, "lofi", NOON + timedelta(minutes=1))
    assert await count_links(home.store) == 0
    again, _ = await home.began()
    assert again.id > stream.id
    assert await home.store.streams.runs(MAIN_SPACE, again.id) != [kept]


@pytest.mark.parametrize("stream", [0, -1, 99, 2**63, 10**40])
async def test_an_unknown_stream_is_said_to_be_unknown(store: Store, stream: int) -> None:
    """A button of a stream that is gone, or a made-up number, is refused in words."""
    with pytest.raises(NotFound):
        await store.streams.get(StreamId(stream))
    with pytest.raises(NotFound):
        await store.streams.set_wanted(StreamId(stream), wanted=True)
    with pytest.raises(NotFound):
        await store.streams.forget(StreamId(stream), NOON)


async def test_what_is_stopped_altogether_stays_stopped(home: Furnished) -> None:
    """After `streambro stop-all` no stream of any team is wanted, and it says of how many that was news."""
    stream, _ = await home.began()

    assert await home.store.streams.unwish_all() == 1
    assert await home.store.streams.unwish_all() == 0

    assert not (await home.store.streams.get(stream.id)).wanted
