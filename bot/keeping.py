"""Keeps the channels listening: one that falls over begins anew, and everybody else hears of it; it sends nothing."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.channel import ChannelRefused
from core.events import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from bot.channel import Channel
    from core.clock import Clock
    from core.model import SpaceName

log = logging.getLogger(__name__)

PAUSES_S: Final = (1.0, 5.0, 30.0, 60.0, 300.0)
"""Before a channel that fell over begins anew; the last one for ever."""

STABLE_S: Final = 60.0
"""A channel that listens for so long is well again: that is told, and the pauses begin anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelFell(Event):
    """Nobody listens on a platform, by a fault of ours; or the platform refuses us for good; or we are `back`."""

    platform: str
    refused: bool = False
    back: bool = False


class Keeper:
    """Keeps one channel; `tell` takes what the chats of each space are to hear."""

    def __init__(
        self, channel: Channel, clock: Clock, spaces: Collection[SpaceName], tell: Callable[[Event], None]
    ) -> None:
        self._channel = channel
        self._clock = clock
        self._spaces = spaces
        self._tell = tell
        self._falls = 0

    async def run(self) -> None:
        """Keep it listening until cancelled, or until the platform refuses us."""
        while True:
            well = self._clock.call_later(STABLE_S, self._recover)
            try:
                await self._channel.run()
            except ChannelRefused as error:
                log.error("%s: %s", self._channel.platform, error)  # noqa: TRY400 - what to do is all in its words
                return self._say(refused=True)
            except Exception:
                log.exception("%s fell over; the streams and the other channels go on", self._channel.platform)
            finally:
                well.cancel()
            if not self._falls:
                self._say()
            self._falls += 1
            await self._clock.sleep(PAUSES_S[min(self._falls, len(PAUSES_S)) - 1])

    def _recover(self) -> None:
        if self._falls:
            self._say(back=True)
        self._falls = 0

    def _say(self, *, refused: bool = False, back: bool = False) -> None:
        now = self._clock.now()
        for space in self._spaces:
            self._tell(ChannelFell(at=now, space=space, platform=self._channel.platform, refused=refused, back=back))
