"""Things that were typed by name -> by id, as buttons carry them: a long name does not fit a button's 64 bytes."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from bot.present.buttons import refer_source
from bot.present.offers import find_param, find_right_names
from bot.spec import Kind
from core.errors import CoreError
from core.names import fold

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bot.context import Context
    from bot.spec import Param

DESTINATION: Final = "destination"


async def refer(ctx: Context, args: Mapping[str, str]) -> dict[str, str]:
    """Return an order's words with things by their ids; what means nothing, or too much, stays as it was typed."""
    found = dict(args)
    for param in ctx.spec.params:
        typed = args.get(param.name)
        if typed and not param.many and typed not in param.choices:
            found[param.name] = await _refer_word(ctx, param, typed, args)
    return found


async def refer_right_names(ctx: Context, args: Mapping[str, str], error: CoreError) -> dict[str, str]:
    """Return what a refusal offers in place of a wrong name, by name: what stands for it in the order."""
    kind, names = find_right_names(error)
    param = find_param(ctx.spec, kind, args)
    if param is None:
        return {}
    return {name: (await refer(ctx, {**args, param.name: name}))[param.name] for name in names}


async def find_kept(ctx: Context, typed: str) -> str | None:
    """Return the reference to a kept stream, which knows its destinations from last time; None where it is none."""
    if typed.startswith("#s"):
        return typed
    views = await ctx.engine.views(ctx.space)
    return next((f"#s{view.id}" for view in views if fold(view.name) == fold(typed)), None)


async def _refer_word(ctx: Context, param: Param, typed: str, args: Mapping[str, str]) -> str:
    find = _FINDERS.get(param.kind)
    if find is None or typed.startswith("#"):
        return typed
    with suppress(CoreError):
        # As last time: only where an order starts something, and does not say where to.
        starts = param.kind is Kind.SOURCE and param.required and DESTINATION not in args
        kept = await find_kept(ctx, typed) if starts else None
        return kept or await find(ctx, typed)
    return typed


async def _refer_source(ctx: Context, typed: str) -> str:
    return refer_source(await ctx.engine.library.find(ctx.space, typed))


async def _refer_media(ctx: Context, typed: str) -> str:
    return f"#{(await ctx.engine.library.find_item(ctx.space, typed)).id}"


async def _refer_playlist(ctx: Context, typed: str) -> str:
    return f"#{(await ctx.engine.playlists.find(ctx.space, typed)).id}"


async def _refer_stream(ctx: Context, typed: str) -> str:
    return f"#{(await ctx.engine.find_stream(ctx.space, typed)).id}"


async def _refer_schedule(ctx: Context, typed: str) -> str:
    return f"#{(await ctx.engine.schedules.find(ctx.space, typed)).record.id}"


async def _refer_destinations(ctx: Context, typed: str) -> str:
    names = [name.strip() for name in typed.split(",") if name.strip()]
    found = [await ctx.engine.destinations.find(ctx.space, name) for name in names]
    return ",".join(f"#{destination.id}" for destination in found)


_FINDERS: Final[Mapping[Kind, Callable[[Context, str], Awaitable[str]]]] = {
    Kind.SOURCE: _refer_source,
    Kind.MEDIA: _refer_media,
    Kind.PLAYLIST: _refer_playlist,
    Kind.STREAM: _refer_stream,
    Kind.SCHEDULE: _refer_schedule,
    Kind.DESTINATION: _refer_destinations,
    Kind.DESTINATIONS: _refer_destinations,
}
