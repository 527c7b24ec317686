"""One encoding for many destinations: made once, passed on by a process of each one's own."""

from dataclasses import replace
from typing import Any

import pytest

from core.events import OutputFailed, OutputRecovered, OutputRotated, OutputWentDark, OutputWentLive, StreamEnded
from core.model import CauseCode, ChangeRequest, Mode, Outcome, OutputId, StartRequest, State, StreamView
from tests.core.engine.rig import GOOD, Rig, told
from tests.fakes.runner import Script, exits, goes_live

BOTH = ("youtube", "twitch")
ENCODING = OutputId("s1-encoding")
MISSING = "file:/media/lofi.mp4: No such file or directory"


async def start(rig: Rig, *scripts: Script, **more: Any) -> StreamView:
    """Start an encoding to two destinations and give it time to be live everywhere."""
    rig.host.script(*scripts)
    view = await rig.engine.start(rig.rina, StartRequest("lofi", BOTH, mode=Mode.ENCODE, **more))
    await rig.clock.advance(5)
    return await rig.engine.view(rig.rina.space, view.id)


async def look(rig: Rig) -> StreamView:
    """Return the stream as it is now."""
    view: StreamView = await rig.stream("lofi")
    return view


def encoders(rig: Rig) -> list[str]:
    """What encodes now."""
    return [output for output, process in rig.host.processes.items() if "libx264" in process.spec.argv]


def relays(rig: Rig) -> list[str]:
    """What passes on now, in order."""
    return sorted(output for output in rig.host.processes if output not in encoders(rig))


async def test_the_picture_is_encoded_once(rig: Rig) -> None:
    """Encoding for two destinations costs one encoder; each destination is live on its own, and shown so."""
    # P7
    view = await start(rig)

    assert encoders(rig) == ["s1-encoding"]
    assert relays(rig) == ["s1-d1", "s1-d2"]
    assert view.state is State.LIVE
    assert [output.destination for output in view.outputs] == list(BOTH)
    assert view.encoding is not None
    assert len(told(rig, OutputWentLive)) == 2


async def test_one_destination_goes_on_as_before(rig: Rig) -> None:
    """With a single destination nothing stands between the encoder and the ingest."""
    await rig.engine.start(rig.rina, StartRequest("lofi", ("youtube",), mode=Mode.ENCODE))
    await rig.clock.advance(5)

    assert list(rig.host.processes) == encoders(rig) == ["s1-d1"]


async def test_a_fault_of_one_leaves_the_others_alone(rig: Rig) -> None:
    """When one destination closes its connection, the encoder and the other destination don't notice."""
    # P7
    await start(rig)
    others = {output: rig.host.processes[output] for output in (ENCODING, OutputId("s1-d2"))}
    rig.heard()
    rig.host.kill(OutputId("s1-d1"))
    await rig.clock.advance(5)

    assert {output: rig.host.processes[output] for output in others} == others
    assert (await look(rig)).state is State.LIVE
    assert {event.destination for event in told(rig, OutputWentDark, OutputRecovered)} == {"youtube"}


async def test_a_lost_track_of_one_destination_is_noticed(rig: Rig) -> None:
    """What passes on a looped clip is held against whole passes of that clip, which it does not read itself."""
    # P2
    clip = replace(GOOD, duration_s=8.0)
    await rig.store.media.put(rig.rina.space, "lofi.mp4", 2000, 2, clip, None)
    await start(rig, goes_live(), Script(loud_until_s=60))
    await rig.clock.advance(100)

    assert [event.cause.code for event in told(rig, OutputWentDark)] == [CauseCode.LOST_TRACK]


async def test_a_dead_encoder_comes_back_with_all(rig: Rig) -> None:
    """An encoder that is killed darkens all it feeds: told with its cause for each, once, and once that it is over."""
    # N1, P1
    await start(rig)
    rig.heard()
    rig.host.kill(ENCODING)
    await rig.clock.settle()
    dark = told(rig, OutputWentDark)
    assert [(event.destination, event.cause.code) for event in dark] == [(name, CauseCode.KILLED) for name in BOTH]
    assert all(0 < event.next_try_s < 2 for event in dark)

    await rig.clock.advance(8)
    assert (await look(rig)).state is State.LIVE
    assert {event.destination for event in told(rig, OutputRecovered)} == set(BOTH)
    assert len(relays(rig)) == 2


async def test_nothing_is_passed_on_before_there_is_something(rig: Rig) -> None:
    """While the encoder has nothing to show no destination is opened, and the stream is 'starting'."""
    # P3
    view = await start(rig, Script(live_after_s=10))
    assert (view.state, relays(rig)) == (State.STARTING, [])

    await rig.clock.advance(15)
    assert (await look(rig)).state is State.LIVE


async def test_an_encoder_that_fails_is_told_at_the_third_time(rig: Rig) -> None:
    """Failures of the encoder count for the destinations that wait for it, and its next try is theirs."""
    crash = exits(1, "Cannot allocate memory")
    await start(rig, goes_live(), goes_live(), goes_live())
    rig.heard()
    rig.host.script(*[crash] * 5)
    rig.host.kill(ENCODING)
    await rig.clock.advance(9)

    dark = told(rig, OutputWentDark)
    assert sorted((event.destination, event.failures) for event in dark) == [
        *[("twitch", 1), ("twitch", 3)],
        *[("youtube", 1), ("youtube", 3)],
    ]
    waiting = (await look(rig)).outputs[0]
    assert waiting.state is State.RETRYING
    assert waiting.next_try_at is not None
    await rig.clock.advance(120)
    assert (await look(rig)).state is State.LIVE


