"""Schedules: making, changing, pausing, leaving out, deleting and looking at them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from bot.asking import ask_for, ask_yes, is_confirmed, pick
from bot.choices import Choice
from bot.commands.params import ANY_STREAM, FOR, UNTIL, split_list
from bot.commands.start import SOURCE
from bot.homes import note_home
from bot.present import schedules as present
from bot.references import find_kept
from bot.repeats import parse_length, parse_repeat, parse_start
from bot.reply import Text, say
from bot.spec import CommandSpec, Kind, Param
from bot.values import NONE
from bot.when import parse_duration
from bot.zones import parse_zone, split_zone
from core.people import Role
from core.schedule.local_time import load_zone
from core.schedule.model import NoEnd, ScheduleChange, ScheduleRequest
from core.schedule.plan import IfMissed
from core.schedule.repeat import Cron, Once

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from zoneinfo import ZoneInfo

    from bot.context import Context
    from bot.reply import Reply
    from core.schedule.model import ScheduleView
    from core.schedule.plan import Length
    from core.schedule.repeat import Repeat, Start

DESTINATION: Final = Param("destination", Kind.DESTINATIONS)
START: Final = Param("start", Kind.MOMENT, positional=False)
REPEAT: Final = Param("repeat", Kind.TEXT, positional=False, choices=("once", "daily", "weekdays", "weekends"))
ZONE: Final = Param("tz", Kind.ZONE, positional=False)
MISSED: Final = Param("missed", Kind.CHOICE, positional=False, choices=("late", "skip"))
REMIND: Final = Param("remind", Kind.CHOICE, positional=False, choices=("yes", "no"))
NAME: Final = Param("name", Kind.NAME, positional=False)
SCHEDULE: Final = Param("schedule", Kind.SCHEDULE, required=True)
PAUSED: Final = Param("paused", Kind.CHOICE, positional=False, choices=("yes", "no"))
SKIP: Final = Param("skip", Kind.CHOICE, positional=False, choices=("yes",))
WHAT: Final = Param("what", Kind.CHOICE, positional=False, hidden=True, choices=(START.name, FOR.name, REPEAT.name))
UNFIT: Final = Param("unfit", Kind.CHOICE, positional=False, hidden=True, choices=("yes",))
CHANGES: Final = (START, FOR, UNTIL, REPEAT, ZONE, MISSED, REMIND, NAME, PAUSED)


async def schedule(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Make a schedule, or ask for what is missing."""
    if DESTINATION.name not in args and await _has_to_say_where(ctx, args):
        return await ask_for(ctx, args, DESTINATION)
    repeat = parse_repeat(REPEAT.name, args.get(REPEAT.name, "once"))
    if START.name not in args and not isinstance(repeat, Cron):
        return await ask_for(ctx, args, START)
    start, zone = _read_start(ctx, args, repeat, load_zone(str(ctx.caller.zone)))
    request = ScheduleRequest(
        source=args[SOURCE.name],
        destinations=split_list(args.get(DESTINATION.name, "")),
        repeat=repeat,
        start=start,
        zone=str(zone),
        length=_read_length(ctx, args, start, zone),
        missed=IfMissed(args.get(MISSED.name, IfMissed.LATE)),
        name=args.get(NAME.name),
        remind=args.get(REMIND.name) == "yes",
        unfit=args.get(UNFIT.name) == "yes",
    )
    made = await ctx.engine.schedules.add(ctx.actor, request)
    if await ctx.engine.store.chats.home(made.record.stream) is None:
        await note_home(ctx, made.record.stream)
    return present.schedule(made, ctx.t, ctx.now)


async def _has_to_say_where(ctx: Context, args: Mapping[str, str]) -> bool:
    """Return whether to ask for the destination: there are several, and no kept stream that knows its own."""
    if not ctx.caller.asks or await find_kept(ctx, args[SOURCE.name]):
        return False
    return len(await ctx.engine.destinations.all(ctx.space)) > 1


def _read_start(ctx: Context, args: Mapping[str, str], repeat: Repeat, zone: ZoneInfo) -> tuple[Start, ZoneInfo]:
    """Return when it starts and by which zone's clock: `tz=`, else one behind the time (`18:00 WIB`), else `zone`."""
    typed, named = split_zone(args.get(START.name, ""))
    zone = parse_zone(ZONE.name, args[ZONE.name]) if ZONE.name in args else named or zone
    return parse_start(START.name, typed or None, repeat, ctx.now, zone), zone


def _read_length(ctx: Context, args: Mapping[str, str], start: Start, zone: ZoneInfo) -> Length:
    length, until = (None if args.get(name) == NONE else args.get(name) for name in (FOR.name, UNTIL.name))
    return parse_length(length, until, start, ctx.now, zone)


