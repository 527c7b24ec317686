"""Where streams go: looking, adding, new keys, removing. A key comes in and is never shown again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.asking import ask_secret, ask_yes, cancel, is_confirmed
from bot.commands.params import KEY
from bot.parse import build_order
from bot.present import lists
from bot.present.buttons import press, rows
from bot.present.refusals import Refused, refuse
from bot.reply import Reply, Style, Text
from bot.spec import CommandSpec, Kind, Param
from core.errors import InvalidKey, NameInUse
from core.ingest import parse_target
from core.model import Platform, State
from core.names import check_name, fold
from core.people import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.context import Context
    from core.model import Destination

NAME: Final = Param("name", Kind.NAME, required=True)
TARGET: Final = Param(
    "target", Kind.URL, required=True, choices=tuple(p.value for p in Platform if p != Platform.CUSTOM)
)
DESTINATION: Final = Param("destination", Kind.DESTINATION, required=True)


async def destinations(ctx: Context, _: Mapping[str, str]) -> Reply:
    """Show where streams can go, and which of it is in use."""
    known = await ctx.engine.destinations.all(ctx.space)
    used_by = {
        output.destination: view.name
        for view in await ctx.engine.views(ctx.space)
        if view.running
        for output in view.outputs
    }
    return lists.destinations(known, used_by, ctx.t)


async def add(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Add a destination, or ask for its key once the rest is known to be good."""
    name = check_name("destination", args[NAME.name])
    known = await ctx.engine.destinations.all(ctx.space)
    if any(fold(other.name) == fold(name) for other in known):
        raise NameInUse("destination", name)
    key = args.get(KEY.name) or parse_target(args[TARGET.name]).key
    if key is None:
        return ask_secret(ctx, args, KEY.name, ctx.t("key.form_title", name=name))
    try:
        added = await ctx.engine.destinations.add(ctx.space, name, args[TARGET.name], key)
    except InvalidKey as error:
        return _ask_again(ctx, args, error)
    return _saved(ctx, added, ctx.t("key.saved", name=added.name), came_in_text=ctx.invocation.secret is None)


async def set_key(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Give a destination a new key, or ask for it."""
    found = await ctx.engine.destinations.find(ctx.space, args[DESTINATION.name])
    if not args.get(KEY.name):
        return ask_secret(ctx, {DESTINATION.name: f"#{found.id}"}, KEY.name, ctx.t("key.form_title", name=found.name))
    try:
        changed = await ctx.engine.set_key(ctx.space, found.id, args[KEY.name])
    except InvalidKey as error:
        return _ask_again(ctx, {DESTINATION.name: f"#{found.id}"}, error)
    reply = _saved(ctx, changed, ctx.t("key.changed", name=changed.name), came_in_text=ctx.invocation.secret is None)
    running = [view for view in await ctx.engine.views(ctx.space) if view.running]
    states = {output.state for view in running for output in view.outputs if output.destination == changed.name}
    if states:
        reply = reply.with_blocks(Text(ctx.t("key.retrying" if State.RETRYING in states else "key.running")))
    return reply


def _ask_again(ctx: Context, args: Mapping[str, str], error: InvalidKey) -> Reply:
    """Refuse a key that can't be one; where it was asked for, the question stays open, or the form is offered again."""
    refused = refuse(Refused(error, ctx.t, ctx.now, ctx.spec))
    if ctx.services.pending.find(ctx.caller.platform, ctx.caller.platform_id) is None:
        return refused
    order = build_order(ctx.spec, {name: value for name, value in args.items() if name != KEY.name})
    again = None if ctx.caller.private_chat else press(ctx.t("button.send_key"), order, style=Style.GOOD)
    return Reply(refused.blocks, rows((again, cancel(ctx))), code=refused.code, private=True, data=refused.data)


def _saved(ctx: Context, saved: Destination, told: str, *, came_in_text: bool) -> Reply:
    ctx.services.pending.cancel(ctx.caller.platform, ctx.caller.platform_id)
    deletes = came_in_text and ctx.caller.asks
    lines = [f"🔒 {told}", ctx.t("key.deleted" if deletes else "key.stored")]
    if deletes and not ctx.caller.private_chat:
        platform = saved.name if saved.platform is Platform.CUSTOM else ctx.t(f"platform.{saved.platform}")
        lines.append(ctx.t("key.group", platform=platform))
    blocks = tuple(Text(line, strong=index == 0) for index, line in enumerate(lines))
    return Reply(blocks, forget_order=deletes, private=True, data={"name": saved.name})


async def remove(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Remove a destination and its key."""
    found = await ctx.engine.destinations.find(ctx.space, args[DESTINATION.name])
    if not is_confirmed(ctx, args):
        question = ctx.t("confirm.removedestination", name=found.name)
        return ask_yes(ctx, {DESTINATION.name: f"#{found.id}"}, question, ctx.t("button.yes_remove"))
    await ctx.engine.destinations.remove(ctx.space, found.id)
    return Reply((Text(ctx.t("destination.removed", name=found.name), strong=True),), data={"name": found.name})


COMMANDS: Final = (
    CommandSpec("destinations", destinations, role=Role.VIEWER, group="destinations"),
    CommandSpec(
        "adddestination",
        add,
        (NAME, TARGET, KEY),
        role=Role.ADMIN,
        changes=True,
        private=True,
        group="destinations",
    ),
    CommandSpec(
        "setkey", set_key, (DESTINATION, KEY), role=Role.ADMIN, changes=True, private=True, group="destinations"
    ),
    CommandSpec("removedestination", remove, (DESTINATION,), role=Role.ADMIN, changes=True, group="destinations"),
)
