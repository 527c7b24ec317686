"""Channels that fall over: they begin anew, the other chats hear of it, and a bad token is not tried again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.channel import ChannelRefused
from bot.keeping import PAUSES_S, STABLE_S, ChannelFell, Keeper
from core.events import PartFell
from core.model import MAIN_SPACE
from tests.bot.pushing import Pushing
from tests.fakes.channel import FakeChannel
from tests.fakes.clock import FakeClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from core.events import Event


class Falling(FakeChannel):
    """Falls over at each of its first runs by these faults; after them it listens."""

    faults: list[Exception]
    runs = 0

    async def run(self) -> None:
        """Fall over, or listen."""
        self.runs += 1
        if self.faults:
            raise self.faults.pop(0)
        await super().run()


class Kept:
    """A channel that is kept, and what is told of it."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.channel = Falling(self.clock, "discord")
        self.told: list[Event] = []
        self._keeper = Keeper(self.channel, self.clock, [MAIN_SPACE], self.told.append)
        self.task: asyncio.Task[None]

    async def start(self, *faults: Exception) -> None:
        """Begin to keep it."""
        self.channel.faults = list(faults)
        self.task = asyncio.create_task(self._keeper.run())
        await self.clock.settle()

    @property
    def said(self) -> list[str]:
        """What was told, in words."""
        kinds = [event for event in self.told if isinstance(event, ChannelFell)]
        return ["back" if one.back else "refused" if one.refused else "fell" for one in kinds]


@pytest.fixture
async def kept() -> AsyncIterator[Kept]:
    """A channel to keep, and put away."""
    made = Kept()
    yield made
    made.task.cancel()
    await asyncio.gather(made.task, return_exceptions=True)
    assert made.clock.pending == 0


async def test_a_channel_that_falls_over_begins_anew(kept: Kept, caplog: pytest.LogCaptureFixture) -> None:
    """A defect in an adapter makes nobody deaf for good: it begins anew, and chats hear of the fall and of its end."""
    await kept.start(ValueError("a defect"))
    assert kept.said == ["fell"]
    await kept.clock.advance(PAUSES_S[0])
    assert kept.channel.runs == 2
    await kept.clock.advance(STABLE_S)

    assert kept.said == ["fell", "back"]
    assert "a defect" in caplog.text


async def test_falls_are_told_once_and_tried_slowly(kept: Kept) -> None:
    """A channel that falls over again and again is tried ever more rarely, and told of once."""
    await kept.start(*[ValueError()] * 100)
    await kept.clock.advance(3600)

    assert 10 < kept.channel.runs <= 5 + 3600 / PAUSES_S[-1]
    assert kept.said == ["fell"]


async def test_a_bad_token_is_not_tried_again(kept: Kept) -> None:
    """A token that is refused does not get better by trying: people are told what to do, once."""
    await kept.start(ChannelRefused("copy it again"))
    await kept.clock.advance(3600)

    assert kept.channel.runs == 1
    assert kept.said == ["refused"]
    assert kept.task.done()


async def test_the_chats_elsewhere_are_told(tmp_path: Path) -> None:
    """When Discord is deaf the alert chat on Telegram says so, and the same message tells when it hears again."""
    service = Pushing(tmp_path, FakeClock())
    await service.open()
    await service.subscribe()
    fell = ChannelFell(at=service.clock.now(), space=MAIN_SPACE, platform="discord")
    await service.happens(fell, after_s=5)
    (message,) = service.group
    assert message.text.startswith("🟠 I don't hear Discord any more")
    await service.happens(
        ChannelFell(at=service.clock.now(), space=MAIN_SPACE, platform="discord", back=True), after_s=5
    )

    assert [one.text for one in service.group] == ["✅ I hear Discord again."]
    await service.close()


async def test_a_fallen_part_is_told_and_takes_it_back(tmp_path: Path) -> None:
    """A part of the service that fell over is told as a warning; the same message says when all is well again."""
    service = Pushing(tmp_path, FakeClock())
    await service.open()
    await service.subscribe()
    await service.happens(PartFell(at=service.clock.now(), space=MAIN_SPACE, part="pump"), after_s=5)
    (message,) = service.group
    assert message.text.startswith("🟠 A part of me fell over by a fault of mine and begins anew: noticing what")
    await service.happens(PartFell(at=service.clock.now(), space=MAIN_SPACE, part="pump", back=True), after_s=5)

    assert [one.text for one in service.group] == ["✅ All is well again: noticing what happens to streams."]
    await service.close()
