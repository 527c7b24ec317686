"""The protocol between the bot and an adapter; both sides hold to it, neither knows more of the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

from core.push import ChatRef

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from bot.reply import Reply
    from bot.spec import Invocation
    from core.people import Role

__all__ = [
    "Answering",
    "CantPin",
    "Channel",
    "ChannelAway",
    "ChannelError",
    "ChannelRefused",
    "ChatGone",
    "ChatMoved",
    "ChatRef",
    "MessageGone",
    "MessageRef",
    "Naming",
    "OfferedFile",
    "Offering",
    "Pinning",
    "private_chat",
]

PRIVATE_PREFIX: Final = "user:"


def private_chat(platform: str, person: str) -> ChatRef:
    """Return the private chat with a person of whom only the platform's id is known: `user:ID`.

    An adapter opens it, or knows its name: on Telegram it is the person's id.
    """
    return ChatRef(platform, PRIVATE_PREFIX + person)


@dataclass(frozen=True, slots=True)
class MessageRef:
    """A message that was sent, so that it can be edited."""

    chat: ChatRef
    message: str


class ChannelError(Exception):
    """Sending or editing failed."""


class ChannelAway(ChannelError):
    """The platform can't be reached or asks for patience: try again, after `retry_after_s` where it said so."""

    def __init__(self, reason: str, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s


class ChannelRefused(ChannelError):
    """The platform does not let us in, now or later (a bad token): somebody has to put in another."""


class ChatGone(ChannelError):
    """The chat is closed to us for good (blocked, kicked, deleted): don't try again."""


class ChatMoved(ChannelError):
    """A group became a supergroup: its subscriptions go on at `chat`."""

    def __init__(self, chat: ChatRef) -> None:
        super().__init__(f"moved to {chat.chat}")
        self.chat = chat


class MessageGone(ChannelError):
    """The message to edit does not exist any more: send a new one."""


class CantPin(ChannelError):
    """We may not pin there, or no more can be pinned."""


@dataclass(frozen=True, slots=True)
class OfferedFile:
    """A file that somebody sent into a chat, not fetched yet.

    `size_bytes` None where the platform does not say. `limit_bytes` is the most that the platform hands to bots, None
    without such a limit. `save` fetches it into the path that it is given and raises `ChannelError` where it can't.
    """

    name: str
    size_bytes: int | None
    limit_bytes: int | None
    save: Callable[[Path], Awaitable[None]]


class Answering(Protocol):
    """The bot, as an adapter sees it. Nothing here raises."""

    async def answer(self, invocation: Invocation) -> Reply | None:
        """Run an order and return what to say; None: say nothing."""
        ...

    async def shown(self, invocation: Invocation, message: MessageRef, reply: Reply) -> None:
        """Learn which message an answer became: a card or a board is kept up to date from now on."""
        ...

    async def take_file(self, invocation: Invocation, file: OfferedFile) -> Reply | None:
        """Take a file into the media library, if whoever sent it may, and return what to say."""
        ...

    async def role_of(self, invocation: Invocation) -> Role | None:
        """Return the sender's role where he writes; None for a stranger. For the platform's own menus."""
        ...

    async def complete(self, invocation: Invocation, param: str, typed: str) -> list[tuple[str, str]]:
        """Return at most 25 (label, value) that `param` could take, authorised like the command itself."""
        ...


class Channel(Protocol):
    """An adapter, as the bot sees it."""

    @property
    def platform(self) -> str:
        """Its name in every `ChatRef`."""
        ...

    @property
    def edits_per_minute(self) -> float:
        """Half of what the platform allows one chat."""
        ...

    def allowance_of(self, chat: ChatRef) -> ChatRef:
        """Return the chat out of whose allowance a message to `chat` is taken: itself, or what its threads share."""
        ...

    async def run(self) -> None:
        """Listen until cancelled; outages are sat out within. It may be called again after it raised.

        Raises:
            ChannelRefused: what can't pass, such as a bad token.
        """
        ...

    async def send(self, chat: ChatRef, reply: Reply) -> MessageRef:
        """Say it. Raises the ChannelErrors above."""
        ...

    async def edit(self, message: MessageRef, reply: Reply) -> None:
        """Say it in place of what stood there; nothing is sent where nothing changed."""
        ...


@runtime_checkable
class Inviting(Protocol):
    """A channel whose platform can make an invitation's code into something to tap."""

    def invitation_link(self, code: str) -> str | None:
        """Return it; None as long as the platform has not told who we are."""
        ...


@runtime_checkable
class Offering(Protocol):
    """A channel whose platform offers each person the commands that he may give."""

    def offer_anew(self, person: str, name: str) -> None:
        """Offer him what his role allows by now, where he wrote before; returns at once."""
        ...


@runtime_checkable
class Naming(Protocol):
    """A channel whose platform gives people roles of its own."""

    def find_role(self, role: str) -> tuple[str, str] | None:
        """Return in which guild a role is, and what it is called there now; None where that is not known."""
        ...


@runtime_checkable
class Pinning(Protocol):
    """A channel whose platform can hold a message at the top of a chat."""

    async def pin(self, message: MessageRef) -> None:
        """Pin it, without a sound where the platform can do that. Raises the ChannelErrors above, `CantPin` too."""
        ...

    async def unpin(self, message: MessageRef) -> None:
        """Take it from the top; nothing is done where it is not there. Raises what `pin` raises."""
        ...
