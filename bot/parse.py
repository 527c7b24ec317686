"""Typed text -> a command's name and its words by name; pure, it looks nothing up but the definitions it is given."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.errors import GivenTwice, NotUnderstood, TooLong, TooManyWords, UnknownCommand, UnknownParam
from bot.spec import Kind, Param
from bot.values import is_value, read_value
from core.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.spec import CommandSpec

MAX_ORDER_CHARS: Final = 4096
"""Telegram's own limit for one message; nothing longer is a command."""

MAX_GLUED_WORDS: Final = 4
"""How many words a time can have: `1 jam 30 menit`, `2026-12-01 18:00 WIB`."""

CONFIRM: Final = Param("confirm", Kind.TEXT, positional=False, hidden=True, choices=("yes",))
PAGE: Final = Param("page", Kind.NUMBER, positional=False, hidden=True, low=1, high=1000)
STEP: Final = Param("step", Kind.CHOICE, positional=False, hidden=True, choices=("ask", "until"))
HIDDEN_PARAMS: Final = (CONFIRM, PAGE, STEP)
"""What buttons add to any order: that it is meant (`bot.asking`), a page, and that the person is being asked."""

ITEM_SEPARATOR: Final = "\n"
"""Between the words that a `many` parameter took; no word can hold it."""

