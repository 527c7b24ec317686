"""Faults of our own: a stream that meets one is brought back, or given up with a word; its siblings never notice."""

from __future__ import annotations

from typing import Any

from core.events import OutputFailed, OutputRecovered, OutputWentDark, StreamEnded
from core.ffmpeg.contract import Sample
from core.model import Cause, CauseCode, Outcome, OutputId, StartRequest, State
from tests.core.engine.rig import Rig, told

BOTH = StartRequest("lofi", ("youtube", "twitch"))
UNHEARD_OF: Any = "a number that is none"


async def confuse(rig: Rig, output: OutputId) -> None:
    """Let an output meet what nobody thought of."""
    process = rig.host.processes[output]
    assert rig.host.runner is not None
    rig.host.runner.report(Sample(output, process.epoch, UNHEARD_OF))
    await rig.clock.settle()


async def test_a_defect_is_one_more_way_to_go_dark(rig: Rig) -> None:
    """An output that meets a fault of ours is told of and back after the backoff; the stream's other one goes on."""
    view = await rig.engine.start(rig.rina, BOTH)
    await rig.clock.advance(10)
    hit, other = (output.id for output in view.outputs)
    untouched = rig.host.processes[other]

    await confuse(rig, hit)
    assert hit not in rig.host.processes
    await rig.clock.advance(3)

    said = rig.heard()
    (dark,) = [e for e in said if isinstance(e, OutputWentDark)]
    assert (dark.output, dark.cause.code) == (hit, CauseCode.DEFECT)
    assert [e.output for e in said if isinstance(e, OutputRecovered)] == [hit]
    assert (await rig.stream("lofi")).state is State.LIVE
    assert rig.host.processes[other] is untouched


async def test_a_defect_that_stays_is_given_up_with_a_word(rig: Rig) -> None:
    """Three times in a row, and the output is given up: that is told, no process is left, the other one goes on."""
    view = await rig.engine.start(rig.rina, BOTH)
    await rig.clock.advance(10)
    hit, other = (output.id for output in view.outputs)

    for _ in range(3):
        await confuse(rig, hit)
        await rig.clock.advance(5)

    (failed,) = told(rig, OutputFailed)
    assert (failed.output, failed.cause.code, failed.tries) == (hit, CauseCode.DEFECT, 3)
    assert list(rig.host.processes) == [other]


async def test_a_stop_is_not_undone_by_a_defect(rig: Rig) -> None:
    """A stream that is told to stop just when it meets a fault of ours is stopped."""
    view = await rig.engine.start(rig.rina, StartRequest("lofi", ("youtube",)))
    await rig.clock.advance(10)
    await confuse(rig, view.outputs[0].id)
    ended = await rig.order(rig.engine.stop(rig.rina, view.id))
    assert ended.ended.outcome is Outcome.STOPPED
    assert not rig.host.processes


async def test_a_stream_that_can_not_be_watched_any_more_is_off_the_list_with_a_word(rig: Rig) -> None:
    """Where even the end of an FFmpeg fails, the rest is ended, people are told, and the stream can be started anew."""
    view = await rig.engine.start(rig.rina, BOTH)
    await rig.clock.advance(10)
    hit, other = (output.id for output in view.outputs)
    rig.host.unstoppable.add(hit)

    await confuse(rig, hit)

    said = rig.heard()
    assert {e.output for e in said if isinstance(e, OutputFailed)} == {hit, other}
    (ended,) = [e for e in said if isinstance(e, StreamEnded)]
    assert (ended.outcome, ended.cause) == (Outcome.FAILED, Cause(CauseCode.DEFECT))
    assert list(rig.host.processes) == [hit]
    assert not list(rig.deck.places)
    assert (await rig.stream("lofi")).ended.outcome is Outcome.FAILED