async def test_a_cause_that_lasts_ends_the_stream(rig: Rig) -> None:
    """A file that is gone ends the stream with that cause after three tries, and no destination was ever opened."""
    await start(rig, *[exits(1, MISSING)] * 3)
    await rig.clock.advance(60)

    view = await look(rig)
    assert view.state is State.FAILED
    assert view.ended is not None
    assert view.ended.cause is not None
    assert view.ended.cause.code is CauseCode.SOURCE_MISSING
    assert len(told(rig, OutputFailed)) == 2
    assert rig.host.spawned == ["s1-encoding"] * 3


async def test_a_stop_ends_all(rig: Rig) -> None:
    """After `/stop` neither the encoder nor anything that passed it on is left, and nothing is told as trouble."""
    # R6
    view = await start(rig)
    rig.heard()
    ended = await rig.order(rig.engine.stop(rig.rina, view.id))

    assert not rig.host.processes
    assert ended.state is State.STOPPED
    assert not told(rig, OutputWentDark)


@pytest.mark.parametrize("waits", ["for the encoder", "for its next try"])
async def test_a_stop_in_trouble_ends_all(rig: Rig, waits: str) -> None:
    """A stream whose encoder can't be started is stopped as quickly as any."""
    # R6
    first = Script(live_after_s=None) if waits == "for the encoder" else exits(1, "Cannot allocate memory")
    view = await start(rig, first)
    ended = await rig.order(rig.engine.stop(rig.rina, view.id))

    assert ended.state is State.STOPPED
    assert not rig.host.processes


async def test_the_service_takes_all_of_it_over(rig: Rig) -> None:
    """A killed service finds encoder and destinations running and starts nothing anew."""
    # R2, N2
    await start(rig)
    before = dict(rig.host.processes)
    await rig.crash()
    await rig.clock.advance(30)
    await rig.open()
    await rig.clock.advance(5)

    assert rig.host.processes == before
    assert (await look(rig)).state is State.LIVE
    rig.host.kill(ENCODING)
    await rig.clock.advance(8)
    assert (await look(rig)).state is State.LIVE


async def test_an_encoder_that_died_meanwhile_is_started_anew(rig: Rig) -> None:
    """Where the encoder died while the service was away, what hung on it is started again after it."""
    # R2
    await start(rig)
    await rig.crash()
    rig.host.kill(ENCODING)
    await rig.open()
    await rig.clock.advance(6)

    assert (await look(rig)).state is State.LIVE
    assert rig.host.spawned.count(ENCODING) == 2


async def test_a_change_of_places_changes_the_way(rig: Rig) -> None:
    """`/change` to one destination ends the encoding in the middle, `/change` back begins it anew: both as planned."""
    view = await start(rig)
    rig.heard()
    await rig.order(rig.engine.change(rig.rina, view.id, ChangeRequest(destinations=("youtube",))))
    await rig.clock.advance(5)
    assert encoders(rig) == list(rig.host.processes) == ["s1-d1"]

    await rig.order(rig.engine.change(rig.rina, view.id, ChangeRequest(destinations=BOTH)))
    await rig.clock.advance(8)
    assert encoders(rig) == ["s1-encoding"]
    assert (await look(rig)).state is State.LIVE
    assert not told(rig, OutputWentDark)


async def test_another_source_is_one_planned_break(rig: Rig) -> None:
    """`/change source=` is one break for every destination, counted as planned and never told as trouble."""
    view = await start(rig)
    rig.heard()
    await rig.order(rig.engine.change(rig.rina, view.id, ChangeRequest(source="ngaji")))
    await rig.clock.advance(8)

    now = await look(rig)
    assert (now.state, now.planned_breaks, now.restarts) == (State.LIVE, 2, 0)
    assert not told(rig, OutputWentDark)


async def test_rotation_is_one_break_for_all(rig: Rig) -> None:
    """With `rotate=` encoder and destinations take their break together, told once for each and never as trouble."""
    # N6
    await start(rig, rotate_s=3600)
    rig.heard()
    await rig.clock.advance(3610)

    view = await look(rig)
    assert (view.state, view.planned_breaks, view.restarts) == (State.LIVE, 2, 0)
    said = rig.heard()
    assert len([event for event in said if isinstance(event, OutputRotated)]) == 2
    assert not [event for event in said if isinstance(event, OutputWentDark)]


async def test_a_film_that_is_over_is_passed_on_to_its_end(rig: Rig) -> None:
    """Once the encoder has encoded a film that is played once, what it left is still sent before the stream ends."""
    encoder = Script(ends_after_s=70, exit_code=0, clean=True)
    relay = Script(ends_after_s=75, exit_code=0, clean=True)
    await start(rig, encoder, relay, relay, loop=False)
    await rig.clock.advance(67)
    assert encoders(rig) == []
    assert len(relays(rig)) == 2

    await rig.clock.advance(10)
    view = await look(rig)
    assert view.ended is not None
    assert view.ended.outcome is Outcome.FINISHED
    assert len(told(rig, StreamEnded)) == 1
