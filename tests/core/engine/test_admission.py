"""One more stream on a full host: warned of or refused, as the configuration says; on a fake clock."""  # N7

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from core.config import CoreConfig, LimitsConfig, MonitorConfig
from core.errors import KeyInUse, Overloaded
from core.ffmpeg.contract import Capacity
from core.model import Mode, StartRequest
from core.monitor.room import Resource
from tests.core.engine.rig import Rig

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

ENCODED = StartRequest("lofi", ("youtube",), mode=Mode.ENCODE)


async def a_rig(folder: Path, *, refuse: bool, cpu_percent: float = 10.0, uplink_mbps: float | None = None) -> Rig:
    """A rig on a host with two cores."""
    limits = LimitsConfig(refuse_overload=refuse)
    rig = Rig(folder, CoreConfig(limits=limits, monitor=MonitorConfig(uplink_mbps=uplink_mbps)))
    await rig.prepare()

    async def capacity() -> Capacity:
        return Capacity(2, 4 * 2**30, 3 * 2**30, cpu_percent)

    assert rig.host.runner is not None
    rig.host.runner.capacity = capacity  # type: ignore[method-assign]  # the runner is a fake, and so is its host
    return rig


@pytest.fixture
async def full(tmp_path: Path) -> AsyncIterator[Rig]:
    """A service that warns, on a busy host."""
    rig = await a_rig(tmp_path, refuse=False, cpu_percent=60)
    yield rig
    await rig.crash()


@pytest.fixture
async def strict(tmp_path: Path) -> AsyncIterator[Rig]:
    """A service that refuses, on a host that has room for one encoding."""
    rig = await a_rig(tmp_path, refuse=True)
    yield rig
    await rig.crash()


async def test_what_overloads_is_started_with_a_warning(full: Rig) -> None:
    """It is the person's decision: the stream starts, and its view says what was too little."""
    view = await full.engine.start(full.rina, ENCODED)
    assert view.shortage is not None
    assert view.shortage.resource is Resource.CPU
    assert view.shortage.needs == 100
    assert view.shortage.free == pytest.approx(40)


async def test_what_fits_is_not_warned_of(full: Rig) -> None:
    """A copy has room where an encoding has none."""
    view = await full.engine.start(full.rina, StartRequest("lofi", ("youtube",)))
    assert view.shortage is None


async def test_a_full_host_refuses_where_it_is_told_to(strict: Rig) -> None:
    """The second encoding is refused with what it needs, takes up no place, and a copy still starts."""
    await strict.engine.start(strict.rina, ENCODED)
    with pytest.raises(Overloaded) as refused:
        await strict.engine.start(strict.rina, StartRequest("ngaji", ("twitch",), mode=Mode.ENCODE))
    assert (refused.value.reason, refused.value.mode, refused.value.needs) == ("cpu", "encode", 100)
    assert len(list(strict.deck.places)) == 1
    await strict.engine.start(strict.rina, StartRequest("ngaji", ("twitch",)))


async def test_orders_at_once_do_not_share_one_core(strict: Rig) -> None:
    """Three encodings ordered in the same moment: one starts."""
    orders = [
        strict.engine.start(strict.rina, StartRequest(source, (to,), mode=Mode.ENCODE))
        for source, to in (("lofi", "youtube"), ("ngaji", "twitch"), ("dzikir", "facebook"))
    ]
    outcomes = await asyncio.gather(*orders, return_exceptions=True)
    assert sum(isinstance(outcome, Overloaded) for outcome in outcomes) == 2


async def test_what_stays_true_is_said_first(strict: Rig) -> None:
    """A key that is in use stays in use with all the room in the world."""
    await strict.engine.start(strict.rina, ENCODED)
    with pytest.raises(KeyInUse):
        await strict.engine.start(strict.rina, StartRequest("ngaji", ("youtube",), mode=Mode.ENCODE))


async def test_the_uplink_counts_by_destination(tmp_path: Path) -> None:
    """A line of 10 Mbit/s has room for two copies, not for three."""
    rig = await a_rig(tmp_path, refuse=True, uplink_mbps=10)
    with pytest.raises(Overloaded) as refused:
        await rig.engine.start(rig.rina, StartRequest("lofi", ("youtube", "twitch", "facebook")))
    assert refused.value.reason == "uplink"
    await rig.engine.start(rig.rina, StartRequest("lofi", ("youtube", "twitch")))
    await rig.crash()


async def test_health_says_how_many_fit(full: Rig) -> None:
    """So many copies, no encoding, and by what."""
    health = await full.engine.health()
    assert (health.copies_fit, health.encodes_fit) == (20, 0)
    assert health.copies is not None
    assert health.copies.by == {Resource.CPU: 40, Resource.MEMORY: 153}
