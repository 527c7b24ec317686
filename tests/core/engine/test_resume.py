"""After a restore nothing is sent by itself, and /resume brings back just what was on the air."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.model import MAIN_SPACE, StartRequest, State
from tests.core.engine.rig import Rig


@pytest.fixture
async def restored(tmp_path: Path) -> AsyncIterator[Rig]:
    """A service on a restored copy: one stream was on air, one should have ended meanwhile, one had been stopped."""
    rig = Rig(tmp_path)
    await rig.prepare()
    for name, key in (("lofi", "youtube"), ("ngaji", "twitch")):
        ends_at = rig.clock.now() + timedelta(hours=1) if name == "ngaji" else None
        await rig.order(rig.engine.start(rig.rina, StartRequest(name, (key,), ends_at=ends_at)))
    stopped = await rig.order(rig.engine.start(rig.rina, StartRequest("lofi", ("spare",), name="old")))
    await rig.clock.advance(5)
    await rig.order(rig.engine.stop(rig.rina, stopped.id))
    await rig.store.hold_all()
    await rig.crash()
    rig.host.reboot()
    await rig.clock.advance(2 * 3600)
    await rig.open()
    yield rig
    await rig.crash()


async def test_nothing_starts_by_itself(restored: Rig) -> None:
    """A copy that runs beside its original pushes no key."""  # N4
    await restored.clock.advance(600)
    assert not restored.host.processes


async def test_resume_starts_what_was_on_air(restored: Rig) -> None:
    """What was on air comes back; what should have ended by now, and what had been stopped, does not."""
    started = await restored.order(restored.engine.resume(restored.rina, None))
    await restored.clock.advance(5)

    assert [view.name for view in started] == ["lofi"]
    assert {name: (await restored.stream(name)).state for name in ("lofi", "ngaji", "old")} == {
        "lofi": State.LIVE,
        "ngaji": State.STOPPED,
        "old": State.STOPPED,
    }
    assert not any(record.held for record in await restored.store.streams.all(MAIN_SPACE))
    assert await restored.order(restored.engine.resume(restored.rina, None)) == []
