"""Turns what exists into the JSON objects that the platform sends; it changes nothing.

Shapes: https://discord.com/developers/docs/resources (user, guild, channel, message) and
https://discord.com/developers/docs/interactions/receiving-and-responding.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from .model import REPLY, THREAD
from .permissions import within

if TYPE_CHECKING:
    from .errors import Json
    from .interactions import Interaction
    from .model import Channel, File, Guild, Member, Message, Role, User

MEMBER_FLAG: Final = 1  # the bit that overwrites of type 1 (member) have; 0 is a role


def stamp(seconds: float) -> str:
    """Return an ISO 8601 time stamp."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def user_json(user: User) -> Json:
    """Return a user object."""
    return {
        "id": str(user.id),
        "username": user.name.lower().replace(" ", "."),
        "global_name": None if user.bot else user.name,
        "discriminator": "0",
        "avatar": None,
        "bot": user.bot,
        "public_flags": 0,
        "flags": 0,
    }


def role_json(role: Role) -> Json:
    """Return a role object."""
    return {
        "id": str(role.id),
        "name": role.name,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "icon": None,
        "unicode_emoji": None,
        "position": 0 if role.name == "@everyone" else 1,
        "permissions": str(role.permissions),
        "managed": role.managed,
        "mentionable": False,
        "flags": 0,
    }


def member_json(member: Member, *, user: bool = True, channel: Channel | None = None) -> Json:
    """Return a member object; with `channel` also what he may do there, as interactions carry it."""
    found: Json = {
        "nick": None,
        "avatar": None,
        "roles": [str(role.id) for role in member.roles],
        "joined_at": stamp(1_700_000_000),
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "pending": False,
        "communication_disabled_until": None,
    }
    if user:
        found["user"] = user_json(member.user)
    if channel is not None:
        found["permissions"] = str(within(member, channel))
    return found


def channel_json(channel: Channel) -> Json:
    """Return a channel object."""
    found: Json = {"id": str(channel.id), "type": channel.kind, "last_message_id": None, "flags": 0}
    if channel.recipient is not None:
        return found | {"recipients": [user_json(channel.recipient)]}
    found |= {
        "name": channel.name,
        "guild_id": str(channel.guild.id) if channel.guild else None,
        "parent_id": str(channel.parent.id) if channel.parent else None,
        "position": 0,
        "nsfw": False,
        "topic": None,
        "rate_limit_per_user": 0,
        "permission_overwrites": [
            {
                "id": str(target),
                "type": MEMBER_FLAG if channel.guild and target in channel.guild.members else 0,
                "allow": str(overwrite.allow),
                "deny": str(overwrite.deny),
            }
            for target, overwrite in channel.overwrites.items()
        ],
    }
    return found | _thread_fields() if channel.kind == THREAD else found


def _thread_fields() -> Json:
    metadata = {
        "archived": False,
        "auto_archive_duration": 4320,
        "archive_timestamp": stamp(1_700_000_000),
        "locked": False,
        "create_timestamp": stamp(1_700_000_000),
    }
    return {"thread_metadata": metadata, "owner_id": "1", "message_count": 0, "member_count": 1}


def guild_json(guild: Guild, bot: User) -> Json:
    """Return a guild as GUILD_CREATE sends it without the members intent: of the members only the bot."""
    places = guild.channels.values()
    return {
        "id": str(guild.id),
        "name": guild.name,
        "owner_id": str(guild.owner_id),
        "icon": None,
        "features": [],
        "preferred_locale": guild.locale,
        "verification_level": 0,
        "default_message_notifications": 1,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "system_channel_flags": 0,
        "roles": [role_json(role) for role in guild.roles.values()],
        "emojis": [],
        "stickers": [],
        "joined_at": stamp(1_700_000_000),
        "large": False,
        "unavailable": False,
        "member_count": len(guild.members),
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
        "members": [member_json(guild.members[bot.id])],
        "channels": [channel_json(place) for place in places if place.kind != THREAD],
        "threads": [channel_json(place) for place in places if place.kind == THREAD],
    }


def file_json(file: File) -> Json:
    """Return an attachment object."""
    found: Json = {
        "id": str(file.id),
        "filename": file.filename,
        "size": file.size,
        "url": file.url,
        "proxy_url": file.url,
    }
    if file.content_type:
        found["content_type"] = file.content_type
    if file.description:
        found["description"] = file.description
    return found


def message_json(message: Message) -> Json:
    """Return a message object."""
    found: Json = {
        "id": str(message.id),
        "channel_id": str(message.channel.id),
        "author": user_json(message.author),
        "content": message.content,
        "timestamp": stamp(message.created_s),
        "edited_timestamp": None if message.edited_s is None else stamp(message.edited_s),
        "tts": False,
        "mention_everyone": message.pinged.everyone,
        "mentions": [user_json(user) for user in message.pinged.users],
        "mention_roles": [str(role.id) for role in message.pinged.roles],
        "attachments": [file_json(file) for file in message.files],
        "embeds": message.embeds,
        "components": message.components,
        "pinned": message.pinned,
        "type": message.kind,
        "flags": message.flags,
    }
    if message.nonce is not None:
        found["nonce"] = message.nonce
    if message.reference is not None:
        found["message_reference"] = {
            "message_id": str(message.reference.id),
            "channel_id": str(message.reference.channel.id),
        }
        if message.kind == REPLY:
            found["referenced_message"] = None if message.reference.deleted else message_json(message.reference)
    if message.interaction is not None:
        found["webhook_id"] = found["application_id"] = str(message.author.id)
        found["interaction_metadata"] = interaction_metadata(message.interaction)
    return found


def event_json(message: Message) -> Json:
    """Return a message as MESSAGE_CREATE and MESSAGE_UPDATE send it: with guild and member."""
    found = message_json(message)
    guild = message.channel.guild
    if guild is not None:
        found["guild_id"] = str(guild.id)
        member = guild.members.get(message.author.id)
        if member is not None and message.interaction is None:
            found["member"] = member_json(member, user=False)
    return found


def interaction_metadata(interaction: Interaction) -> Json:
    """Return who caused a message by which interaction."""
    return {
        "id": str(interaction.id),
        "type": interaction.kind,
        "user": user_json(interaction.user),
        "authorizing_integration_owners": {},
    }