async def schedules(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Show all schedules, or those of one stream."""
    stream = (await ctx.engine.find_stream(ctx.space, args["stream"])).id if "stream" in args else None
    views = await ctx.engine.schedules.all(ctx.space, stream)
    return present.schedules(views, ctx.t, ctx.now, operator=ctx.caller.may(Role.OPERATOR))


async def unschedule(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Delete a schedule."""
    view = await ctx.engine.schedules.find(ctx.space, args[SCHEDULE.name])
    name = view.record.plan.name
    if not is_confirmed(ctx, args):
        question = ctx.t("confirm.schedule", name=name)
        return ask_yes(ctx, {SCHEDULE.name: f"#{view.record.id}"}, question, ctx.t("button.yes_delete"))
    await ctx.engine.schedules.remove(ctx.actor, view.record.id)
    return say(ctx.t("schedule.deleted", name=name), data={"name": name})


async def reschedule(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Change, pause or resume a schedule, or leave out one run; without a change it is shown with how to."""
    view = await ctx.engine.schedules.find(ctx.space, args[SCHEDULE.name])
    if SKIP.name in args:
        skipped = await ctx.engine.schedules.skip(ctx.actor, view.record.id)
        return present.schedule(skipped, ctx.t, ctx.now, ctx.t("schedule.skipped"))
    if not args.keys() & {param.name for param in CHANGES}:
        return _ask_change(ctx, args, view)
    if "once" in args.get(REPEAT.name, "") and START.name not in args:
        return await ask_for(ctx, args, START)
    changed = await ctx.engine.schedules.change(ctx.actor, view.record.id, _read_change(ctx, args, view))
    return present.schedule(changed, ctx.t, ctx.now)


def _ask_change(ctx: Context, args: Mapping[str, str], view: ScheduleView) -> Reply:
    """Show what can be changed, or what that can become."""
    args = {**args, SCHEDULE.name: f"#{view.record.id}"}
    offer = _OFFERS.get(args.get(WHAT.name, ""))
    if offer is None or not ctx.caller.asks:
        return present.schedule_changes(view, ctx.t, ctx.now)
    param, list_offers, width = offer
    asked = pick(ctx, args, param, list_offers(ctx, view), width=width)
    question = Text(ctx.t(f"ask.{param.name}"), strong=True)
    return replace(asked, blocks=(question, Text(present.tell_how(view, ctx.t))))


def _offer_starts(ctx: Context, view: ScheduleView) -> list[Choice]:
    """Offer each hour, those around the present one first; of a single run on its day."""
    start = view.record.plan.start
    day = f"{start:%Y-%m-%d} " if isinstance(start, datetime) else ""
    first = start.hour - HOURS_BEFORE if start is not None else 0
    hours = [(first + ahead) % 24 for ahead in range(24)]
    return [Choice(ctx.t.minute(hour * 60), f"{day}{hour:02}:00") for hour in hours]


def _offer_lengths(ctx: Context, _: ScheduleView) -> list[Choice]:
    lengths = [Choice(ctx.t.length(parse_duration(FOR.name, typed).total_seconds()), typed) for typed in LENGTHS]
    return [*lengths, Choice(ctx.t("button.no_end"), NONE)]


def _offer_days(ctx: Context, _: ScheduleView) -> list[Choice]:
    several = [Choice(ctx.t(f"plan.{word}"), word) for word in ("daily", "weekdays", "weekends")]
    return several + [Choice(ctx.t(f"weekday.{at}"), day) for at, day in enumerate(DAYS)]


LENGTHS: Final = ("1h", "2h", "3h", "4h", "5h", "6h", "8h", "10h", "12h", "18h", "23h")
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOURS_BEFORE: Final = 5
_OFFERS: Final[Mapping[str, tuple[Param, Callable[[Context, ScheduleView], list[Choice]], int]]] = {
    START.name: (START, _offer_starts, 3),
    FOR.name: (FOR, _offer_lengths, 3),
    REPEAT.name: (Param(REPEAT.name, Kind.CHOICE, positional=False), _offer_days, 3),
}


def _read_change(ctx: Context, args: Mapping[str, str], view: ScheduleView) -> ScheduleChange:
    plan = view.record.plan
    repeat = parse_repeat(REPEAT.name, args[REPEAT.name]) if REPEAT.name in args else plan.repeat
    start, zone = _settle_start(ctx, args, view, repeat)
    ends = {FOR.name, UNTIL.name} & args.keys()
    length = _read_length(ctx, args, start, zone) if ends else None
    return ScheduleChange(
        repeat=repeat,
        start=start,
        zone=str(zone),
        length=NoEnd() if ends and length is None else length,
        missed=IfMissed(args[MISSED.name]) if MISSED.name in args else None,
        name=args.get(NAME.name),
        remind=args[REMIND.name] == "yes" if REMIND.name in args else None,
        paused=args[PAUSED.name] == "yes" if PAUSED.name in args else None,
    )


def _settle_start(ctx: Context, args: Mapping[str, str], view: ScheduleView, repeat: Repeat) -> tuple[Start, ZoneInfo]:
    """Return the new start and zone; a start that was not given stays, as far as the new repeat has one."""
    plan = view.record.plan
    if START.name in args or (plan.start is None and not isinstance(repeat, Cron)):
        return _read_start(ctx, args, repeat, load_zone(plan.zone))
    zone = parse_zone(ZONE.name, args[ZONE.name]) if ZONE.name in args else load_zone(plan.zone)
    if isinstance(repeat, Cron):
        return None, zone
    if isinstance(plan.start, datetime) and not isinstance(repeat, Once):
        return plan.start.time(), zone
    return plan.start, zone


COMMANDS: Final = (
    CommandSpec(
        "schedule",
        schedule,
        (SOURCE, DESTINATION, START, FOR, UNTIL, REPEAT, ZONE, MISSED, REMIND, NAME, UNFIT),
        role=Role.OPERATOR,
        changes=True,
        group="schedules",
    ),
    CommandSpec("schedules", schedules, (ANY_STREAM,), role=Role.VIEWER, aliases=("jadwal",), group="schedules"),
    CommandSpec(
        "reschedule",
        reschedule,
        (SCHEDULE, *CHANGES, SKIP, WHAT),
        role=Role.OPERATOR,
        changes=True,
        group="schedules",
    ),
    CommandSpec("unschedule", unschedule, (SCHEDULE,), role=Role.OPERATOR, changes=True, group="schedules"),
)
