"""Telegram is away for an hour: what happened meanwhile is told through the real adapter once it is back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.push import ChatRef
from tests.bot.pushing import Pushing

if TYPE_CHECKING:
    from pathlib import Path

    from tests.adapters.telegram.rig import Club
    from tests.fakes.clock import FakeClock

HOUR_S = 3600.0


async def test_an_hour_without_telegram_loses_no_alert(club: Club, clock: FakeClock, tmp_path: Path) -> None:
    """Each death and each return of an hour's outage is read afterwards, in order, and each but once."""  # N9
    group = club.group()
    folder = tmp_path / "pushing"
    folder.mkdir()
    service = Pushing(folder, clock)
    await service.open()
    service.push.channels["telegram"] = club.channel
    await service.subscribe(ChatRef("telegram", str(group.id)))
    before = service.dark(1)
    await service.happens(before, after_s=10)
    await club.in_time(lambda: club.telegram.messages(group), "the alert before the outage")

    await club.telegram.go_away()
    gone_s = clock.monotonic()
    dark = service.dark(2)
    await service.happens(service.recovered(before), dark, after_s=HOUR_S / 3)
    await service.happens(service.recovered(dark), service.dark(3), after_s=HOUR_S / 3)
    await service.happens(service.dark(4), service.failed(5), after_s=HOUR_S / 3)
    assert clock.monotonic() - gone_s >= HOUR_S
    await club.telegram.come_back()

    await club.in_time(lambda: "s5" in "".join(m.text for m in club.telegram.messages(group)), "what happened")
    await club.in_time(lambda: not service.push.outbox.is_busy(ChatRef("telegram", str(group.id))), "an empty outbox")
    first, *rest = (message.text for message in club.telegram.messages(group))
    assert first.startswith("🟢 s1 → youtube is back")
    told = "\n".join(rest)
    assert [told.count(name) for name in ("s2 → youtube is back", "s3", "s4", "s5")] == [1, 1, 1, 1]
    assert told.index("s3") < told.index("s4")
    await service.close()
