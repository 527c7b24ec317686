"""Planned breaks of a running stream: on time, by the process's real age, told as planned, counted apart."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.events import OutputRecovered, OutputRotated, OutputWentDark, OutputWentLive
from core.model import StartRequest, State
from tests.core.engine.rig import Rig
from tests.fakes.runner import Script

HOUR_S = 3600.0
DAY_S = 24 * HOUR_S
ELEVEN_AND_A_HALF_S = 41_400
MARGIN_S = 60.0
"""Looks are rare here: a new attempt is seen to be live within this."""


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    """Give an open rig that looks at its streams rarely, so that weeks pass quickly, and put it away."""
    made = Rig(tmp_path, tick_s=HOUR_S, sample_s=MARGIN_S / 2)
    await made.prepare()
    yield made
    await made.crash()
    assert not made.host.broken_promises


async def start(rig: Rig, rotate_s: int | None = ELEVEN_AND_A_HALF_S) -> None:
    """Have a stream run."""
    await rig.engine.start(rig.rina, StartRequest("lofi", ("youtube",), rotate_s=rotate_s))
    await rig.clock.advance(MARGIN_S)


async def counts(rig: Rig) -> tuple[State, int, int]:
    """Return its state, its planned breaks and its restarts for other reasons."""
    view = await rig.stream("lofi")
    return view.state, view.planned_breaks, view.restarts


async def test_rotation_is_on_time_and_counted_apart(rig: Rig) -> None:
    """With `rotate=11h30` every archive stays under 12 h: told as planned before each break, and never as trouble."""
    # N6
    await start(rig)
    await rig.clock.advance(ELEVEN_AND_A_HALF_S - 2 * MARGIN_S)
    assert await counts(rig) == (State.LIVE, 0, 0)
    await rig.clock.advance(2 * MARGIN_S)
    assert await counts(rig) == (State.LIVE, 1, 0)
    await rig.clock.advance(ELEVEN_AND_A_HALF_S)

    assert await counts(rig) == (State.LIVE, 2, 0)
    said = rig.heard()
    assert [event.after_s for event in said if isinstance(event, OutputRotated)] == pytest.approx([41_400] * 2)
    assert len([event for event in said if isinstance(event, OutputWentLive)]) == 1
    assert not [event for event in said if isinstance(event, OutputWentDark | OutputRecovered)]
    assert (await rig.stream("lofi")).dark_s == 0


@pytest.mark.parametrize("rotate_s", [None, int(60 * DAY_S)])
async def test_no_attempt_outlives_flv(rig: Rig, rotate_s: int | None) -> None:
    """Without `rotate=`, or with months, FFmpeg begins anew after 20 days: before FLV's timestamps wrap at 24.8."""
    # N6
    await start(rig, rotate_s)
    await rig.clock.advance(20 * DAY_S - 2 * MARGIN_S)
    assert await counts(rig) == (State.LIVE, 0, 0)
    await rig.clock.advance(2 * MARGIN_S)

    assert await counts(rig) == (State.LIVE, 1, 0)


@pytest.mark.parametrize("step", [timedelta(), timedelta(days=-3000), timedelta(days=3000)])
async def test_age_counts_from_the_process_itself(rig: Rig, step: timedelta) -> None:
    """A new service knows how old its FFmpegs are, whatever the clock on the wall was set to meanwhile."""
    # N6
    await start(rig)
    await rig.clock.advance(6 * HOUR_S)
    await rig.crash()
    rig.clock.step_wall(step)
    await rig.clock.advance(3 * HOUR_S)
    await rig.open()
    await rig.clock.advance(2.5 * HOUR_S - 3 * MARGIN_S)
    assert await counts(rig) == (State.LIVE, 0, 0)
    assert len(rig.host.spawned) == 1
    await rig.clock.advance(4 * MARGIN_S)

    assert await counts(rig) == (State.LIVE, 1, 0)
    assert not [event for event in rig.heard() if isinstance(event, OutputWentDark)]


async def test_overdue_rotation_happens_at_once(rig: Rig) -> None:
    """What grew too old while no service ran begins anew with the next one, as planned."""
    # N6
    await start(rig)
    await rig.crash()
    await rig.clock.advance(30 * HOUR_S)
    await rig.open()
    await rig.clock.advance(3 * MARGIN_S)

    assert await counts(rig) == (State.LIVE, 1, 0)


async def test_short_rotation_hides_no_failure(rig: Rig) -> None:
    """However short the time between planned breaks, a start that never succeeds is told as what it is."""
    # N6
    rig.host.script(*[Script(live_after_s=None)] * 3)
    await rig.engine.start(rig.rina, StartRequest("lofi", ("youtube",), rotate_s=5))
    await rig.clock.advance(70)

    assert (await rig.stream("lofi")).planned_breaks == 0
    assert [event for event in rig.heard() if isinstance(event, OutputWentDark)]
