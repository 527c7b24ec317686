"""Starting, stopping and changing streams."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bot.asking import ask_yes, is_confirmed
from bot.commands.params import (
    FOR,
    STREAM,
    STREAM_OR_ALL,
    UNTIL,
    read_end,
    split_list,
)
from bot.commands.start import SOURCE, start
from bot.present.buttons import press, rows
from bot.present.cards import card
from bot.reply import say
from bot.spec import CommandSpec, Kind, Param
from bot.when import parse_duration
from core.errors import InvalidValue
from core.ffmpeg.encoders import QUALITIES
from core.model import ChangeRequest, Thresholds
from core.people import Role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.context import Context
    from bot.reply import Reply
    from core.model import StreamView

DESTINATION: Final = Param("destination", Kind.DESTINATIONS)
NAME: Final = Param("name", Kind.NAME, positional=False)
LONGER: Final = Param("longer", Kind.DURATION, positional=False, hidden=True)
CPU: Final = Param("cpu", Kind.NUMBER, positional=False, low=0, high=100_000)
"""Percent of one core from which on its cost is told; 0: what the configuration says."""

MEMORY: Final = Param("memory", Kind.NUMBER, positional=False, low=0, high=10_000_000)
"""MiB from which on its cost is told; 0: what the configuration says."""

ALL: Final = "all"
EVERYWHERE: Final = Param("everywhere", Kind.CHOICE, positional=False, hidden=True, choices=("yes",))
"""Of all spaces: for `streambro stop-all`, which has no other way to a running service."""


async def stop(ctx: Context, args: Mapping[str, str]) -> Reply:
    """End one stream, or all of the space."""
    if args[STREAM.name] == ALL:
        return await _stop_all(ctx, args)
    view = await ctx.engine.find_stream(ctx.space, args[STREAM.name])
    return _show(ctx, await ctx.engine.stop(ctx.actor, view.id))


async def _stop_all(ctx: Context, args: Mapping[str, str]) -> Reply:
    if EVERYWHERE.name in args and ctx.caller.configured:
        return await _stop_everywhere(ctx)
    running = [view for view in await ctx.engine.views(ctx.space) if view.running]
    if not running:
        return say(ctx.t("stop.none"), data={"streams": []})
    if not is_confirmed(ctx, args):
        return ask_yes(ctx, args, ctx.t("confirm.stop_all", n=len(running)), ctx.t("button.yes_stop_all"))
    return _tell_stopped(ctx, await ctx.engine.stop_all(ctx.actor))


async def _stop_everywhere(ctx: Context) -> Reply:
    spaces = dict.fromkeys(record.space for record in await ctx.engine.store.streams.all())
    stopped = [await ctx.engine.stop_all(replace(ctx.actor, space=space)) for space in spaces]
    await ctx.engine.store.streams.unwish_all()
    views = [view for views in stopped for view in views]
    return _tell_stopped(ctx, views) if views else say(ctx.t("stop.none"), data={"streams": []})


def _tell_stopped(ctx: Context, stopped: Sequence[StreamView]) -> Reply:
    names = tuple(view.name for view in stopped)
    told = ctx.t("stop.all", n=len(names), names=ctx.t.listing(names, 20))
    return say(f"⚪ {told}", data={"streams": list(names)}, buttons=rows((press(ctx.t("button.streams"), "streams"),)))


async def restart(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Attempt again now."""
    view = await ctx.engine.find_stream(ctx.space, args[STREAM.name])
    return _show(ctx, await ctx.engine.restart(ctx.actor, view.id))


