"""Files by link: /import fetches, shows what is under way, and cancels."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from bot.asking import ask_for
from bot.present import imports as present
from bot.spec import CommandSpec, Kind, Param
from core.media.import_view import ImportState
from core.people import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.context import Context
    from bot.reply import Reply

URL: Final = Param("url", Kind.URL)
NAME: Final = Param("name", Kind.NAME, positional=False)
CANCEL: Final = Param("cancel", Kind.NUMBER, positional=False, hidden=True, low=1)

ANSWER_S: Final = 1.5
"""How long an answer waits for the other side's first word: most of what goes wrong does so at once."""


async def fetch(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Fetch a link's file, cancel an import, or show all."""
    imports = ctx.engine.imports
    if CANCEL.name in args:
        imports.cancel(ctx.space, int(args[CANCEL.name]))
        view = await imports.wait(int(args[CANCEL.name]))
        return present.card(view, ctx.t, ctx.now)
    if URL.name not in args:
        views = imports.all(ctx.space)
        if views or not ctx.caller.asks:
            return present.listing(views, ctx.t, ctx.now)
        return await ask_for(ctx, args, URL)
    view = await imports.start(ctx.actor, args[URL.name], args.get(NAME.name))
    with suppress(TimeoutError):
        async with asyncio.timeout(ANSWER_S):
            view = await imports.heard(view.id)
    if view.state is ImportState.FAILED and view.error is not None:
        raise view.error
    return present.card(view, ctx.t, ctx.now)


COMMANDS: Final = (CommandSpec("import", fetch, (URL, NAME, CANCEL), role=Role.OPERATOR, changes=True, group="media"),)
