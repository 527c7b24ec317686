"""Says answers where they belong: to the asker alone, in place of what he pressed on, or in the channel for all.

What only the asker should see answers the interaction itself. All else is an ordinary message, since an interaction can
be spoken to for 15 minutes only and a card lives longer.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from adapters.discord.render import render
from bot.channel import ChannelError, ChatGone
from bot.reply import Text, say

if TYPE_CHECKING:
    from adapters.discord.post import Post
    from adapters.discord.service import Service
    from adapters.discord.turn import Turn
    from bot.channel import Answering
    from bot.reply import Reply

log = logging.getLogger(__name__)


class Telling:
    """Knows of each turn where it can be answered."""

    def __init__(self, bot: Answering, post: Post, service: Service) -> None:
        self._bot = bot
        self._post = post
        self._service = service

    async def tell(self, turn: Turn, reply: Reply | None) -> None:
        """Say what the bot answered; nothing is an order that it does not know any more."""
        if reply is None:
            t = self._service.speak(turn.asked)
            await turn.whisper(render(say(t("discord.old_button"))))
        elif reply.private or not reply.ok:
            await turn.whisper(render(reply))
        elif self._is_same_message(turn, reply):
            await self._replace(turn, reply)
        else:
            await self._publish(turn, reply)

    @staticmethod
    def _is_same_message(turn: Turn, reply: Reply) -> bool:
        """Whether the answer is what the button stands on, as it is now: the stream's card, or the board."""
        press = turn.press
        if press is None or turn.own:
            return False
        return (press.card is not None and press.card == reply.card) or (press.board and reply.board)

    async def _replace(self, turn: Turn, reply: Reply) -> None:
        rendered = render(reply)
        await turn.replace(rendered)
        if turn.message is not None:
            self._post.note(turn.message, rendered.digest)
            await self._bot.shown(turn.invocation, turn.message, reply)

    async def _publish(self, turn: Turn, reply: Reply) -> None:
        """Post it in the channel; where that can't be, tell the asker alone, and why."""
        rendered = render(reply)
        if turn.find_lacking(rendered):
            await self._whisper_instead(turn, reply, "discord.cannot_write")
            return
        try:
            message = await self._post.send(turn.invocation.chat, reply, rendered)
        except ChatGone:
            await self._whisper_instead(turn, reply, "discord.cannot_write")
            return
        except ChannelError as error:
            log.warning("an answer could not be posted: %s", error)
            await self._whisper_instead(turn, reply, "discord.not_posted")
            return
        await turn.dismiss()
        await self._bot.shown(turn.invocation, message, reply)

    async def _whisper_instead(self, turn: Turn, reply: Reply, key: str) -> None:
        t = self._service.speak(turn.asked)
        await turn.whisper(render(reply.with_blocks(Text(f"⚠️ {t(key)}", strong=True))))
