"""An interaction as the bot's order: who, where, with which roles and words; it answers nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import discord

from bot.channel import ChatRef
from bot.commands import COMMANDS
from bot.errors import NotUnderstood, TooLong, UnknownCommand
from bot.parse import find_spec, split_command
from bot.spec import CommandSpec, Invocation, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.discord.buttons import Press

PLATFORM: Final = "discord"
SPECS: Final[Mapping[str, CommandSpec]] = {spec.name: spec for spec in COMMANDS}

_USER: Final = re.compile(r"<@!?(\d{1,25})>")
_ROLE: Final = re.compile(r"<@&(\d{1,25})>")

Asked = discord.Interaction[Any]


@dataclass(frozen=True, slots=True)
class Typing:
    """What a person types into an option that is completed."""

    param: str
    typed: str


def read_command(asked: Asked) -> Invocation:
    """Return a slash command, or one that is being typed, as an order."""
    data: Any = asked.data
    name = str(data["name"])
    given = {str(part["name"]): str(part["value"]) for part in data.get("options", []) if not part.get("focused")}
    return _invoke(asked, command=name, args={param: _read_word(name, param, word) for param, word in given.items()})


def read_typing(asked: Asked) -> Typing | None:
    """Return which option is being typed."""
    data: Any = asked.data
    focused = next((part for part in data.get("options", []) if part.get("focused")), None)
    return Typing(str(focused["name"]), str(focused["value"])) if focused else None


def read_button(asked: Asked, press: Press) -> Invocation:
    """Return a button's order, from whoever presses it."""
    return _invoke(asked, text=press.order, pressed=True, bound_run=press.run)


def read_key(asked: Asked, order: str) -> Invocation:
    """Return the order that a form's key is for."""
    return _invoke(asked, text=order, pressed=True, secret=_find_value(asked.data))


def find_order(invocation: Invocation) -> CommandSpec | None:
    """Return which command an order means, None where it is none."""
    if invocation.command is not None:
        return SPECS.get(invocation.command)
    try:
        return find_spec(split_command(invocation.text)[0], COMMANDS, slash=True)
    except (UnknownCommand, NotUnderstood, TooLong):
        return None


def takes_key(spec: CommandSpec | None) -> bool:
    """Return whether a command may open a form for a key."""
    return spec is not None and any(param.kind is Kind.KEY for param in spec.params)


def _invoke(asked: Asked, **order: Any) -> Invocation:  # noqa: ANN401 - any of Invocation's own fields
    return Invocation(
        platform=PLATFORM,
        person=str(asked.user.id),
        person_name=asked.user.display_name,
        chat=ChatRef(PLATFORM, str(asked.channel_id)),
        at=asked.created_at,
        private_chat=asked.guild_id is None,
        language=asked.locale.value,
        guild=None if asked.guild_id is None else str(asked.guild_id),
        platform_roles=_read_roles(asked),
        username=asked.user.name,
        **order,
    )


def _read_roles(asked: Asked) -> tuple[str, ...]:
    """Return the ids of the roles that the interaction itself tells: what is cached may be older."""
    if not isinstance(asked.user, discord.Member):
        return ()
    return tuple(str(role) for role in asked.user._roles)  # noqa: SLF001 - `roles` leaves out those not cached


def _read_word(command: str, param: str, word: str) -> str:
    """Return an option's value; where a person is meant, a mention stands for its id."""
    spec = SPECS.get(command)
    kinds = {known.name: known.kind for known in spec.params} if spec else {}
    if kinds.get(param) is not Kind.USER:
        return word
    if role := _ROLE.fullmatch(word.strip()):
        return f"role:{role[1]}"
    user = _USER.fullmatch(word.strip())
    return user[1] if user else word


def _find_value(data: Any) -> str:  # noqa: ANN401 - Discord's own JSON
    """Return what was typed into the form's only field, wherever it is nested."""
    for part in data.get("components", []):
        inside = [*part.get("components", []), *([part["component"]] if "component" in part else [])]
        for field in inside:
            if "value" in field:
                return str(field["value"])
    return ""
