"""Which events a session gets with which intents, and what is left out of them.

https://discord.com/developers/docs/events/gateway#gateway-intents
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .errors import Json

GUILDS, GUILD_MEMBERS, GUILD_PRESENCES = 1 << 0, 1 << 1, 1 << 8
GUILD_MESSAGES, DIRECT_MESSAGES, MESSAGE_CONTENT = 1 << 9, 1 << 12, 1 << 15
PRIVILEGED: Final = GUILD_MEMBERS | GUILD_PRESENCES | MESSAGE_CONTENT
# 0-16 without gaps, then auto moderation (20, 21) and polls (24, 25).
INTENTS_ALL: Final = (1 << 17) - 1 | 0b11 << 20 | 0b11 << 24

NEEDED: Final = {
    "GUILD_CREATE": GUILDS,
    "GUILD_DELETE": GUILDS,
    "GUILD_ROLE_CREATE": GUILDS,
    "GUILD_ROLE_UPDATE": GUILDS,
    "CHANNEL_CREATE": GUILDS,
    "CHANNEL_UPDATE": GUILDS,
    "CHANNEL_DELETE": GUILDS,
    "CHANNEL_PINS_UPDATE": GUILDS,
    "THREAD_CREATE": GUILDS,
    "GUILD_MEMBER_UPDATE": GUILD_MEMBERS,
    "MESSAGE_CREATE": GUILD_MESSAGES,
    "MESSAGE_UPDATE": GUILD_MESSAGES,
    "MESSAGE_DELETE": GUILD_MESSAGES,
}


def seen_with(intents: int, name: str, data: Json, bot_id: int) -> Json | None:
    """Return an event as a session with these intents sees it; None where it does not.

    Without the message content intent content, embeds, attachments and components are empty, but for the bot's own
    messages, those that mention it, and direct ones (DOCS/events/gateway#message-content-intent).
    """
    needed = NEEDED.get(name, 0)
    direct = name.startswith("MESSAGE_") and "guild_id" not in data
    if not intents & (DIRECT_MESSAGES if direct else needed) and needed:
        return None
    if name not in ("MESSAGE_CREATE", "MESSAGE_UPDATE") or direct or intents & MESSAGE_CONTENT:
        return data
    near = [data["author"], *data["mentions"]]
    if any(user["id"] == str(bot_id) for user in near):
        return data
    return data | {"content": "", "embeds": [], "attachments": [], "components": []}
