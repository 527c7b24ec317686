"""Pins what somebody wants to keep in view; it decides neither who may ask nor what is kept up to date."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.channel import CantPin, ChannelError, Pinning
from bot.reply import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.channel import Channel, MessageRef
    from bot.i18n import Words

log = logging.getLogger(__name__)

PINNED: Final = "pinned"
"""What the data of an answer tells that is to be pinned once it is shown."""


@dataclass(frozen=True, slots=True)
class Pins:
    """Nothing here raises; a platform that pins nothing is asked nothing."""

    channels: Mapping[str, Channel]

    async def pin(self, message: MessageRef, t: Words) -> bool:
        """Pin a message and return whether it is; where we may not, tell its chat who can do it."""
        channel = self.channels.get(message.chat.platform)
        if channel is None or not isinstance(channel, Pinning):
            return False
        try:
            try:
                await channel.pin(message)
            except CantPin:
                await channel.send(message.chat, say(f"📌 {t('board.cannot_pin')}", silent=True))
                return False
        except ChannelError as error:
            log.warning("a message on %s could not be pinned: %s", message.chat.platform, error)
            return False
        return True

    async def unpin(self, message: MessageRef) -> None:
        """Let another message have its place."""
        channel = self.channels.get(message.chat.platform)
        if channel is None or not isinstance(channel, Pinning):
            return
        try:
            await channel.unpin(message)
        except ChannelError as error:
            log.info("a message on %s could not be unpinned: %s", message.chat.platform, error)
