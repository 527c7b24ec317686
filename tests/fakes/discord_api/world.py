"""Holds everything that exists on the platform and hands out ids; it refuses nothing but what is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .errors import Refused, Why
from .model import DM, Channel, File, Guild, Member, Message, Role, User
from .permissions import BITS, DIRECT, EVERYONE, within

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .errors import Json

EPOCH_S: Final = 1_420_070_400.0  # DOCS/reference#snowflakes


class World:
    """Guilds, people, channels, messages, files and commands.

    Args:
        now: Seconds since 1970; stamps messages and is in every id.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self._issued = 0
        self.bot = User(self.new_id(), "StreamBro", bot=True)
        self.application_id = self.bot.id
        self.users: dict[int, User] = {self.bot.id: self.bot}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.files: dict[int, File] = {}
        self.ephemeral: list[Message] = []
        self.commands: dict[int | None, dict[str, Json]] = {}
        self.bulk_overwrites: dict[int | None, int] = {}
        self.creates: dict[int | None, list[float]] = {}

    def new_id(self) -> int:
        """Return an id that carries the present time and is larger than all before it in the same millisecond."""
        self._issued += 1
        return int((self.now() - EPOCH_S) * 1000) << 22 | self._issued & 0x3FFFFF

    def guild(self, guild_id: int) -> Guild:
        """Return a guild that the bot is in; refuse any other as the platform does."""
        guild = self.guilds.get(guild_id)
        if guild is None:
            raise Refused(Why.UNKNOWN_GUILD)
        if not guild.bot_inside:
            raise Refused(Why.MISSING_ACCESS)
        return guild

    def channel(self, channel_id: int) -> Channel:
        """Return a channel that the bot can see."""
        channel = self.channels.get(channel_id)
        if channel is None:
            raise Refused(Why.UNKNOWN_CHANNEL)
        if channel.guild is not None and not self.bot_may(channel, "view_channel"):
            raise Refused(Why.MISSING_ACCESS)
        return channel

    def message(self, channel: Channel, message_id: int) -> Message:
        """Return a message of a channel; ephemeral and deleted ones are unknown there."""
        message = channel.messages.get(message_id)
        if message is None:
            raise Refused(Why.UNKNOWN_MESSAGE)
        return message

    def user(self, user_id: int) -> User:
        """Return a user."""
        user = self.users.get(user_id)
        if user is None:
            raise Refused(Why.UNKNOWN_USER)
        return user

    def bot_permissions(self, channel: Channel) -> int:
        """Return the bot's permissions in a channel."""
        if channel.guild is None:
            return DIRECT | BITS["view_channel"] | BITS["send_messages"] | BITS["read_message_history"]
        if not channel.guild.bot_inside:
            return 0
        return within(channel.guild.members[self.bot.id], channel)

    def bot_may(self, channel: Channel, *names: str) -> bool:
        """Tell whether the bot has all these permissions in a channel."""
        have = self.bot_permissions(channel)
        return all(have & BITS[name] for name in names)

    def direct(self, user: User) -> Channel:
        """Return the direct message channel with a user, made on first use."""
        for channel in self.channels.values():
            if channel.recipient is user:
                return channel
        channel = Channel(self.new_id(), user.name, DM, recipient=user)
        self.channels[channel.id] = channel
        return channel

    def shares_guild(self, user: User) -> bool:
        """Tell whether the bot and a user are in one guild."""
        return any(user.id in guild.members for guild in self.guilds.values() if guild.bot_inside)

    def store(
        self,
        filename: str,
        data: bytes | Path,
        *,
        size: int | None = None,
        content_type: str | None = None,
        description: str | None = None,
    ) -> File:
        """Put a file on the CDN; its address is given when it is sent. `size` overrides the true one."""
        if size is None:
            size = len(data) if isinstance(data, bytes) else data.stat().st_size
        file = File(self.new_id(), filename, data, size, content_type, description)
        self.files[file.id] = file
        return file

    def found_guild(self, guild_id: int, name: str, owner_id: int, bot_role: Role) -> Guild:
        """Make a guild that the bot has been invited to."""
        guild = Guild(guild_id, name, owner_id)
        guild.roles[guild_id] = Role(guild_id, "@everyone", EVERYONE)
        guild.roles[bot_role.id] = bot_role
        guild.members[self.bot.id] = Member(self.bot, guild, [bot_role])
        self.guilds[guild_id] = guild
        return guild
