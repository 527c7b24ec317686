"""Stream keys typed where none belongs: found by their looks or as one that is in use, and left out of refusals."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from bot.choices import list_choices
from bot.errors import KeyMisplaced
from bot.present.refusals import refuse
from bot.spec import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bot.context import Context
    from bot.present.refused import Refused
    from bot.reply import Reply
    from bot.spec import CommandSpec
    from core.errors import CoreError

HIDDEN: Final = "‹…›"  # noqa: RUF001 - marks that nobody types
"""Shown in place of a word that may be a key."""

KNOWN_MIN: Final = 12
"""A key in use of fewer characters may be an ordinary word (`stream`), so it is looked for nowhere but in logs."""

RANDOM_MIN: Final = 16
RANDOM_SWITCHES: Final = 4
"""A run of so many letters and digits that changes between the two so often was dealt by a machine: a date in a file's
name changes three times (`VID20240131WA0001`)."""

PUSHED_MIN: Final = 6
"""What stands behind an ingest's app is its key, but so short a one may be part of any name."""

_NO_NAMES: Final = frozenset({Kind.KEY, Kind.URL})

_SHAPES: Final = re.compile(
    r"(?i)live_\d{6,}_[a-z0-9]{16,}"  # Twitch
    r"|FB-\d{6,}-\d+-[\w-]{8,}"  # Facebook
    r"|sk_[a-z]{2}[a-z0-9-]*_[\w]{12,}"  # Kick
)
_GROUPS: Final = re.compile(r"(?i)[a-z0-9]{4}(?:-[a-z0-9]{4}){3,4}")  # YouTube
_MIXED: Final = re.compile(r"(?i)\d[a-z]|[a-z]\d")
_RUN: Final = re.compile(rf"[A-Za-z0-9]{{{RANDOM_MIN},}}")
_PUSHED: Final = re.compile(rf"(?i)(?:rtmp[a-z]{{0,2}}://[^/]*/[^/?]+[/?]|srt://[^?]*\?)([^\"'”’]{{{PUSHED_MIN},}})")  # noqa: RUF001 - as above
_APART: Final = re.compile(r"[\s/?&=,\"'“”‘’`<>()\[\]]+")  # noqa: RUF001 - quotes that phones type


def looks_like_key(word: str) -> bool:
    """Return whether a word is written like the keys of the known platforms, or like no word that people think of."""
    if _SHAPES.fullmatch(word):
        return True
    if _GROUPS.fullmatch(word):  # `lofi-rain-jazz-2024` is a name: some group of a key mixes letters and digits
        return any(map(_MIXED.search, word.split("-")))
    return any(len(_MIXED.findall(run)) >= RANDOM_SWITCHES for run in _RUN.findall(word))


def find_keys(texts: Iterable[str], is_known: Callable[[str], bool]) -> frozenset[str]:
    """Return the words among what was typed that are keys in use or look like one.

    A link's parts look like anything (`drive.google.com/file/d/1a2B...`): of those only keys in use count, and what an
    address that streams are pushed to ends with.
    """
    found = set()
    for typed in (word for text in texts for word in text.split()):
        link = "://" in typed
        found.update(_PUSHED.findall(typed))
        for word in filter(None, _APART.split(typed)):
            known = len(word) >= KNOWN_MIN and is_known(word)
            if known or (not link and looks_like_key(word)):
                found.add(word)
    return frozenset(found)


async def check_misplaced(ctx: Context, args: Mapping[str, str], keys: frozenset[str]) -> None:
    """Keep a key from becoming a thing's name, or a word on buttons, which others are shown.

    A thing that is called so already is found: its name only looks like a key.

    Raises:
        KeyMisplaced: nothing is called so.
    """
    for param in ctx.spec.params:
        value = args.get(param.name, "").casefold()
        held = [key.casefold() for key in keys if key.casefold() in value]
        if not held or param.kind in _NO_NAMES:
            continue
        names = [f"{choice.label} {choice.name}".casefold() for choice in await list_choices(ctx, param)]
        if not all(any(key in name for name in names) for key in held):
            raise KeyMisplaced(param.name)


def takes_key(spec: CommandSpec) -> bool:
    """Return whether a key may be among a command's words."""
    return any(param.kind is Kind.KEY for param in spec.params)


def takes_code(spec: CommandSpec) -> bool:
    """Return whether a secret of another sort is among a command's words: an invitation's code."""
    return any(not param.audited and param.kind is not Kind.KEY for param in spec.params)


def refuse_unsaid(refused: Refused, keys: frozenset[str]) -> Reply:
    """Return the refusal, with none of these words in it or in its buttons."""
    if not keys:
        return refuse(refused)
    args = {name: hide_words(value, keys) for name, value in refused.args.items()}
    words = hide_words(refused.words, keys)
    return drop_buttons(refuse(replace(refused, error=hide_in_error(refused.error, keys), args=args, words=words)))


def hide_words(text: str, keys: Iterable[str]) -> str:
    """Return the text without these words, in whatever case."""
    for key in sorted(keys, key=len, reverse=True):
        text = re.sub(re.escape(key), HIDDEN, text, flags=re.IGNORECASE)
    return text


def hide_in_error(error: CoreError, keys: frozenset[str]) -> CoreError:
    """Return an error like this one whose texts hold none of these words."""
    if not keys or not is_dataclass(error):
        return error
    return replace(error, **{field.name: _hide(getattr(error, field.name), keys) for field in fields(error)})


def _hide(value: Any, keys: frozenset[str]) -> Any:  # noqa: ANN401 - any field of an error
    if isinstance(value, tuple):
        return tuple(_hide(item, keys) for item in value)
    if not isinstance(value, str):
        return value
    return hide_words(_hide_begun(value, keys), keys)


def _hide_begun(value: str, keys: frozenset[str]) -> str:
    """Return a shortened text without the beginning of a key that it breaks off in."""
    if not value.endswith("…"):
        return value
    cut, begun = value[:-1], (key[:length] for key in keys for length in range(len(key), 0, -1))
    ends = next((part for part in begun if cut.casefold().endswith(part.casefold())), "")
    return f"{cut[: len(cut) - len(ends)]}{HIDDEN}" if ends else value


def drop_buttons(reply: Reply) -> Reply:
    """Return the reply without the buttons that would repeat an order with a hidden word in it."""
    rows = (tuple(button for button in row if HIDDEN not in button.label + button.order) for row in reply.buttons)
    return replace(reply, buttons=tuple(filter(None, rows)))