_DOUBLE: Final = '"“”„‟«»'
_SINGLE: Final = "'‘’‚‛‹›"  # noqa: RUF001 - these are the quotes that phones type
_NAMED: Final = re.compile(r"([A-Za-z_]{1,32})=(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of an order. `quoted`: it began with a quote, so it is a value as it is.

    `leads`, `trails`: a comma outside of quotes stands at its beginning or end, so it is part of a list.
    """

    text: str
    quoted: bool = False
    leads: bool = False
    trails: bool = False


def split_words(text: str) -> list[Word]:
    """Return the words of an order; quotes of any shape hold spaces, `a, b` is one word, line breaks are spaces.

    A quote opens in front of a word or behind `name=` only, and closes in front of a space, a comma or the end only, so
    that `Rina's` and `5"` are words like others. One that is never closed is an ordinary character.
    """
    words: list[Word] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        word, at = _take_word(text, at)
        words.append(word)
    return _join_lists(words)


def _take_word(text: str, at: int) -> tuple[Word, int]:
    start, value, quoted = at, [], False
    while at < len(text) and not text[at].isspace():
        opens = at == start or text[at - 1] in "=,"
        end = _closing(text, at) if opens else None
        if end is None:
            value.append(text[at])
            at += 1
        else:
            quoted = quoted or at == start
            value.append(text[at + 1 : end].replace("\n", " "))
            at = end + 1
    return Word("".join(value), quoted, leads=text[start] == ",", trails=text[at - 1] == ","), at


def _closing(text: str, at: int) -> int | None:
    family = next((family for family in (_DOUBLE, _SINGLE) if text[at] in family), None)
    if family is None:
        return None
    places = (i for i in range(at + 1, len(text)) if text[i] in family)
    return next((i for i in places if i + 1 == len(text) or text[i + 1].isspace() or text[i + 1] == ","), None)


def _join_lists(words: Sequence[Word]) -> list[Word]:
    """Return `youtube, twitch` and `youtube ,twitch` as one word."""
    joined: list[Word] = []
    for word in words:
        if joined and (joined[-1].trails or word.leads):
            joined[-1] = Word(joined[-1].text + word.text, leads=joined[-1].leads, trails=word.trails)
        else:
            joined.append(word)
    return joined


def split_command(text: str) -> tuple[str, str]:
    """Return the command's name, lower case, without slash and `@bot`, and what stands behind it.

    Raises:
        TooLong: more than `MAX_ORDER_CHARS`.
        NotUnderstood: there is no word.
    """
    if len(text) > MAX_ORDER_CHARS:
        raise TooLong(MAX_ORDER_CHARS)
    first, *rest = text.strip().split(maxsplit=1)[:2] or [""]
    name = first.removeprefix("/").split("@", 1)[0].casefold()
    if not name:
        raise NotUnderstood
    return name, rest[0] if rest else ""


def find_spec(name: str, specs: Iterable[CommandSpec], *, slash: bool) -> CommandSpec:
    """Return the command of that name or alias.

    Raises:
        UnknownCommand: none; with the nearest.
        NotUnderstood: none, and no slash in front: that is talk, and may be a key that came too late.
    """
    known = {alias: spec for spec in specs for alias in (spec.name, *spec.aliases)}
    if name in known:
        return known[name]
    if not slash:
        raise NotUnderstood
    near = difflib.get_close_matches(name[:40], known, n=5, cutoff=0.6)
    raise UnknownCommand(name, tuple(dict.fromkeys(known[word].name for word in near))[:3])


def bind_words(spec: CommandSpec, text: str) -> dict[str, str]:
    """Return the typed words by parameter. Empty ones count as not given; values are checked and written uniformly.

    Raises:
        UnknownParam, GivenTwice, TooManyWords: the words don't fit the command.
        core.errors.InvalidValue: a word doesn't fit its parameter.
    """
    params = {param.name: param for param in (*spec.params, *HIDDEN_PARAMS)}
    named: list[tuple[Param, str]] = []
    placed: list[Word] = []
    words = split_words(text)
    while words:
        word = words.pop(0)
        param, value = _find_named(spec, params, word)
        if param is None:
            placed.append(word)
        else:
            named.append((param, _glue(param, value, words)))
    bound = _once(spec, named)
    _place(spec, bound, placed)
    return bind_values(spec, bound)


def bind_values(spec: CommandSpec, values: Mapping[str, str]) -> dict[str, str]:
    """Return values that came by name (a platform's options), checked and written uniformly.

    Raises:
        UnknownParam: the command has no such parameter.
        core.errors.InvalidValue: a value doesn't fit its parameter.
    """
    params = {param.name: param for param in (*spec.params, *HIDDEN_PARAMS)}
    if unknown := next((name for name in values if name not in params), None):
        raise UnknownParam(spec.name, unknown)
    return {name: read_value(params[name], value) for name, value in values.items() if value.strip()}


def _find_named(spec: CommandSpec, params: Mapping[str, Param], word: Word) -> tuple[Param | None, str]:
    match = None if word.quoted else _NAMED.fullmatch(word.text)
    if match is None:
        return None, ""
    name, value = match[1].casefold(), match[2]
    if name in params:
        return params[name], value
    if any(param.kind is Kind.KEY for param in spec.params):
        return None, ""  # a key may hold '=': it is no name, and must not be told as one
    visible = [param.name for param in spec.params if not param.hidden]
    near = difflib.get_close_matches(name, visible, n=3, cutoff=0.5) or [v for v in visible if v.startswith(name)]
    raise UnknownParam(spec.name, name, tuple(near))


def _glue(param: Param, value: str, words: list[Word]) -> str:
    """Take the following words too where the value is a time only with them: `for=6 jam`."""
    if param.kind not in {Kind.DURATION, Kind.MOMENT}:
        return value
    for count in range(min(MAX_GLUED_WORDS, len(words)), 0, -1):
        longer = " ".join([value, *(word.text for word in words[:count])])
        if is_value(param, longer):
            del words[:count]
            return longer
    return value


def _once(spec: CommandSpec, named: Iterable[tuple[Param, str]]) -> dict[str, str]:
    bound: dict[str, str] = {}
    for param, value in named:
        if param.name in bound:
            raise GivenTwice(spec.name, param.name)
        bound[param.name] = value
    return bound


def _place(spec: CommandSpec, bound: dict[str, str], words: list[Word]) -> None:
    """Put words into the places that have no value by name, in order; a choice that may be left out takes its own."""
    for param in spec.params:
        if not words:
            return
        if not param.positional or param.name in bound:
            continue
        if param.many:
            bound[param.name] = ITEM_SEPARATOR.join(word.text for word in words)
            words.clear()
        elif not _is_left_out(param, words[0]):
            bound[param.name] = words.pop(0).text
    if words:
        passed = (it for it in spec.params if it.positional and it.name not in bound and _is_left_out(it, words[0]))
        if not words[0].quoted and (choice := next(passed, None)):
            raise InvalidValue(choice.name, words[0].text, "choice")
        raise TooManyWords(spec.name, words[0].text)


def _is_left_out(param: Param, word: Word) -> bool:
    return param.kind is Kind.CHOICE and not param.required and (word.quoted or not is_value(param, word.text))


def build_order(spec: CommandSpec, values: Mapping[str, str]) -> str | None:
    """Return the shortest order that `bind_words` reads back into `values`; None where no quotes can hold one.

    Values stand in their places as long as no place before them is empty, the rest by name.
    """
    parts, in_place = [spec.name], True
    left = {name: value for name, value in values.items() if value}
    for param in spec.params:
        value = left.pop(param.name, None)
        if value is None:
            in_place = in_place and param.kind is Kind.CHOICE and not param.required
            continue
        in_place = in_place and param.positional
        held = _quote_many(value) if param.many else _quote(value, plain=not in_place)
        if held is None or (param.many and not in_place):
            return None
        parts.append(held if in_place else f"{param.name}={held}")
    for name, value in left.items():
        if (held := _quote(value, plain=True)) is None:
            return None
        parts.append(f"{name}={held}")
    return " ".join(parts)


def _quote_many(value: str) -> str | None:
    held = [_quote(item, plain=False) for item in value.split(ITEM_SEPARATOR)]
    return None if None in held else " ".join(item for item in held if item)


def _quote(value: str, *, plain: bool) -> str | None:
    """Return it as a word that is read back as it is. `plain`: it stands behind `name=`, so it may hold '='."""
    odd = any(c.isspace() or c in _DOUBLE + _SINGLE for c in value) or value.strip(",") != value
    if not odd and (plain or not _NAMED.fullmatch(value)):
        return value
    for mark, family in (('"', _DOUBLE), ("'", _SINGLE)):
        if not any(c in family for c in value) and not any(c.isspace() and c != " " for c in value):
            return f"{mark}{value}{mark}"
    return None
