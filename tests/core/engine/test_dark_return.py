"""What was dark when the service went away, or died with it: told to its end, counted, and not knocked at anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.events import OutputRecovered, OutputStillDark, OutputWentDark, ServiceCameBack, StreamEnded
from core.model import Outcome, StartRequest, State
from tests.core.engine.rig import Rig, told
from tests.fakes.runner import Script, exits

LOFI = StartRequest("lofi", ("youtube",))
REFUSED = exits(1, "Server error: denied")
HOUR_S = 3600.0


async def go_dark(rig: Rig) -> Any:
    """A stream is on air for a minute, then its key is refused; return what was told of it."""
    await rig.engine.start(rig.rina, LOFI)
    await rig.clock.advance(60)
    rig.host.script(*[REFUSED] * 6)
    rig.host.kill((await rig.stream("lofi")).outputs[0].id)
    await rig.clock.advance(10)
    return told(rig, OutputWentDark)[0]


async def test_an_outage_outlives_the_service_that_told_of_it(rig: Rig) -> None:
    """Killed in the middle of an outage, the service ends that outage when it is back: one beginning, one end."""
    dark = await go_dark(rig)
    await rig.crash()
    rig.host.scripts.clear()
    await rig.clock.advance(30)

    await rig.open()
    await rig.clock.advance(4)

    said = rig.heard()
    assert [e.dark_since for e in said if isinstance(e, OutputStillDark)] == [dark.dark_since]
    assert not [e for e in said if isinstance(e, OutputWentDark)]
    (came,) = [e for e in said if isinstance(e, ServiceCameBack)]
    assert (came.went_on, came.started_again, came.still_dark) == ((), (), ("lofi",))
    (back,) = [e for e in said if isinstance(e, OutputRecovered)]
    assert back.dark_since == dark.dark_since
    assert 40 < back.dark_s < 45
    view = await rig.stream("lofi")
    assert (view.state, round(view.dark_s, 3)) == (State.LIVE, round(back.dark_s, 3))


async def test_a_refused_key_is_not_knocked_at_anew(rig: Rig) -> None:
    """A restart of the service is no reason to ask an ingest quickly again that has refused the key three times."""
    await rig.engine.start(rig.rina, LOFI)
    rig.host.script(*[REFUSED] * 9)
    await rig.clock.advance(60)
    await rig.crash()
    before = len(rig.host.spawned)

    await rig.open()
    await rig.clock.advance(200)

    assert len(rig.host.spawned) == before + 1


async def test_darkness_is_not_counted_twice(rig: Rig) -> None:
    """However often the service dies during one outage, the outage lasts as long as it lasted."""
    await go_dark(rig)
    for _ in range(3):
        await rig.crash()
        await rig.clock.advance(10)
        rig.host.script(REFUSED)
        await rig.open()
        await rig.clock.advance(10)
    assert (await rig.stream("lofi")).dark_s == pytest.approx(70, abs=3)


async def test_a_night_without_the_service_is_dark(rig: Rig) -> None:
    """Where the whole host was away, its streams were dark for as long: since they were last known to be on air."""
    await rig.engine.start(rig.rina, LOFI)
    await rig.clock.advance(60)
    await rig.crash()
    rig.host.reboot()
    await rig.clock.advance(6 * HOUR_S)

    await rig.open()
    await rig.clock.advance(4)

    assert (await rig.stream("lofi")).dark_s == pytest.approx(6 * HOUR_S, abs=65)
    assert not told(rig, OutputWentDark, OutputRecovered)  # the one line of the service that is back has told it


async def test_what_died_alone_was_dark_since_it_died(rig: Rig) -> None:
    """Where an FFmpeg died while the service was away, its own files tell since when it has been dark."""
    view = await rig.engine.start(rig.rina, LOFI)
    await rig.clock.advance(60)
    await rig.crash()
    await rig.clock.advance(HOUR_S)
    rig.host.kill(view.outputs[0].id)
    await rig.clock.advance(600)

    await rig.open()
    await rig.clock.advance(4)

    assert (await rig.stream("lofi")).dark_s == pytest.approx(600, abs=3)


async def test_what_was_taken_over_was_never_dark(rig: Rig) -> None:
    """A night without the service alone is no darkness: the FFmpegs went on."""
    await rig.engine.start(rig.rina, LOFI)
    await rig.clock.advance(60)
    await rig.crash()
    await rig.clock.advance(6 * HOUR_S)

    await rig.open()
    await rig.clock.advance(4)

    assert (await rig.stream("lofi")).dark_s == 0


async def test_what_came_back_alone_was_dark_until_then(rig: Rig) -> None:
    """An FFmpeg that was started just before the service died, and went live after it, ends its outage at its start."""
    await rig.engine.start(rig.rina, LOFI)
    await rig.clock.advance(60)
    rig.host.script(REFUSED, Script(live_after_s=5.0))
    rig.host.kill((await rig.stream("lofi")).outputs[0].id)
    await rig.clock.advance(5)
    assert (await rig.stream("lofi")).state is State.RETRYING
    await rig.crash()
    await rig.clock.advance(HOUR_S)

    await rig.open()
    await rig.clock.advance(4)

    (back,) = told(rig, OutputRecovered)
    assert back.dark_s < 5


async def test_the_dark_part_of_a_run_that_was_taken_over_is_kept(rig: Rig) -> None:
    """What a run came to before a restart of the service is what it came to after it."""
    await go_dark(rig)
    rig.host.scripts.clear()
    await rig.engine.restart(rig.rina, (await rig.stream("lofi")).id)
    await rig.clock.advance(400)
    before = await rig.stream("lofi")
    await rig.crash()

    await rig.open()
    await rig.clock.advance(4)

    after = await rig.stream("lofi")
    assert (after.dark_s, after.restarts, after.outputs[0].failures) == (before.dark_s, before.restarts, 0)
    assert after.bytes_sent == pytest.approx(before.bytes_sent, rel=0.02)


async def test_an_alert_ends_with_a_stream_whose_end_came_meanwhile(rig: Rig) -> None:
    """A stream that was dark when the service died, and should have stopped since, is not said to be tried again."""
    ends_at = rig.clock.now() + timedelta(minutes=5)
    await rig.engine.start(rig.rina, replace(LOFI, ends_at=ends_at))
    await rig.clock.advance(60)
    rig.host.script(*[REFUSED] * 3)
    rig.host.kill((await rig.stream("lofi")).outputs[0].id)
    await rig.clock.advance(5)
    dark, *_ = told(rig, OutputWentDark)
    await rig.crash()
    await rig.clock.advance(HOUR_S)

    await rig.open()

    still, ended = told(rig, OutputStillDark, StreamEnded)
    assert (still.output, still.dark_since) == (dark.output, dark.dark_since)
    assert (ended.run, ended.outcome) == (dark.run, Outcome.SCHEDULED)
    assert (await rig.stream("lofi")).dark_s == pytest.approx(HOUR_S, abs=10)
