"""Asking back for what an order lacks: pickers, 'yes, do it', and what to write next; it changes nothing itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.choices import list_choices
from bot.errors import MissingWord
from bot.parse import CONFIRM, PAGE, STEP, build_order
from bot.pending import Question
from bot.present.buttons import in_rows, press, rows
from bot.references import refer
from bot.reply import Reply, Style, Text, say
from bot.spec import Kind
from core.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.choices import Choice
    from bot.context import Context
    from bot.reply import Button
    from bot.spec import Param

PAGE_ROWS: Final = 4
"""Rows of a page: what a phone shows without scrolling."""

YES_FOR_MIN: Final = 10
"""For how long a 'yes, do it' is one: after that it is asked again."""

_THINGS: Final[Mapping[Kind, str]] = {
    Kind.SOURCE: "source",
    Kind.MEDIA: "media",
    Kind.PLAYLIST: "playlist",
    Kind.STREAM: "stream",
    Kind.DESTINATION: "destination",
    Kind.DESTINATIONS: "destination",
    Kind.SCHEDULE: "schedule",
    Kind.USER: "user",
}
_TYPED_ONLY: Final = frozenset({Kind.TEXT, Kind.NAME, Kind.URL, Kind.NUMBER, Kind.ZONE, Kind.DURATION, Kind.MOMENT})


async def ask_for(ctx: Context, args: Mapping[str, str], param: Param) -> Reply:
    """Ask for `param`: with buttons where there is something to choose from, else for the next private message.

    Raises:
        MissingWord: this chat can't be asked.
        core.errors.NotFound: there is nothing to choose from.
    """
    if not ctx.caller.asks:
        raise MissingWord(ctx.spec.name, param.name)
    args = await refer(ctx, args)
    if param.kind in _TYPED_ONLY and not param.choices:
        return _ask_for_words(ctx, args, param)
    led = {STEP.name: "ask"} if ctx.spec.led else {}
    choices = await list_choices(ctx, param)
    none = f"{ctx.spec.name}.none"
    if param.choices and ctx.t.has(none) and all(choice.value in param.choices for choice in choices):
        return say(ctx.t(none))  # 'all' of nothing is nothing to choose
    return pick(ctx, {**args, **led}, param, choices)


def pick(
    ctx: Context,
    args: Mapping[str, str],
    param: Param,
    choices: Sequence[Choice],
    extra: Sequence[Choice] = (),
    *,
    width: int = 2,
) -> Reply:
    """Return a page of buttons, `width` a row, each the order with that choice; `extra` ones stand below every page.

    Raises:
        core.errors.NotFound: there is nothing to choose from.
        MissingWord: the order is too long for buttons, so it has to be typed whole.
    """
    if not choices and not extra:
        raise NotFound(_THINGS.get(param.kind, "item"), "")
    page = int(args.get(PAGE.name, "1"))
    size = PAGE_ROWS * width
    start = (page - 1) * size if (page - 1) * size < len(choices) else 0
    kept = {name: value for name, value in args.items() if name not in {PAGE.name, param.name}}
    buttons = [_choose(ctx, kept, param, choice) for choice in choices[start : start + size]]
    below = [_choose(ctx, kept, param, choice) for choice in extra]
    if any(button is None for button in (*buttons, *below)):
        raise MissingWord(ctx.spec.name, param.name)
    question = ctx.t(ctx.t.first(f"ask.{param.kind}", f"ask.{param.name}", "ask.choice"))
    more = _more(ctx, kept, page, last=start + size >= len(choices)) if len(choices) > size else None
    layout = (*in_rows(buttons, width), *in_rows(below), *rows((more, cancel(ctx))))
    data = {"ask": param.name, "choices": [choice.label for choice in (*choices, *extra)]}
    return Reply((Text(question, strong=True),), layout, private=True, data=data)


def _choose(ctx: Context, kept: Mapping[str, str], param: Param, choice: Choice) -> Button | None:
    return press(choice.label, build_order(ctx.spec, {**kept, param.name: choice.value}), choice.run)


def _more(ctx: Context, kept: Mapping[str, str], page: int, *, last: bool) -> Button | None:
    label = ctx.t("button.back" if last else "button.more")
    return press(label, build_order(ctx.spec, {**kept, PAGE.name: str(1 if last else page + 1)}))


def cancel(ctx: Context) -> Button | None:
    """Return the button that ends asking."""
    return press(ctx.t("button.cancel"), "cancel")


def _ask_for_words(ctx: Context, args: Mapping[str, str], param: Param) -> Reply:
    """Ask for a private message; where others read along nobody knows whom an answer is for, so there it is refused."""
    if not ctx.caller.private_chat:
        raise MissingWord(ctx.spec.name, param.name)
    question = _question(ctx, args, param.name, secret=False)
    ctx.services.pending.ask(ctx.caller.platform, ctx.caller.platform_id, question)
    what = ctx.t(f"command.{ctx.spec.name}.{param.name}")
    return say(ctx.t("ask.text", what=what), buttons=rows((cancel(ctx),)), data={"ask": param.name})


def ask_secret(ctx: Context, args: Mapping[str, str], param: str, title: str) -> Reply:
    """Ask for a key: a form where the platform has them, else the next private message.

    Args:
        title: What a form is headed with.

    Raises:
        MissingWord: this chat can't be asked.
    """
    if not ctx.caller.asks:
        raise MissingWord(ctx.spec.name, param)
    order = build_order(ctx.spec, {name: value for name, value in args.items() if name != STEP.name}) or ctx.spec.name
    question = _question(ctx, args, param, secret=True)
    ctx.services.pending.ask(ctx.caller.platform, ctx.caller.platform_id, question)
    private = ctx.caller.private_chat
    told = ctx.t("key.ask_private" if private else "key.ask_elsewhere")
    button = None if private else press(ctx.t("button.send_key"), order, style=Style.GOOD)
    return say(
        f"🔑 {told}",
        buttons=rows((button, cancel(ctx))),
        secret_form=order,
        secret_title=title[:45],
        private=True,
        data={"ask": param},
    )


def _question(ctx: Context, args: Mapping[str, str], param: str, *, secret: bool) -> Question:
    chat, guild = ctx.invocation.chat, ctx.invocation.guild
    return Question(ctx.spec.name, dict(args), param, secret=secret, chat=chat, guild=guild)


def is_confirmed(ctx: Context, args: Mapping[str, str]) -> bool:
    """Return whether to go ahead: it was said twice within ten minutes, or this chat is never asked back.

    What stands on a button is the minute of the question: last week's 'yes' was about what ran last week.
    """
    said = args.get(CONFIRM.name, "")
    if not ctx.caller.asks or (said == "yes" and not ctx.invocation.pressed):
        return True
    return said.isdecimal() and 0 <= _minute(ctx) - int(said) <= YES_FOR_MIN


def _minute(ctx: Context) -> int:
    return int(ctx.now.timestamp()) // 60


def ask_yes(ctx: Context, args: Mapping[str, str], question: str, yes: str) -> Reply:
    """Ask once whether it is meant; `yes` is the label of the button that does it."""
    order = build_order(ctx.spec, {**args, CONFIRM.name: str(_minute(ctx))})
    return say(
        question,
        buttons=rows((press(yes, order, style=Style.DANGER), cancel(ctx))),
        private=True,
        data={"ask": CONFIRM.name},
    )
