"""One use of a command, button or form by a person: what the bot may still answer, and what the person sees of it.

https://discord.com/developers/docs/interactions/receiving-and-responding
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from . import limits
from .components_form import modal_fields
from .errors import Refused, Why
from .model import LOADING

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from .errors import Json
    from .model import Button, Channel, Message, User

APPLICATION_COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5  # (Interaction Type)
MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9  # (Interaction Callback Type)

NAMES: Final = {
    MESSAGE: "message",
    DEFERRED: "deferred",
    DEFERRED_UPDATE: "deferred_update",
    UPDATE: "update",
    CHOICES: "autocomplete",
    MODAL: "modal",
}
# Which answers each kind of interaction takes. Updates of a message need one that it came from.
ALLOWED: Final = {
    APPLICATION_COMMAND: (MESSAGE, DEFERRED, MODAL),
    COMPONENT: (MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, MODAL),
    AUTOCOMPLETE: (CHOICES,),
    MODAL_SUBMIT: (MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE),
}
PATIENCE_S: Final = 60.0


class NotAnswered(AssertionError):
    """The bot did not do within the test's patience what it owes a person."""


@dataclass(frozen=True)
class Choice:
    """One line of an autocompletion."""

    name: str
    value: Any


@dataclass(frozen=True)
class Modal:
    """A form that popped up; submit it with `FakeDiscord.submit_modal`."""

    title: str
    custom_id: str
    body: Json
    interaction: Interaction

    @property
    def labels(self) -> list[str]:
        """What stands over the fields."""
        return [label for label, _ in modal_fields(self.body)]


@dataclass(frozen=True)
class Response:
    """The first answer. `kind`: message, deferred, deferred_update, update, autocomplete or modal."""

    kind: str
    message: Message | None = None
    choices: tuple[Choice, ...] = ()
    modal: Modal | None = None

    @property
    def content(self) -> str:
        """The text of the message as it is now, '' where there is none."""
        return self.message.content if self.message else ""

    @property
    def embeds(self) -> list[Json]:
        """The embeds as they are now."""
        return self.message.embeds if self.message else []

    @property
    def components(self) -> list[Json]:
        """The action rows as they are now."""
        return self.message.components if self.message else []

    @property
    def buttons(self) -> list[Button]:
        """The buttons as they are now."""
        return self.message.buttons if self.message else []

    @property
    def ephemeral(self) -> bool:
        """Whether only the asker sees it."""
        return self.message is not None and self.message.ephemeral


@dataclass(eq=False)
class Interaction:
    """`await interaction` gives the first answer; `await interaction.reply()` the message, once it no longer loads.

    Args:
        kind: 2 command, 3 component, 4 autocompletion, 5 submitted form.
        source: The message whose button was pressed.
        now: The platform's clock; 3 s and 15 min count by it.
    """

    id: int
    kind: int
    token: str
    user: User
    channel: Channel
    now: Callable[[], float]
    source: Message | None = None
    sent_s: float = 0.0
    response: Response | None = None
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def expired(self) -> bool:
        """Whether the first answer has been missed: the person reads 'The application did not respond'."""
        return self.response is None and self.now() - self.sent_s > limits.FIRST_ANSWER_S

    def check_first(self, kind: int) -> None:
        """Refuse a first answer that comes too late, twice, or is not one for this kind of interaction."""
        if self.response is not None:
            raise Refused(Why.ALREADY_ACKNOWLEDGED)
        if self.expired:
            raise Refused(Why.UNKNOWN_INTERACTION)
        if kind not in ALLOWED[self.kind] or (kind in (UPDATE, DEFERRED_UPDATE) and self.source is None):
            errors = {"type": {"_errors": [{"code": "INTERACTION_TYPE_INVALID", "message": "Invalid type."}]}}
            raise Refused(Why.INVALID_FORM, errors=errors)

    def check_later(self) -> None:
        """Refuse what needs a live token: before the first answer, or 15 minutes after the event."""
        if self.now() - self.sent_s > limits.TOKEN_LIFE_S:
            raise Refused(Why.INVALID_WEBHOOK_TOKEN)
        if self.response is None:
            raise Refused(Why.UNKNOWN_WEBHOOK)

    def find(self, which: str) -> Message:
        """Return `@original` or a follow-up by id."""
        known = [self.original] if which == "@original" else [self.original, *self.followups]
        for message in known:
            if message and not message.deleted and which in ("@original", str(message.id)):
                return message
        raise Refused(Why.UNKNOWN_MESSAGE)

    def changed(self) -> None:
        """Wake whoever waits for an answer."""
        self._changed.set()
        self._changed = asyncio.Event()

    def __await__(self) -> Generator[Any, None, Response]:
        """Wait for the first answer."""
        return self.answer().__await__()

    async def answer(self, patience_s: float = PATIENCE_S) -> Response:
        """Return the first answer.

        Raises:
            NotAnswered: None came within `patience_s` real seconds.
        """
        await self._until(lambda: self.response is not None, patience_s)
        if self.response is None:
            raise NotAnswered("no first answer to the interaction")
        return self.response

    async def reply(self, patience_s: float = PATIENCE_S) -> Message:
        """Return the message that answers, once it is no longer 'thinking'.

        Raises:
            NotAnswered: There was none within `patience_s` real seconds.
        """
        await self._until(self._settled, patience_s)
        if self.original is None or not self._settled():
            raise NotAnswered(f"no message in answer to the interaction, only {self.response}")
        return self.original

    async def followup(self, number: int = 1, patience_s: float = PATIENCE_S) -> Message:
        """Return the `number`th follow-up message, from 1."""
        await self._until(lambda: len(self.followups) >= number, patience_s)
        if len(self.followups) < number:
            raise NotAnswered(f"{len(self.followups)} follow-ups, not {number}")
        return self.followups[number - 1]

    def _settled(self) -> bool:
        return self.original is not None and not self.original.flags & LOADING

    async def _until(self, true: Callable[[], bool], patience_s: float) -> None:
        try:
            async with asyncio.timeout(patience_s):
                while not true():
                    await self._changed.wait()
        except TimeoutError:
            return