async def change(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Change source, destinations, name or end."""
    view = await ctx.engine.find_stream(ctx.space, args[STREAM.name])
    ends_at, no_end = read_end(ctx, args)
    if LONGER.name in args:
        ends_at = (view.ends_at or ctx.now) + parse_duration(LONGER.name, args[LONGER.name])
    request = ChangeRequest(
        source=args.get(SOURCE.name),
        destinations=split_list(args[DESTINATION.name]) if DESTINATION.name in args else None,
        name=args.get(NAME.name),
        ends_at=ends_at,
        no_end=no_end,
        thresholds=_read_thresholds(view, args),
    )
    if request == ChangeRequest():
        return say(f"❌ {ctx.t('change.nothing')}", code=InvalidValue.code)
    await ctx.engine.change(ctx.actor, view.id, request)
    return _show(ctx, await ctx.engine.view(ctx.space, view.id))


def _read_thresholds(view: StreamView, args: Mapping[str, str]) -> Thresholds | None:
    """Return the stream's thresholds as they are to be, None where the order says nothing of them; 0 lifts one."""
    if CPU.name not in args and MEMORY.name not in args:
        return None
    now = view.thresholds
    cpu, memory = args.get(CPU.name, now.cpu_percent or 0), args.get(MEMORY.name, now.memory_mib or 0)
    return Thresholds(int(cpu) or None, int(memory) or None)


async def forget(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Remove a stream that has ended."""
    view = await ctx.engine.find_stream(ctx.space, args[STREAM.name])
    if not view.running and not is_confirmed(ctx, args):
        question = ctx.t("confirm.forget", name=view.name)
        return ask_yes(ctx, {STREAM.name: f"#{view.id}"}, question, ctx.t("button.yes_remove"))
    await ctx.engine.forget(ctx.actor, view.id)
    return say(ctx.t("forget.done", name=view.name), data={"stream": {"id": view.id, "name": view.name}})


async def resume(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Start what a restore left stopped."""
    typed = args[STREAM.name]
    stream = None if typed == ALL else (await ctx.engine.find_stream(ctx.space, typed)).id
    started = await ctx.engine.resume(ctx.actor, stream)
    if len(started) == 1:
        return _show(ctx, started[0])
    names = tuple(view.name for view in started)
    if not names:
        return say(ctx.t("resume.none"), data={"streams": []})
    told = ctx.t("resume.done", n=len(names), names=ctx.t.listing(names, 20))
    return say(told, data={"streams": list(names)}, buttons=rows((press(ctx.t("button.streams"), "streams"),)))


def _show(ctx: Context, view: StreamView) -> Reply:
    """Return the stream's card; who ended its run, if anyone, was the asker."""
    ended_by = view.ended.ended_by if view.ended else None
    return card(view, ctx.t, ctx.now, {ended_by: ctx.caller.name} if ended_by is not None else None)


COMMANDS: Final = (
    CommandSpec(
        "startstream",
        start,
        (
            SOURCE,
            DESTINATION,
            FOR,
            UNTIL,
            NAME,
            Param("mode", Kind.CHOICE, positional=False, choices=("copy", "encode")),
            Param("loop", Kind.CHOICE, positional=False, choices=("yes", "no")),
            Param("quality", Kind.CHOICE, positional=False, choices=tuple(QUALITIES)),
            Param("rotate", Kind.DURATION, positional=False),
            Param("unfit", Kind.CHOICE, positional=False, hidden=True, choices=("yes",)),
        ),
        role=Role.OPERATOR,
        aliases=("mulai",),
        changes=True,
        led=True,
    ),
    CommandSpec("stop", stop, (STREAM_OR_ALL, EVERYWHERE), role=Role.OPERATOR, aliases=("berhenti",), changes=True),
    CommandSpec("restart", restart, (STREAM,), role=Role.OPERATOR, changes=True),
    CommandSpec(
        "change",
        change,
        (
            STREAM,
            Param("source", Kind.SOURCE, positional=False),
            Param("destination", Kind.DESTINATIONS, positional=False),
            NAME,
            FOR,
            UNTIL,
            LONGER,
            CPU,
            MEMORY,
        ),
        role=Role.OPERATOR,
        changes=True,
    ),
    CommandSpec("forget", forget, (STREAM,), role=Role.OPERATOR, changes=True),
    CommandSpec("resume", resume, (STREAM_OR_ALL,), role=Role.OPERATOR, changes=True),
)
