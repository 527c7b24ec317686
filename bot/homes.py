"""Remembers from which chat a stream was started, so that it is told of the stream's trouble."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot.access import CONSOLE
from core.errors import CoreError
from core.push import Home

if TYPE_CHECKING:
    from bot.context import Context
    from core.model import StreamId

log = logging.getLogger(__name__)


async def note_home(ctx: Context, stream: StreamId) -> None:
    """Note the asker's chat as the stream's home. What was started stays started where that can't be noted."""
    caller = ctx.caller
    if caller.platform == CONSOLE:
        return  # it is told of everything anyway
    try:
        await ctx.engine.store.chats.set_home(Home(stream, caller.chat, caller.reader))
    except CoreError as error:
        log.warning("a stream's chat can't be noted: %s", error)
