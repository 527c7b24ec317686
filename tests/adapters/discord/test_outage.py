"""Discord is away for an hour: what happened meanwhile is told through the real adapter once it is back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.adapters.discord.club import Club, Ears, plain, running
from tests.bot.pushing import Pushing
from tests.fakes.clock import FakeClock
from tests.fakes.discord_api import FakeDiscord
from tests.fakes.discord_client import point_at

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

HOUR_S = 3600.0
MANY_SECONDS = 2000
ROUNDS = 100


async def in_time(clock: FakeClock, check: Callable[[], object], what: str) -> None:
    """Move the clock on, second by second, until `check` holds: the platform is behind real sockets."""
    for _ in range(MANY_SECONDS):
        for _ in range(ROUNDS):
            await asyncio.sleep(0)
        await asyncio.sleep(0.001)  # and the store in another thread
        if check():
            return
        await clock.advance(1)
    raise AssertionError(f"waited in vain for {what}")


async def test_an_hour_without_discord_loses_no_alert(
    ears: Ears, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each death and each return of an hour's outage is read afterwards, in order, and each but once."""  # N9
    clock = FakeClock()
    async with FakeDiscord(now=lambda: clock.now().timestamp()) as fake:
        point_at(fake, monkeypatch)
        club = Club(fake, ears)
        club.rebuild(clock)
        folder = tmp_path / "pushing"
        folder.mkdir()
        service = Pushing(folder, clock)
        await service.open()
        service.push.channels["discord"] = club.channel
        await service.subscribe(club.chat)
        async with running(club):
            await club.ready()
            before = service.dark(1)
            await service.happens(before, after_s=10)
            await in_time(clock, club.said, "the alert before the outage")

            await fake.go_away()
            gone_s = clock.monotonic()
            dark = service.dark(2)
            await service.happens(service.recovered(before), dark, after_s=HOUR_S / 3)
            await service.happens(service.recovered(dark), service.dark(3), after_s=HOUR_S / 3)
            await service.happens(service.dark(4), service.failed(5), after_s=HOUR_S / 3)
            assert clock.monotonic() - gone_s >= HOUR_S
            await fake.come_back()

            await in_time(clock, lambda: "s5" in "".join(m.text for m in club.said()), "what happened")
            await in_time(clock, lambda: not service.push.outbox.is_busy(club.chat), "an empty outbox")
        first, *rest = (plain(message.text) for message in club.said())
        await service.close()
    assert first.startswith("🟢 s1 → youtube is back")
    told = "\n".join(rest)
    assert [told.count(name) for name in ("s2 → youtube is back", "s3", "s4", "s5")] == [1, 1, 1, 1]
    assert told.index("s3") < told.index("s4")
    assert [str(refused) for refused in fake.refused] == []
