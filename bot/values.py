"""Whether a word fits its parameter, and how it is written uniformly; pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from bot.spec import Kind
from bot.when import parse_duration, parse_moment
from core.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.spec import Param

_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Seen from here every moment is still to come: whether it has passed is the handler's question."""

NONE: Final = "none"
"""Written for 'without an end'."""

_NONE_WORDS: Final = frozenset({"none", "never", "no end", "no_end", "endless", "tanpa akhir", "tidak", "selamanya"})
_YES_NO: Final[Mapping[str, str]] = {
    word: answer
    for answer, words in {
        "yes": ("y", "ya", "yes", "on", "true", "1", "ok", "oke"),
        "no": ("n", "no", "off", "false", "0", "tidak", "tak", "nggak"),
    }.items()
    for word in words
}


def is_value(param: Param, text: str) -> bool:
    """Return whether `read_value` takes it."""
    try:
        read_value(param, text)
    except InvalidValue:
        return False
    return True


def read_value(param: Param, text: str) -> str:
    """Return a parameter's value as handlers expect it; what has to be looked up (names) is passed on as typed.

    Raises:
        core.errors.InvalidValue: it doesn't fit; for a key it is not carried along.
    """
    value = text.strip()
    if value.casefold() in param.choices:
        return value.casefold()
    return _READERS.get(param.kind, _as_typed)(param, value)


def _as_typed(_: Param, value: str) -> str:
    return value


def _read_number(param: Param, value: str) -> str:
    digits = value.removeprefix("+")
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > 18:  # noqa: PLR2004 - SQLite's integers end there
        raise InvalidValue(param.name, value, "number")
    number = int(digits)
    if number < (param.low or 0) or (param.high is not None and number > param.high):
        raise InvalidValue(param.name, value, "number")
    return str(number)


def _read_choice(param: Param, value: str) -> str:
    meant = _YES_NO.get(value.casefold()) if set(param.choices) == {"yes", "no"} else None
    if meant is None:
        raise InvalidValue(param.name, value, "choice")
    return meant


def _read_duration(param: Param, value: str) -> str:
    if value.casefold() in _NONE_WORDS:
        return NONE
    parse_duration(param.name, value)
    return value


def _read_moment(param: Param, value: str) -> str:
    if value.casefold() in _NONE_WORDS:
        return NONE
    parse_moment(param.name, value, _LONG_AGO, UTC)
    return value


_READERS: Final[Mapping[Kind, Callable[[Param, str], str]]] = {
    Kind.NUMBER: _read_number,
    Kind.CHOICE: _read_choice,
    Kind.DURATION: _read_duration,
    Kind.MOMENT: _read_moment,
}
