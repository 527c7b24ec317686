"""Parameters and values that several commands share; it runs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.parse import CONFIRM, PAGE, STEP
from bot.spec import Kind, Param
from bot.values import NONE
from bot.when import parse_duration, parse_moment
from core.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.context import Context

STREAM: Final = Param("stream", Kind.STREAM, required=True)
STREAM_OR_ALL: Final = Param("stream", Kind.STREAM, required=True, choices=("all",))
ANY_STREAM: Final = Param("stream", Kind.STREAM)
USER: Final = Param("user", Kind.USER, required=True)
ROLE: Final = Param("role", Kind.CHOICE, required=True, choices=("viewer", "operator", "admin"))
SPACE: Final = Param("space", Kind.TEXT, positional=False, hidden=True)
"""What a note's buttons add where the chat that they are pressed in may belong to another team (`Dispatcher`)."""

KEY: Final = Param("key", Kind.KEY, audited=False)
FOR: Final = Param("for", Kind.DURATION, positional=False)
UNTIL: Final = Param("until", Kind.MOMENT, positional=False)

_OWN: Final = frozenset({CONFIRM.name, PAGE.name, STEP.name})


def split_list(typed: str) -> tuple[str, ...]:
    """Return the names between commas, each once, empty ones left out."""
    return tuple(dict.fromkeys(name.strip() for name in typed.split(",") if name.strip()))


def read_end(ctx: Context, args: Mapping[str, str]) -> tuple[datetime | None, bool]:
    """Return when to stop by `for=` or `until=`, and whether the order says 'no end'.

    Raises:
        InvalidValue: not a time, passed, or both were given.
    """
    length, until = args.get(FOR.name), args.get(UNTIL.name)
    if length and until:
        raise InvalidValue(FOR.name, UNTIL.name, "both")
    if NONE in {length, until}:
        return None, True
    if length:
        return ctx.now + parse_duration(FOR.name, length), False
    if until:
        return parse_moment(UNTIL.name, until, ctx.now, ctx.caller.zone), False
    return None, False


def visible(args: Mapping[str, str]) -> dict[str, str]:
    """Return the words of an order without what its buttons added."""
    return {name: value for name, value in args.items() if name not in _OWN}
