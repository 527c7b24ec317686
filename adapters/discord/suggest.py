"""Suggests while a person types, in time or not at all; who may see what is the bot's to say."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from discord import app_commands

from adapters.discord.orders import read_command, read_typing
from adapters.discord.within import comes_within

if TYPE_CHECKING:
    from adapters.discord.orders import Asked, Typing
    from bot.channel import Answering
    from bot.spec import Invocation
    from core.clock import Clock

log = logging.getLogger(__name__)

WITHIN_S: Final = 2.0
"""Of Discord's 3 s."""

CHOICES: Final = 25
CHOICE_TEXT: Final = 100


async def suggest(asked: Asked, bot: Answering, guilds: frozenset[int], clock: Clock) -> None:
    """Answer an autocompletion; nothing is suggested where we don't serve."""
    typing = read_typing(asked)
    found: list[tuple[str, str]] = []
    if typing is not None and (asked.guild_id is None or asked.guild_id in guilds):
        found = await _complete(bot, read_command(asked), typing, clock)
    fit = [(label, value) for label, value in found if label.strip() and 0 < len(value) <= CHOICE_TEXT]
    choices = [app_commands.Choice(name=label[:CHOICE_TEXT], value=value) for label, value in fit[:CHOICES]]
    await asked.response.autocomplete(choices)


async def _complete(bot: Answering, invocation: Invocation, typing: Typing, clock: Clock) -> list[tuple[str, str]]:
    completing = asyncio.create_task(_ask(bot, invocation, typing))
    try:
        if await comes_within(clock, completing, WITHIN_S):
            return await completing
        log.warning("what could be suggested was not found in time")
        return []
    finally:
        completing.cancel()


async def _ask(bot: Answering, invocation: Invocation, typing: Typing) -> list[tuple[str, str]]:
    return await bot.complete(invocation, typing.param, typing.typed)
