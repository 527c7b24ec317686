"""Remembers from which chat a stream was started, so that it is told of the stream's trouble, and where chats stand."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot.access import CONSOLE
from core.errors import CoreError
from core.push import Home

if TYPE_CHECKING:
    from bot.context import Context
    from bot.spec import Invocation
    from core.model import StreamId
    from core.store.chats import Chats

log = logging.getLogger(__name__)


async def note_place(chats: Chats, invocation: Invocation) -> None:
    """Note where a chat stands of which something is kept: if that is given to another space, so is the chat."""
    if not invocation.private_chat:
        await chats.stands_in(invocation.chat, invocation.guild or invocation.chat.chat)


async def note_home(ctx: Context, stream: StreamId) -> None:
    """Note the asker's chat as the stream's home. What was started stays started where that can't be noted."""
    caller = ctx.caller
    if caller.platform == CONSOLE:
        return  # it is told of everything anyway
    try:
        await note_place(ctx.engine.store.chats, ctx.invocation)
        await ctx.engine.store.chats.set_home(Home(stream, caller.chat, caller.reader))
    except CoreError as error:
        log.warning("a stream's chat can't be noted: %s", error)
