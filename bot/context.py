"""What a handler is given: who asks, where, in which words, and whom to call; it decides nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.errors import NotAllowed
from core.model import Actor
from core.push import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime, tzinfo

    from bot.channel import Channel, ChatRef
    from bot.codes import Guesses
    from bot.i18n import Words
    from bot.pending import Pending
    from bot.spec import CommandSpec, Invocation
    from bot.strangers import Strangers
    from core.clock import Clock
    from core.engine import Engine
    from core.model import SpaceName, UserId
    from core.people import Person, Role


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, in the space that his chat belongs to.

    `role` is None for a stranger, `person` for one who left no trace. `configured`: admin everywhere, by the
    configuration or by sitting at the console.
    """

    platform: str
    platform_id: str
    name: str
    space: SpaceName
    role: Role | None
    person: Person | None
    chat: ChatRef
    language: str
    zone: tzinfo
    asks: bool = True
    private_chat: bool = True
    configured: bool = False

    @property
    def user(self) -> UserId | None:
        """The person's id, None without one."""
        return self.person.id if self.person else None

    @property
    def reader(self) -> Reader:
        """In whose words his chat is told unasked."""
        return Reader(self.user, self.language, self.private_chat)

    def may(self, needs: Role | None) -> bool:
        """Return whether this is enough for a command of that role."""
        return needs is None or (self.role is not None and self.role >= needs)


@dataclass(frozen=True, slots=True)
class Services:
    """What the handlers share beside the engine.

    `channels` by platform, for what only some can do. `places` as in `bot.access.Access`. `look_again`: a
    chat changed how it wants to be told. `is_secret`: whether a word is a key in use.
    """

    commands: tuple[CommandSpec, ...]
    pending: Pending
    guesses: Guesses
    strangers: Strangers
    admins: Mapping[str, frozenset[str]] = field(default_factory=dict)
    channels: Mapping[str, Channel] = field(default_factory=dict)
    places: Mapping[tuple[str, str], SpaceName] = field(default_factory=dict)
    look_again: Callable[[ChatRef], None] = lambda _: None
    is_secret: Callable[[str], bool] = lambda _: False


@dataclass(frozen=True, slots=True)
class Context:
    """One order's surroundings."""

    engine: Engine
    caller: Caller
    services: Services
    t: Words
    clock: Clock
    spec: CommandSpec
    invocation: Invocation

    @property
    def space(self) -> SpaceName:
        """The space that the order is about."""
        return self.caller.space

    @property
    def now(self) -> datetime:
        """The wall clock's time, aware, in UTC."""
        return self.clock.now()

    @property
    def actor(self) -> Actor:
        """The asker, as the engine wants to know him.

        Raises:
            NotAllowed: a stranger; no command that needs an actor is open to strangers.
        """
        caller = self.caller
        if caller.person is None:
            raise NotAllowed(self.spec.name, str(self.spec.role or ""))
        return Actor(caller.person.id, caller.name, caller.space, caller.platform)

    async def person(self) -> Person:
        """Return the asker as a stored person, made now if he was a stranger until here."""
        caller, username = self.caller, self.invocation.username
        people = self.engine.store.people
        return caller.person or await people.person(caller.platform, caller.platform_id, caller.name, username)
