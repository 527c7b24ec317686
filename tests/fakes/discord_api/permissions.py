"""Who may do what in a channel: the permissions that the fake knows, and how roles and overwrites combine.

https://discord.com/developers/docs/topics/permissions
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .model import Channel, Member

BITS: Final = {
    "administrator": 1 << 3,
    "manage_channels": 1 << 4,
    "manage_guild": 1 << 5,
    "view_channel": 1 << 10,
    "send_messages": 1 << 11,
    "manage_messages": 1 << 13,
    "embed_links": 1 << 14,
    "attach_files": 1 << 15,
    "read_message_history": 1 << 16,
    "mention_everyone": 1 << 17,
    "use_external_emojis": 1 << 18,
    "use_application_commands": 1 << 31,
    "send_messages_in_threads": 1 << 38,
    "pin_messages": 1 << 51,
}
ALL: Final = sum(BITS.values())


def bits(names: Iterable[str]) -> int:
    """Return the bit field for permission names.

    Raises:
        KeyError: A name that the fake does not know.
    """
    return sum({BITS[name] for name in names})


# What people have by default, and what a bot is usually invited with on top.
EVERYONE: Final = bits(
    (
        "view_channel",
        "send_messages",
        "embed_links",
        "attach_files",
        "read_message_history",
        "use_application_commands",
        "send_messages_in_threads",
    )
)
INVITED_BOT: Final = EVERYONE | bits(("manage_messages", "pin_messages"))
# A direct message: DOCS/interactions/receiving-and-responding (app_permissions).
DIRECT: Final = bits(("attach_files", "embed_links", "mention_everyone", "use_external_emojis"))


def base(member: Member) -> int:
    """Return what a member's roles give in the whole guild."""
    found = member.guild.everyone.permissions
    for role in member.roles:
        found |= role.permissions
    return ALL if found & BITS["administrator"] or member.user.id == member.guild.owner_id else found


def within(member: Member, channel: Channel) -> int:
    """Return what a member may do in a channel: roles, then the overwrites for everyone, roles and member."""
    found = base(member)
    if found & BITS["administrator"]:
        return ALL
    home = channel.parent or channel
    everyone = home.overwrites.get(member.guild.id)
    if everyone:
        found = found & ~everyone.deny | everyone.allow
    ours = [home.overwrites[role.id] for role in member.roles if role.id in home.overwrites]
    for overwrite in ours:
        found &= ~overwrite.deny
    for overwrite in ours:
        found |= overwrite.allow
    own = home.overwrites.get(member.user.id)
    if own:
        found = found & ~own.deny | own.allow
    return found if found & BITS["view_channel"] else 0
