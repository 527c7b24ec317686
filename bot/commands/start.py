"""/startstream: at once where the words suffice, else step by step with buttons; each step is an order of its own.

The steps keep nothing in memory: a button's order holds all that was chosen so far, and `step=ask` says that the person
is being led, so that nothing starts before [Start]. Buttons of yesterday's picker still work.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot.asking import cancel, pick
from bot.choices import DURATIONS, Choice, list_choices
from bot.commands.params import FOR, UNTIL, read_end, split_list, visible
from bot.homes import note_home
from bot.parse import STEP, build_order
from bot.present.buttons import press, rows
from bot.present.cards import card
from bot.references import find_kept, refer
from bot.reply import Reply, Style, Text
from bot.spec import Kind, Param
from bot.values import NONE
from bot.when import parse_duration
from core.errors import InvalidValue, NeedsDestination
from core.model import Mode, StartRequest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.context import Context

SOURCE: Final = Param("source", Kind.SOURCE, required=True)
ASKED: Final = "ask"
BY_HOUR: Final = "until"
ALL_OF_THEM: Final = (2, 3)
"""With so many destinations, all of them together are offered too; beyond that it is hardly what one wants."""

HOURS_OFFERED: Final = 12
ROTATE_LEAST: Final = timedelta(minutes=1)
"""Each planned break is some seconds of darkness, and is announced."""


async def start(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Start a stream, or ask for what is missing."""
    rotate_s = _read_rotation(args.get("rotate"))
    if ctx.caller.asks and (question := await _ask_next(ctx, args)) is not None:
        return question
    ends_at, _ = read_end(ctx, args)
    request = StartRequest(
        source=args[SOURCE.name],
        destinations=split_list(args.get("destination", "")),
        name=args.get("name"),
        mode=Mode(args["mode"]) if "mode" in args else None,
        loop=args["loop"] == "yes" if "loop" in args else None,
        quality=args.get("quality"),
        rotate_s=rotate_s,
        ends_at=ends_at,
        unfit=args.get("unfit") == "yes",
    )
    view = await ctx.engine.start(ctx.actor, request)
    await note_home(ctx, view.id)
    return card(view, ctx.t, ctx.now)


def _read_rotation(rotate: str | None) -> int | None:
    if rotate is None or rotate == NONE:
        return None
    length = parse_duration("rotate", rotate)
    if length < ROTATE_LEAST:
        raise InvalidValue("rotate", rotate, "too_short")
    return int(length.total_seconds())


async def _ask_next(ctx: Context, args: Mapping[str, str]) -> Reply | None:
    """Return the next question, None where the order can be carried out as it is."""
    if "destination" not in args and await find_kept(ctx, args[SOURCE.name]) is None:
        known = await ctx.engine.destinations.all(ctx.space)
        if not known:
            raise NeedsDestination(())
        if len(known) > 1:
            return await _ask_where(ctx, args)
    step = args.get(STEP.name)
    if step == BY_HOUR:
        return _ask_until(ctx, await refer(ctx, args))
    if step != ASKED:
        return None
    args = await refer(ctx, args)
    if FOR.name not in args and UNTIL.name not in args:
        return _ask_how_long(ctx, args)
    return await _summarise(ctx, args)


async def _ask_where(ctx: Context, args: Mapping[str, str]) -> Reply:
    param = next(param for param in ctx.spec.params if param.name == "destination")
    choices = await list_choices(ctx, param)
    together = []
    if len(choices) in ALL_OF_THEM:
        label = " + ".join(choice.label for choice in choices)
        together.append(Choice(label, ",".join(choice.value for choice in choices)))
    return pick(ctx, _led(await refer(ctx, args)), param, choices, together)


def _led(args: Mapping[str, str]) -> dict[str, str]:
    """Return the words so far, and that the person is being led from here on."""
    return {**args, STEP.name: ASKED}


def _ask_how_long(ctx: Context, args: Mapping[str, str]) -> Reply:
    lengths = [Choice(ctx.t("button.no_end"), NONE)]
    lengths += [Choice(ctx.t.length(parse_duration("for", d).total_seconds()), d) for d in DURATIONS[:3]]
    reply = pick(ctx, args, FOR, lengths)
    until = press(ctx.t("button.until"), build_order(ctx.spec, {**args, STEP.name: BY_HOUR}))
    *above, last = reply.buttons
    return Reply(reply.blocks, (*above, *rows((until, *last))), private=True, data=reply.data)


def _ask_until(ctx: Context, args: Mapping[str, str]) -> Reply:
    first = ctx.now.astimezone(ctx.caller.zone).replace(minute=0, second=0, microsecond=0)
    hours = [first + timedelta(hours=ahead) for ahead in range(1, HOURS_OFFERED + 1)]
    choices = [Choice(ctx.t.clock(hour), f"{hour:%H:%M}") for hour in hours]
    reply = pick(ctx, _led(args), UNTIL, choices, width=3)
    return reply.with_blocks(Text(ctx.t("wizard.type_until")))


async def _summarise(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Say what would start, and start nothing yet."""
    words = visible(args)
    ends_at, _ = read_end(ctx, args)
    summary = ctx.t(
        "wizard.summary",
        source=await _label(ctx, SOURCE, args[SOURCE.name]),
        destination=await _labels(ctx, args),
        length=_tell_length(ctx, args) if ends_at else ctx.t("wizard.no_end"),
        mode=ctx.t(f"wizard.mode.{args.get('mode', Mode.COPY)}"),
    )
    again = {STEP.name: ASKED, **{name: value for name, value in words.items() if name not in _CHOSEN}}
    buttons = rows(
        (
            press(ctx.t("button.start"), build_order(ctx.spec, words), style=Style.GOOD),
            press(ctx.t("button.change"), build_order(ctx.spec, again)),
            cancel(ctx),
        )
    )
    return Reply((Text(summary, strong=True),), buttons, private=True, data={"ask": "start"})


_CHOSEN: Final = frozenset({SOURCE.name, "destination", FOR.name, UNTIL.name})


def _tell_length(ctx: Context, args: Mapping[str, str]) -> str:
    if FOR.name in args:
        return ctx.t.length(parse_duration(FOR.name, args[FOR.name]).total_seconds())
    ends_at, _ = read_end(ctx, args)
    assert ends_at is not None  # noqa: S101 - the caller looked
    return ctx.t("wizard.until", at=ctx.t.moment(ends_at, ctx.now))


async def _labels(ctx: Context, args: Mapping[str, str]) -> str:
    param = next(param for param in ctx.spec.params if param.name == "destination")
    typed: Sequence[str] = split_list(args.get(param.name, ""))
    if not typed:
        known = await ctx.engine.destinations.all(ctx.space)
        return known[0].name if len(known) == 1 else ctx.t("wizard.as_last_time")
    return " + ".join([await _label(ctx, param, name) for name in typed])


async def _label(ctx: Context, param: Param, value: str) -> str:
    """Return how a thing that stands in the order by its id is called."""
    if value.startswith("#s"):
        return (await ctx.engine.find_stream(ctx.space, value)).name
    found = (choice.label for choice in await list_choices(ctx, param) if choice.value == value)
    return next(found, value)
