"""Playlists: making, filling and ordering them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bot.asking import ask_for, ask_yes, is_confirmed
from bot.commands.params import split_list
from bot.errors import NotAllowed
from bot.parse import ITEM_SEPARATOR
from bot.present import lists
from bot.reply import say
from bot.spec import CommandSpec, Kind, Param
from core.errors import CoreError, InvalidValue
from core.people import Role

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bot.context import Context
    from bot.reply import Reply
    from core.model import Playlist

ACTION: Final = Param(
    "action", Kind.CHOICE, choices=("create", "add", "remove", "move", "shuffle", "show", "delete", "rename")
)
NAME: Final = Param("name", Kind.PLAYLIST)
ITEMS: Final = Param("items", Kind.TEXT, many=True)


async def playlist(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Show all playlists or one, or change one."""
    action = args.get(ACTION.name, "show")
    if ACTION.name not in args and ITEMS.name in args:
        raise InvalidValue(ACTION.name, args.get(NAME.name, args[ITEMS.name]), "choice")
    if action != "show" and not ctx.caller.may(Role.OPERATOR):
        raise NotAllowed(ctx.spec.name, str(Role.OPERATOR), str(ctx.caller.role or ""))
    if NAME.name not in args:
        if action == "show":
            return lists.playlists(await ctx.engine.playlists.all(ctx.space), ctx.t)
        return await ask_for(ctx, args, NEW_NAME if action == "create" else NAME)
    if action == "create":
        return await _create(ctx, args)
    found = await ctx.engine.playlists.find(ctx.space, args[NAME.name])
    return await _ACTIONS[action](ctx, args, found)


async def _create(ctx: Context, args: Mapping[str, str]) -> Reply:
    made = await ctx.engine.playlists.create(ctx.space, args[NAME.name])
    if ITEMS.name in args:
        try:
            return await _add(ctx, args, made)
        except CoreError:
            # What was refused must not leave an empty list under a name that is taken from then on.
            await ctx.engine.playlists.delete(ctx.space, made.id)
            raise
    lines = (ctx.t("playlist.created", name=made.name), ctx.t("playlist.fill", name=made.name))
    return say(*lines, data={"name": made.name})


async def _show(ctx: Context, _: Mapping[str, str], found: Playlist) -> Reply:
    media = {item.id: item.name for item in await ctx.engine.library.all(ctx.space)}
    names = [media.get(item, "?") for item in found.items]
    shown = lists.playlist(found, names, ctx.t, operator=ctx.caller.may(Role.OPERATOR))
    return replace(shown, data={**shown.data, "name": found.name})


async def _add(ctx: Context, args: Mapping[str, str], found: Playlist) -> Reply:
    return await _show(ctx, args, await ctx.engine.playlists.add(ctx.space, found.id, _items(args)))


async def _remove(ctx: Context, args: Mapping[str, str], found: Playlist) -> Reply:
    return await _show(ctx, args, await ctx.engine.playlists.remove(ctx.space, found.id, _items(args)))


async def _move(ctx: Context, args: Mapping[str, str], found: Playlist) -> Reply:
    *names, place = _items(args)
    if len(names) != 1:
        raise InvalidValue(ITEMS.name, "move", "place")
    if not (place.isascii() and place.isdecimal() and 1 <= int(place[:9]) <= len(found.items)):
        raise InvalidValue(ITEMS.name, place, "position")
    return await _show(ctx, args, await ctx.engine.playlists.move(ctx.space, found.id, names[0], int(place)))


async def _shuffle(ctx: Context, args: Mapping[str, str], found: Playlist) -> Reply:
    return await _show(ctx, args, await ctx.engine.playlists.shuffle(ctx.space, found.id))


async def _rename(ctx: Context, args: Mapping[str, str], found: Playlist) -> Reply:
    renamed = await ctx.engine.playlists.rename(ctx.space, found.id, " ".join(_items(args)))
    return say(ctx.t("media.renamed", old=found.name, new=renamed.name), data={"name": renamed.name})


async def _delete(ctx: Context, args: Mapping[str, str], found: Playlist) -> Reply:
    if not is_confirmed(ctx, args):
        question = ctx.t("confirm.playlist", name=found.name)
        return ask_yes(ctx, {ACTION.name: "delete", NAME.name: f"#{found.id}"}, question, ctx.t("button.yes_delete"))
    await ctx.engine.playlists.delete(ctx.space, found.id)
    return say(ctx.t("playlist.deleted", name=found.name), data={"name": found.name})


def _items(args: Mapping[str, str]) -> list[str]:
    """Return the names that stand behind the playlist's: words, or with commas where a name holds spaces."""
    words = args.get(ITEMS.name, "").split(ITEM_SEPARATOR)
    items = [name for word in words for name in split_list(word)]
    if not items:
        action = args[ACTION.name]
        raise InvalidValue(ITEMS.name, action, "place" if action == "move" else "items")
    return items


NEW_NAME: Final = Param("name", Kind.NAME)

_ACTIONS: Final[Mapping[str, Callable[[Context, Mapping[str, str], Playlist], Awaitable[Reply]]]] = {
    "show": _show,
    "add": _add,
    "remove": _remove,
    "move": _move,
    "shuffle": _shuffle,
    "rename": _rename,
    "delete": _delete,
}

COMMANDS: Final = (
    CommandSpec("playlist", playlist, (ACTION, NAME, ITEMS), role=Role.VIEWER, changes=True, group="media"),
)
