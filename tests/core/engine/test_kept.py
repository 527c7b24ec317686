"""Streams that are kept: changed, started elsewhere, and what they are called when they don't run."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from core.errors import NotRunning
from core.model import ChangeRequest, Mode, Outcome, StartRequest, State

if TYPE_CHECKING:
    from tests.core.engine.rig import Rig

LOFI = StartRequest("lofi", ("youtube",))


async def test_a_change_is_seen_in_the_run_and_on_the_card(rig: Rig) -> None:
    """/history and /status name where the stream goes since a change, also one that was made while it was stopped."""
    view = await rig.engine.start(rig.rina, LOFI)
    await rig.clock.advance(4)
    await rig.order(rig.engine.change(rig.rina, view.id, ChangeRequest(source="ngaji", destinations=("twitch",))))
    assert view.run is not None
    run = await rig.store.streams.run(view.run)
    assert (run.source_name, run.destination_names) == ("ngaji", "twitch")

    await rig.order(rig.engine.stop(rig.rina, view.id))
    await rig.order(rig.engine.change(rig.rina, view.id, ChangeRequest(destinations=("facebook",))))
    assert (await rig.stream("lofi")).destinations == ("facebook",)


async def test_the_end_of_what_does_not_run_is_not_changed(rig: Rig) -> None:
    """`/change lofi for=1h` on a stopped stream is refused: nothing would come of it, now or at the next start."""
    view = await rig.engine.start(rig.rina, LOFI)
    await rig.order(rig.engine.stop(rig.rina, view.id))
    later = rig.clock.now() + timedelta(hours=1)
    with pytest.raises(NotRunning):
        await rig.order(rig.engine.change(rig.rina, view.id, ChangeRequest(ends_at=later)))


async def test_a_kept_stream_starts_elsewhere(rig: Rig) -> None:
    """A kept stream's name is its source's where another destination is named, also while it runs."""
    order = StartRequest("lofi", ("youtube",), name="me", mode=Mode.ENCODE)
    view = await rig.engine.start(rig.rina, order)
    other = await rig.engine.start(rig.rina, StartRequest("me", ("twitch",)))
    await rig.order(rig.engine.stop(rig.rina, view.id))
    third = await rig.engine.start(rig.rina, StartRequest(f"#s{view.id}", ("spare",)))
    assert [(it.source.name, it.mode, it.outputs[0].destination) for it in (other, third)] == [
        ("lofi", Mode.ENCODE, "twitch"),
        ("lofi", Mode.ENCODE, "spare"),
    ]


async def test_what_failed_is_called_failed(rig: Rig) -> None:
    """Who stops a stream that failed reads the state that its card shows."""
    view = await rig.engine.start(rig.rina, LOFI)
    await rig.clock.advance(4)
    place = rig.deck.places.of(view.id)
    assert place is not None
    await rig.order(rig.deck.end(place, Outcome.FAILED, None))
    with pytest.raises(NotRunning) as refusal:
        await rig.engine.stop(rig.rina, view.id)
    assert refusal.value.state == (await rig.stream("lofi")).state == State.FAILED
