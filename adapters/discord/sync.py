"""Keeps a guild's commands what they should be, with as few requests as can be."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

import discord
from discord.http import Route

from adapters.discord.definitions import build_commands, differ
from adapters.discord.errors import FAULTS, describe

if TYPE_CHECKING:
    from core.clock import Clock

log = logging.getLogger(__name__)

PAUSES_S: Final = (5.0, 30.0, 120.0, 600.0)
"""Before it is tried again; the last one for ever."""

NEEDED: Final = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    embed_links=True,
    attach_files=True,
    read_message_history=True,
)
_COMMANDS: Final = "/applications/{application_id}/guilds/{guild_id}/commands"


async def keep_commands(client: discord.Client, guild: int, clock: Clock, *, served: bool) -> None:
    """Give a guild our commands, or take them away where it is not served; try until it worked."""
    for attempt in range(2**31):
        try:
            if await _write_if_changed(client, guild, build_commands() if served else []):
                log.info("the commands of guild %s are %s", guild, "up to date now" if served else "taken away")
        except discord.Forbidden:
            log.warning("guild %s does not let us add commands; invite the bot anew: %s", guild, invite(client, guild))
            return
        except FAULTS as error:
            log.warning("the commands of guild %s can't be written yet: %s", guild, describe(error))
        else:
            return
        await clock.sleep(PAUSES_S[min(attempt, len(PAUSES_S) - 1)])


def invite(client: discord.Client, guild: int) -> str:
    """Return the address under which an owner lets the bot into a guild."""
    scopes = ("bot", "applications.commands")
    place = discord.Object(guild)
    return discord.utils.oauth_url(client.application_id or 0, permissions=NEEDED, guild=place, scopes=scopes)


async def _write_if_changed(client: discord.Client, guild: int, wanted: list[dict[str, Any]]) -> bool:
    # discord.py's own call leaves out the localizations, without which every start would look like a change.
    known = await client.http.request(_route(client, "GET", guild), params={"with_localizations": "true"})
    if not differ(known, wanted):
        return False
    await client.http.request(_route(client, "PUT", guild), json=wanted)
    return True


def _route(client: discord.Client, method: str, guild: int) -> Route:
    return Route(method, _COMMANDS, application_id=client.application_id, guild_id=guild)
