"""One interaction and where it can be answered: acknowledged in time, then spoken to for 15 minutes."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import discord

from adapters.discord.errors import ALREADY_ACKNOWLEDGED, FAULTS
from adapters.discord.post import put, say
from bot.channel import MessageRef

if TYPE_CHECKING:
    from adapters.discord.buttons import Press
    from adapters.discord.orders import Asked
    from adapters.discord.render import Rendered
    from bot.spec import Invocation

log = logging.getLogger(__name__)

TRIES: Final = 2
_THREADS: Final = frozenset(
    {discord.ChannelType.public_thread, discord.ChannelType.private_thread, discord.ChannelType.news_thread}
)


@dataclass(slots=True)
class Turn:
    """What somebody did: ran a command, pressed a button (`press`), or sent a form."""

    asked: Asked
    invocation: Invocation
    press: Press | None = None

    @property
    def own(self) -> bool:
        """Whether the first answer is for the asker alone: a placeholder of ours, or the picker that he pressed on."""
        message = self.asked.message
        return self.press is None or (message is not None and message.flags.ephemeral)

    @property
    def message(self) -> MessageRef | None:
        """The message that the pressed button stands on."""
        message = self.asked.message
        return MessageRef(self.invocation.chat, str(message.id)) if message is not None else None

    async def acknowledge(self) -> bool:
        """Take the interaction, so that it is ours for 15 minutes; return whether that came in time.

        A command or form then shows 'thinking' to its sender, a pressed button shows nothing.
        """
        for _ in range(TRIES):
            try:
                if self.press is None:
                    await self.asked.response.defer(ephemeral=True, thinking=True)
                else:
                    await self.asked.response.defer()
            except discord.HTTPException as error:
                log.warning("an order came too late to be answered: %s (%s)", error.status, error.code)
                return error.code == ALREADY_ACKNOWLEDGED
            except FAULTS as error:
                log.warning("an order could not be taken: %s", type(error).__name__)
            else:
                return True
        return False

    async def whisper(self, rendered: Rendered) -> None:
        """Answer the asker alone; in place of the picker that he pressed on, where it was one."""
        if self.own:
            await self.asked.edit_original_response(**put(rendered))
            return
        await self.asked.followup.send(ephemeral=True, **say(rendered))

    async def replace(self, rendered: Rendered) -> None:
        """Answer in place of the message that the button stands on."""
        await self.asked.edit_original_response(**put(rendered))

    async def dismiss(self) -> None:
        """Remove what only the asker sees: the answer stands elsewhere."""
        if self.own:
            await self.asked.delete_original_response()

    def find_lacking(self, rendered: Rendered) -> list[str]:
        """Return which permissions the bot lacks to post this where it was asked."""
        if self.asked.guild_id is None:
            return []
        channel = self.asked.channel
        write = "send_messages_in_threads" if channel is not None and channel.type in _THREADS else "send_messages"
        may = self.asked.app_permissions
        return [name for name in ("view_channel", write, *rendered.needs) if not getattr(may, name)]
