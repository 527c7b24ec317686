"""Says replies: as many messages as they take, buttons under the last; whom to tell is not its business."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from adapters.telegram.buttons import build_keyboard
from adapters.telegram.render import render, render_whole
from bot.channel import ChannelAway

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.telegram.post import Post
    from bot.channel import ChatRef, MessageRef
    from bot.reply import Reply
    from core.clock import Clock

TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class Manner:
    """How to say it: as an answer to a message, and with links in the place of some orders."""

    reply_to: int | None = None
    links: Mapping[str, str] | None = None


PLAIN: Final = Manner()


class Speech:
    """Raises `ChannelError`s only."""

    def __init__(self, post: Post, clock: Clock) -> None:
        self._post = post
        self._clock = clock

    async def say(self, chat: ChatRef, reply: Reply, manner: Manner = PLAIN) -> MessageRef:
        """Say it and return its last message. Once something stands there, only the rest is tried again."""
        parts = render(reply)
        keyboard = build_keyboard(reply, manner.links)
        for at, part in enumerate(parts[:-1]):
            await self._insist(1 if at == 0 else TRIES, chat, part, silent=reply.silent, reply_to=manner.reply_to)
        tries = TRIES if len(parts) > 1 else 1
        reply_to = manner.reply_to if tries == 1 else None
        return await self._insist(tries, chat, parts[-1], keyboard, silent=reply.silent, reply_to=reply_to)

    async def show(self, message: MessageRef, reply: Reply, manner: Manner = PLAIN) -> None:
        """Say it in a message's place; what does not fit one message is cut."""
        patient = reply.board or reply.card is not None
        await self._post.edit(message, render_whole(reply), build_keyboard(reply, manner.links), patient=patient)

    async def _insist(self, tries: int, *what: object, **how: object) -> MessageRef:
        for left in range(tries, 0, -1):
            try:
                return await self._post.send(*what, **how)  # type: ignore[arg-type]  # passed on as they came
            except ChannelAway as away:
                if left == 1:
                    raise
                await self._clock.sleep(away.retry_after_s or 1.0)
        raise ValueError(tries)
