"""How fast a chat is written to, and who goes first."""

import asyncio

from adapters.telegram.pace import Pace
from tests.fakes.clock import FakeClock

CHAT = "7"


async def test_what_is_kept_up_to_date_leaves_room_for_an_alert() -> None:
    """A card's refresh leaves a chat's last free moment to alerts: one goes at once, while the next refresh waits."""
    # P10, N1
    clock = FakeClock()
    pace = Pace(clock)
    await pace.wait_turn(CHAT, spare=1)
    refresh = asyncio.create_task(pace.wait_turn(CHAT, spare=1))
    await clock.settle()
    assert not refresh.done()

    alert = asyncio.create_task(pace.wait_turn(CHAT))
    await clock.settle()
    assert alert.done()

    await clock.advance(1.5)
    assert not refresh.done()
    await clock.advance(1)
    assert refresh.done()
