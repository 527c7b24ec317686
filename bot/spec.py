"""Commands as data: one definition from which every platform makes its own; it runs nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from bot.channel import ChatRef
    from bot.context import Context
    from bot.reply import Reply
    from core.model import RunId
    from core.people import Role


class Kind(StrEnum):
    """What a parameter takes; it decides how text is read, what is offered, and the platform's own option type."""

    TEXT = "text"  # any words
    NAME = "name"  # a new thing's name
    SOURCE = "source"  # a file of the library or a playlist, or a stopped stream's name
    STREAM = "stream"
    MEDIA = "media"
    PLAYLIST = "playlist"
    DESTINATION = "destination"
    DESTINATIONS = "destinations"  # several, with commas
    SCHEDULE = "schedule"
    USER = "user"
    COMMAND = "command"
    RUN = "run"
    KEY = "key"  # a secret: never an option on Discord, never echoed, suggested, audited or logged
    NUMBER = "number"
    CHOICE = "choice"  # one of `choices`
    DURATION = "duration"  # 6h, 1d12h, '6 jam'
    MOMENT = "moment"  # 18:00, 2026-12-01 18:00, +2h
    ZONE = "zone"
    URL = "url"


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter. Its words for people are `command.<command>.<name>` in the catalogue.

    `positional`: may be given by place, in the order of definition; the rest by `name=value` only. `many`: takes all
    remaining words. `hidden`: not offered by platforms (`confirm`). `low`, `high`: bounds of a NUMBER.
    `choices` of another kind than CHOICE are words that it takes beside (`all`). A KEY is never `audited`.
    """

    name: str
    kind: Kind
    required: bool = False
    positional: bool = True
    many: bool = False
    hidden: bool = False
    choices: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None
    audited: bool = True


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """One command. `role` None: anyone may, strangers too. `changes`: goes into the audit log.

    `private`: the answer is for the asker alone. `led`: what it lacks is asked for step by step and summed up
    before it runs. `with_words`: the command that it is where words stand behind it (`/start CODE` is a claim).
    """

    name: str
    handler: Callable[[Context, Mapping[str, str]], Awaitable[Reply]]
    params: tuple[Param, ...] = ()
    role: Role | None = None
    aliases: tuple[str, ...] = ()
    changes: bool = False
    private: bool = False
    in_menu: bool = True
    led: bool = False
    with_words: str | None = None
    group: str = "streams"  # the heading under which /help lists it


@dataclass(frozen=True, slots=True)
class Invocation:
    """An order as an adapter received it, not yet looked at.

    Either `text` (typed, or a button's order) or `command` with `args` (Discord's options). `person` is the
    platform's own id and never taken from text, `username` what others write behind an @ (None: he has none).
    `asks`: the chat can be asked back with buttons. `guild` and `platform_roles` come from Discord's interaction.
    `bound_run` is the run that a pressed button was made for. `secret` is the answer to a form or to 'send me the
    key'. `private_chat`: nobody else reads along.
    """

    platform: str
    person: str
    person_name: str
    chat: ChatRef
    text: str = ""
    command: str | None = None
    args: Mapping[str, str] = field(default_factory=dict)
    at: datetime | None = None
    asks: bool = True
    private_chat: bool = True
    pressed: bool = False
    bound_run: RunId | None = None
    language: str | None = None
    guild: str | None = None
    platform_roles: tuple[str, ...] = ()
    secret: str | None = field(default=None, repr=False)
    username: str | None = None
