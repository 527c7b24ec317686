"""Setting the scene: the guilds, channels and people of a test, and looking at what stands there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .model import PINNED, THREAD, Channel, File, Guild, Member, Message, Overwrite, Role, User, bot_role
from .payloads import channel_json, guild_json, role_json
from .permissions import bits
from .platform import Platform

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from .errors import Json


class Scenery(Platform):
    """Makes and unmakes what exists. Names of permissions are discord.py's (`send_messages`, ...)."""

    @property
    def bot(self) -> User:
        """The bot's own user; its id is the application's as well."""
        return self.world.bot

    def guild(self, guild_id: int, name: str, *, locale: str = "en-US", owner_id: int = 1) -> Guild:
        """Make a guild that the bot has been invited to with the usual permissions."""
        guild = self.world.found_guild(guild_id, name, owner_id, bot_role(self.world.new_id(), self.bot.name))
        guild.locale = locale
        self.gateway.dispatch("GUILD_CREATE", guild_json(guild, self.bot))
        return guild

    def role(self, guild: Guild, name: str, permissions: Iterable[str] = ()) -> Role:
        """Make a role."""
        role = Role(self.world.new_id(), name, bits(permissions))
        guild.roles[role.id] = role
        self.gateway.dispatch("GUILD_ROLE_CREATE", {"guild_id": str(guild.id), "role": role_json(role)})
        return role

    def rename_role(self, guild: Guild, role: Role, name: str) -> None:
        """Let an admin of the guild call a role something else."""
        role.name = name
        self.gateway.dispatch("GUILD_ROLE_UPDATE", {"guild_id": str(guild.id), "role": role_json(role)})

    def user(self, user_id: int, name: str, locale: str = "en-US", *, bot: bool = False) -> User:
        """Make a person (or another bot). His client's language goes with each of his interactions."""
        user = User(user_id, name, locale, bot)
        self.world.users[user_id] = user
        return user

    def member(self, user: User, guild: Guild, roles: Iterable[Role] = ()) -> Member:
        """Put a person into a guild, or give him these roles instead of those that he had there."""
        member = guild.members.setdefault(user.id, Member(user, guild))
        member.roles = list(roles)
        return member

    def channel(self, guild: Guild, name: str, *, deny: Iterable[str] = ()) -> Channel:
        """Make a text channel; `deny` is what the bot may not do there."""
        channel = Channel(self.world.new_id(), name, guild=guild)
        if deny := tuple(deny):
            channel.overwrites[self.bot.id] = Overwrite(deny=bits(deny))
        return self._place(channel, guild, "CHANNEL_CREATE")

    def thread(self, channel: Channel, name: str) -> Channel:
        """Make a thread in a text channel."""
        assert channel.guild is not None  # only a guild's channels have threads
        thread = Channel(self.world.new_id(), name, THREAD, channel.guild, parent=channel)
        return self._place(thread, channel.guild, "THREAD_CREATE")

    def _place(self, channel: Channel, guild: Guild, event: str) -> Channel:
        guild.channels[channel.id] = self.world.channels[channel.id] = channel
        self.gateway.dispatch(event, channel_json(channel))
        return channel

    def dm(self, user: User) -> Channel:
        """Return the direct message channel between a person and the bot."""
        return self.world.direct(user)

    def permit(self, channel: Channel, *, allow: Iterable[str] = (), deny: Iterable[str] = ()) -> None:
        """Replace what a channel allows and denies to the bot."""
        channel.overwrites[self.bot.id] = Overwrite(bits(allow), bits(deny))
        self.gateway.dispatch("CHANNEL_UPDATE", channel_json(channel))

    def remove_channel(self, channel: Channel) -> None:
        """Delete a channel or thread; the bot's next request there is refused with 10003."""
        assert channel.guild is not None  # a direct message channel cannot be deleted
        del self.world.channels[channel.id], channel.guild.channels[channel.id]
        event = "THREAD_DELETE" if channel.kind == THREAD else "CHANNEL_DELETE"
        self.gateway.dispatch(event, channel_json(channel))

    def kick_bot(self, guild: Guild) -> None:
        """Throw the bot out of a guild; its next request there is refused with 50001."""
        guild.bot_inside = False
        self.gateway.dispatch("GUILD_DELETE", {"id": str(guild.id)})

    def invite_bot(self, guild: Guild) -> None:
        """Let the bot into a guild again."""
        guild.bot_inside = True
        self.gateway.dispatch("GUILD_CREATE", guild_json(guild, self.bot))

    def upload(
        self, filename: str, data: bytes | Path, *, size: int | None = None, content_type: str | None = None
    ) -> File:
        """Return a file that a person can send; `size`, in bytes, is what the platform will claim."""
        return self.world.store(filename, data, size=size, content_type=content_type)

    def messages(self, channel: Channel, *, system: bool = False) -> list[Message]:
        """Return what stands in a channel, oldest first; with `system` also 'pinned a message'."""
        found = sorted(channel.messages.values(), key=lambda message: message.id)
        return [message for message in found if system or message.kind != PINNED]

    def seen_by(self, user: User, channel: Channel) -> list[Message]:
        """Return what a person sees in a channel: all messages there, and those for his eyes alone."""
        own = [m for m in self.world.ephemeral if m.ephemeral_to is user and m.channel is channel and not m.deleted]
        return sorted([*channel.messages.values(), *own], key=lambda message: message.id)

    def commands(self, guild: Guild) -> list[Json]:
        """Return the commands that the bot has registered for a guild."""
        return list(self.world.commands.get(guild.id, {}).values())

    def bulk_overwrites(self, guild: Guild) -> int:
        """Return how often the bot has written a guild's commands anew."""
        return self.world.bulk_overwrites.get(guild.id, 0)
