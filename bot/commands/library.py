"""The media library: looking, renaming, deleting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.asking import ask_for, ask_yes, is_confirmed
from bot.errors import NotAllowed
from bot.present import lists
from bot.reply import Reply, say
from bot.spec import CommandSpec, Kind, Param
from core.errors import InvalidValue
from core.people import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.context import Context

ACTION: Final = Param("action", Kind.CHOICE, choices=("rename", "delete"))
NAME: Final = Param("name", Kind.MEDIA)
NEW: Final = Param("new", Kind.NAME)


async def media(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Show the library or one file of it, rename or delete one."""
    action = args.get(ACTION.name)
    operator = ctx.caller.may(Role.OPERATOR)
    if action is None:
        if NEW.name in args:
            raise InvalidValue(ACTION.name, args.get(NAME.name, args[NEW.name]), "choice")
        if NAME.name not in args:
            return lists.media(await ctx.engine.library.all(ctx.space), ctx.t, operator=operator)
        return lists.media_item(
            await ctx.engine.library.find_item(ctx.space, args[NAME.name]), ctx.t, operator=operator
        )
    if not operator:
        raise NotAllowed(ctx.spec.name, str(Role.OPERATOR), str(ctx.caller.role or ""))
    if NAME.name not in args:
        return await ask_for(ctx, args, NAME)
    return await (_rename if action == "rename" else _delete)(ctx, args)


async def _rename(ctx: Context, args: Mapping[str, str]) -> Reply:
    item = await ctx.engine.library.find_item(ctx.space, args[NAME.name])
    if NEW.name not in args:
        return await ask_for(ctx, {**args, NAME.name: f"#{item.id}"}, NEW)
    renamed = await ctx.engine.library.rename(ctx.space, item.id, args[NEW.name])
    return say(ctx.t("media.renamed", old=item.name, new=renamed.name), data={"name": renamed.name})


async def _delete(ctx: Context, args: Mapping[str, str]) -> Reply:
    item = await ctx.engine.library.find_item(ctx.space, args[NAME.name])
    if not is_confirmed(ctx, args):
        question = ctx.t("confirm.media", name=item.name)
        return ask_yes(ctx, {ACTION.name: "delete", NAME.name: f"#{item.id}"}, question, ctx.t("button.yes_delete"))
    await ctx.engine.library.delete(ctx.space, item.id)
    return say(ctx.t("media.deleted", name=item.name), data={"name": item.name})


COMMANDS: Final = (CommandSpec("media", media, (ACTION, NAME, NEW), role=Role.VIEWER, changes=True, group="media"),)
