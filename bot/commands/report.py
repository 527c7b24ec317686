"""/report: how the streams did in the last day, and the week as a picture."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bot.daily import gather
from bot.present.report import tell_report
from bot.reply import Reply, say
from bot.spec import CommandSpec
from bot.week import find_week
from core.people import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.context import Context


async def report(ctx: Context, _: Mapping[str, str]) -> Reply:
    """Show the last 24 hours, with the week's picture where pictures can be made."""
    found = await gather(ctx.engine, ctx.space, ctx.now)
    if found is None:
        return say(ctx.t("report.none"), data={"streams": []})
    told = tell_report(found, ctx.t)
    week = await find_week(ctx.engine.store, ctx.space, ctx.now, ctx.t)
    return replace(told, blocks=(*told.blocks, *week), silent=False)


COMMANDS: Final = (CommandSpec("report", report, role=Role.VIEWER),)
