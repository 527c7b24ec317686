"""What a console's line could go on with, from the commands and live data; it runs nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from bot.commands import COMMANDS
from bot.errors import NotUnderstood, UnknownCommand
from bot.parse import find_spec
from bot.spec import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.channel import Answering
    from bot.spec import CommandSpec, Invocation, Param

MAX_LINE: Final = 1000
"""A longer line is no order that somebody types."""


@dataclass(frozen=True, slots=True)
class Completion:
    """`insert` takes the place of the line's last `length` characters; `shows` is what stands in the list."""

    insert: str
    shows: str
    length: int


async def complete_line(bot: Answering, invocation: Invocation) -> list[Completion]:
    """Return what the invocation's text, a line up to the cursor, could go on with; nothing where it holds a key."""
    first, space, rest = invocation.text[:MAX_LINE].lstrip().partition(" ")
    if not space:
        return _complete_command(first)
    try:
        spec = find_spec(first.removeprefix("/").casefold(), COMMANDS, slash=True)
    except (UnknownCommand, NotUnderstood):
        return []
    *words, typed = rest.split(" ")
    return await _complete_word(bot, replace(invocation, command=spec.name), spec, words, typed)


def _complete_command(typed: str) -> list[Completion]:
    slash, begun = typed[: typed.startswith("/")], typed.removeprefix("/").casefold()
    names = [spec.name for spec in COMMANDS if spec.in_menu and spec.name.startswith(begun)]
    return [Completion(f"{slash}{name} ", f"{slash}{name}", len(typed)) for name in names]


async def _complete_word(
    bot: Answering, invocation: Invocation, spec: CommandSpec, words: Sequence[str], typed: str
) -> list[Completion]:
    params = [param for param in spec.params if not param.hidden and param.kind is not Kind.KEY]
    name, is_named, value = typed.partition("=")
    if is_named:
        named = next((param for param in params if param.name == name.casefold()), None)
        return await _complete_value(bot, invocation, named, value)
    given = [word.partition("=")[0] for word in words if "=" in word]
    names = [f"{param.name}=" for param in params if not param.positional and param.name not in given]
    found = [Completion(name, name, len(typed)) for name in names if name.startswith(typed.casefold())]
    return [*await _complete_value(bot, invocation, _find_place(spec, words), typed), *found]


def _find_place(spec: CommandSpec, words: Sequence[str]) -> Param | None:
    """Return the parameter that the next word without a name is for."""
    places = [param for param in spec.params if param.positional and not param.hidden]
    taken = sum(bool(word) and "=" not in word for word in words)
    if places and places[-1].many:
        taken = min(taken, len(places) - 1)
    return places[taken] if taken < len(places) and places[taken].kind is not Kind.KEY else None


async def _complete_value(bot: Answering, invocation: Invocation, param: Param | None, typed: str) -> list[Completion]:
    if param is None:
        return []
    begun = typed.lstrip("\"'")
    choices = await bot.complete(invocation, param.name, begun)
    return [Completion(_hold(value), label, len(typed)) for label, value in choices]


def _hold(value: str) -> str:
    """Return a value as one word."""
    return f'"{value}"' if " " in value and '"' not in value else value
