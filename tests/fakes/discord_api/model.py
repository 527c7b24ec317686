"""What exists on the platform: guilds, people, channels, messages; plain records that decide nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from .permissions import INVITED_BOT

if TYPE_CHECKING:
    from pathlib import Path

    from .errors import Json
    from .interactions import Interaction

TEXT, DM, THREAD = 0, 1, 11  # DOCS/resources/channel#channel-object-channel-types
DEFAULT, PINNED, REPLY, CHAT_COMMAND = 0, 6, 19, 20  # DOCS/resources/message#message-object-message-types
SUPPRESS_EMBEDS: Final = 1 << 2  # DOCS/resources/message#message-object-message-flags
EPHEMERAL: Final = 1 << 6
LOADING: Final = 1 << 7
SILENT: Final = 1 << 12
COMPONENTS_V2: Final = 1 << 15


@dataclass(eq=False)
class User:
    """A person, or the bot itself. `dms_open` False: he takes no direct messages from the bot."""

    id: int
    name: str
    locale: str = "en-US"
    bot: bool = False
    dms_open: bool = True


@dataclass(eq=False)
class Role:
    """A role; the one with the guild's own id is @everyone."""

    id: int
    name: str
    permissions: int = 0
    managed: bool = False


@dataclass
class Overwrite:
    """What a channel allows or denies to one role or member."""

    allow: int = 0
    deny: int = 0


@dataclass(eq=False)
class Member:
    """A user in a guild."""

    user: User
    guild: Guild
    roles: list[Role] = field(default_factory=list)


@dataclass(eq=False)
class Guild:
    """A server; the bot is in it while `bot_inside`."""

    id: int
    name: str
    owner_id: int
    locale: str = "en-US"
    bot_inside: bool = True
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)

    @property
    def everyone(self) -> Role:
        """The role that all have."""
        return self.roles[self.id]


@dataclass(eq=False)
class Channel:
    """A text channel, a thread (`parent` set) or a direct message (`recipient` set)."""

    id: int
    name: str
    kind: int = TEXT
    guild: Guild | None = None
    parent: Channel | None = None
    recipient: User | None = None
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)


@dataclass(eq=False)
class File:
    """An attachment that lies on the CDN. `size` is what the platform says, in bytes."""

    id: int
    filename: str
    data: bytes | Path
    size: int
    content_type: str | None = None
    description: str | None = None
    url: str = ""


@dataclass(frozen=True)
class Button:
    """A button as a person sees it."""

    label: str
    custom_id: str | None
    disabled: bool = False
    url: str | None = None
    style: int = 1


@dataclass(frozen=True)
class Pinged:
    """Whom a message really notified, after `allowed_mentions`."""

    users: tuple[User, ...] = ()
    roles: tuple[Role, ...] = ()
    everyone: bool = False

    def __bool__(self) -> bool:
        """Tell whether anybody was notified."""
        return bool(self.users or self.roles or self.everyone)


@dataclass(eq=False)
class Message:
    """A message as it stands now; `history` holds the bodies that it had before each edit.

    `ephemeral_to` is set where only that person sees it; such a message is in no channel.
    """

    id: int
    channel: Channel
    author: User
    created_s: float
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    flags: int = 0
    kind: int = DEFAULT
    edited_s: float | None = None
    pinned: bool = False
    deleted: bool = False
    nonce: str | None = None
    reference: Message | None = None
    interaction: Interaction | None = None
    ephemeral_to: User | None = None
    allowed_mentions: Json | None = None
    pinged: Pinged = Pinged()
    history: list[Json] = field(default_factory=list)

    @property
    def ephemeral(self) -> bool:
        """Whether only one person sees it."""
        return self.ephemeral_to is not None

    @property
    def loading(self) -> bool:
        """Whether it still says 'thinking'."""
        return bool(self.flags & LOADING)

    @property
    def silent(self) -> bool:
        """Whether it was sent without a notification."""
        return bool(self.flags & SILENT)

    @property
    def buttons(self) -> list[Button]:
        """The buttons, in reading order."""
        found = [part for row in self.components for part in row.get("components", []) if part["type"] == 2]
        return [
            Button(
                label=part.get("label") or (part.get("emoji") or {}).get("name", ""),
                custom_id=part.get("custom_id"),
                disabled=part.get("disabled", False),
                url=part.get("url"),
                style=part["style"],
            )
            for part in found
        ]

    @property
    def text(self) -> str:
        """All that a person reads: content and the embeds' texts, a line each."""
        lines = [self.content]
        for embed in self.embeds:
            lines += [(embed.get("author") or {}).get("name", ""), embed.get("title", "")]
            lines.append(embed.get("description", ""))
            lines += [f"{part['name']}: {part['value']}" for part in embed.get("fields", [])]
            lines.append((embed.get("footer") or {}).get("text", ""))
        return "\n".join(line for line in lines if line)


def bot_role(role_id: int, name: str) -> Role:
    """Return the role that an invited bot brings along."""
    return Role(role_id, name, INVITED_BOT, managed=True)
