"""Looking at streams: board, card, log, picture, past runs."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bot.access import CONSOLE
from bot.commands.params import ANY_STREAM, STREAM
from bot.errors import NotAllowed
from bot.pins import PINNED
from bot.present import lists
from bot.present.board import board
from bot.present.cards import card
from bot.reply import Picture, Reply, say
from bot.spec import CommandSpec, Kind, Param
from core.errors import NotFound
from core.model import RunId
from core.people import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from bot.context import Context
    from bot.i18n import Words
    from core.model import RunRecord, UserId

DEFAULT_LINES: Final = 20
MAX_LINES: Final = 1000
PAST_RUNS: Final = 20
LAST: Final = "last"
PIN: Final = Param("pin", Kind.CHOICE, positional=False, hidden=True, choices=("yes",))
FIND: Final = Param("find", Kind.TEXT, positional=False)


async def streams(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Show all streams of the space; with `pin` the answer is pinned once it stands in the chat."""
    views = await ctx.engine.views(ctx.space)
    health = await ctx.engine.health()
    operator, pin = ctx.caller.may(Role.OPERATOR), PIN.name in args
    if pin and not operator:
        raise NotAllowed(ctx.spec.name, str(Role.OPERATOR), str(ctx.caller.role or ""))
    may_pin = operator and not pin and ctx.caller.platform != CONSOLE
    shown = board(views, ctx.t, ctx.now, copies_fit=health.copies_fit, operator=operator, may_pin=may_pin)
    return replace(shown, data={**shown.data, PINNED: True}) if pin else shown


async def status(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Show one stream, or the board."""
    if STREAM.name not in args:
        return await streams(ctx, args)
    view = await ctx.engine.find_stream(ctx.space, args[STREAM.name])
    names = await find_names(ctx, [view.ended] if view.ended else [])
    return card(view, ctx.t, ctx.now, names)


async def find_names(ctx: Context, runs: Iterable[RunRecord]) -> dict[UserId, str]:
    """Return what those are called who ended these runs."""
    users = {run.ended_by for run in runs if run.ended_by is not None}
    people = {user: await ctx.engine.store.people.find(user) for user in users}
    return {user: person.name for user, person in people.items() if person}


async def logs(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Show the last lines of a stream's log, or of an earlier run's."""
    view = await ctx.engine.find_stream(ctx.space, args[STREAM.name])
    run = _read_run(args.get("run", LAST))
    most, wanted = int(args.get("lines", DEFAULT_LINES)), args.get(FIND.name)
    lines = await ctx.engine.log(ctx.space, view.id, MAX_LINES if wanted else most, run)
    if run is not None and not lines:
        raise NotFound("run", str(run))
    if wanted and not (lines := find_lines(lines, wanted)[-most:]):
        return say(ctx.t("logs.none_found", name=view.name, text=wanted), private=True, data={"lines": []})
    past = await ctx.engine.history(ctx.space, view.id, PAST_RUNS)
    ended = next((one for one in past if one.ended_at is not None and one.id == (run or view.run)), None)
    names = await find_names(ctx, [ended] if ended else [])
    return lists.logs(view, lines, None if run == view.run else run, ctx.t, ended, names)


def find_lines(lines: Iterable[str], wanted: str) -> tuple[str, ...]:
    """Return the lines that hold a text, in capitals or not."""
    folded = wanted.casefold()
    return tuple(line for line in lines if folded in line.casefold())


def _read_run(typed: str) -> RunId | None:
    if typed.casefold() == LAST:
        return None
    number = typed.removeprefix("#")
    if not number.isascii() or not number.isdecimal() or len(number) > 18:  # noqa: PLR2004 - SQLite's integers end there
        raise NotFound("run", typed)
    return RunId(int(number))


async def snapshot(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Show what is on air now."""
    view = await ctx.engine.find_stream(ctx.space, args[STREAM.name])
    taken = await ctx.engine.snapshot(ctx.space, view.id)
    position = ctx.t("snapshot.position", time=ctx.t.stopwatch(taken.position_s))
    caption = f"📷 {ctx.t('snapshot.caption', name=view.name, at=ctx.t.clock(taken.at, seconds=True))} · {position}"
    data = {"stream": {"id": view.id, "name": view.name}, "position_s": taken.position_s, "at": taken.at.isoformat()}
    stamped = await asyncio.to_thread(_stamp, taken.data, find_stamp(ctx.t, taken.at))
    return Reply((Picture(stamped, f"snapshot-{view.id}.jpg", caption),), data=data)


def find_stamp(t: Words, at: datetime) -> str:
    """Return what is written into a picture: the day and the time of its asker's zone, and which zone that is."""
    return f"{t.day(at)} {t.clock(at, seconds=True)} {at.astimezone(t.zone):%Z}"


def _stamp(picture: bytes, text: str) -> bytes:
    try:
        from bot.present.stamp import stamp  # noqa: PLC0415 - Pillow is large, and not everybody wants pictures
    except ImportError:
        return picture
    return stamp(picture, text)


async def history(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Show past runs."""
    view = await ctx.engine.find_stream(ctx.space, args[STREAM.name]) if STREAM.name in args else None
    runs = await ctx.engine.history(ctx.space, view.id if view else None, PAST_RUNS)
    return lists.history(runs, view, ctx.t, ctx.now, await find_names(ctx, runs))


COMMANDS: Final = (
    CommandSpec("streams", streams, (PIN,), role=Role.VIEWER, aliases=("siaran",)),
    CommandSpec("status", status, (ANY_STREAM,), role=Role.VIEWER),
    CommandSpec(
        "logs",
        logs,
        (
            STREAM,
            Param("lines", Kind.NUMBER, low=1, high=MAX_LINES),
            Param("run", Kind.RUN, positional=False),
            FIND,
        ),
        role=Role.VIEWER,
        private=True,
    ),
    CommandSpec("snapshot", snapshot, (STREAM,), role=Role.VIEWER),
    CommandSpec("history", history, (ANY_STREAM,), role=Role.VIEWER),
)
