"""The host and the service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.present import room
from bot.spec import CommandSpec
from core.people import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.context import Context
    from bot.reply import Reply


async def health(ctx: Context, _: Mapping[str, str]) -> Reply:
    """Show how the host is and what still fits."""
    return room.health(await ctx.engine.health(), ctx.t)


COMMANDS: Final = (CommandSpec("health", health, role=Role.VIEWER, group="service"),)
