"""Which person a typed word means; it makes a person only where an id of the platform names a new one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bot.channel import Naming
from core.errors import Ambiguous, NotFound
from core.model import MAIN_SPACE
from core.names import find, shorten

if TYPE_CHECKING:
    from bot.context import Context
    from core.people import Person

PLATFORM_ID: Final = re.compile(r"(?:(?P<platform>[a-z]{2,20}):)?(?P<id>[0-9]{1,25})")
"""`telegram:777`, or `777` on the asker's own platform."""

PLATFORM_ROLE: Final = re.compile(r"(?:(?P<platform>[a-z]{2,20}):)?role:(?P<id>[0-9]{1,25})")
"""A role that a platform gives, as adapters write it: `role:123`."""


def find_platform_role(own: str, typed: str) -> tuple[str, str] | None:
    """Return platform and id where a role of a platform is meant, not a person."""
    match = PLATFORM_ROLE.fullmatch(typed.strip().casefold())
    return (match["platform"] or own, match["id"]) if match else None


def name_platform_role(ctx: Context, platform: str, role: str) -> str:
    """Return what a role is called on its platform now; its id where that, or the role in this space, is not known."""
    channel = ctx.services.channels.get(platform)
    found = channel.find_role(role) if channel is not None and isinstance(channel, Naming) else None
    if found is None or ctx.services.places.get((platform, found[0]), MAIN_SPACE) != ctx.space:
        return f"role:{role}"
    return f"@{found[1].removeprefix('@')}"


def read_platform_id(ctx: Context, typed: str) -> tuple[str, str]:
    """Return platform and id of somebody, a stranger too.

    Raises:
        NotFound: kind user; it is no platform's id.
    """
    match = PLATFORM_ID.fullmatch(typed.strip().casefold())
    if match is None:
        raise NotFound("user", shorten(typed))
    return match["platform"] or ctx.caller.platform, match["id"]


async def find_person(ctx: Context, typed: str, *, make: bool = False) -> Person:
    """Return whom `typed` means: a member's name or @name, or a platform's id.

    Args:
        make: Make a person of an id that never wrote to us, so that a role can wait for him; and of a stranger's @name.

    Raises:
        NotFound, Ambiguous: kind user. Only members of the asker's space are suggested.
    """
    people = ctx.engine.store.people
    platform, _, own_id = typed.strip().casefold().partition(":")
    if (platform, own_id) == (ctx.caller.platform, ctx.caller.platform_id):  # also no number: `console:local`
        return await ctx.person()
    if PLATFORM_ID.fullmatch(typed.strip().casefold()):
        platform, platform_id = read_platform_id(ctx, typed)
        known = await people.find_known(platform, platform_id)
        if known is not None:
            return known
        if make:
            stranger = ctx.services.strangers.find_by_id(platform, platform_id, ctx.space)
            name, username = (stranger.name, stranger.username) if stranger else (f"{platform}:{platform_id}", None)
            return await people.person(platform, platform_id, name, username)
        raise NotFound("user", shorten(typed))
    members = [member.person for member in await people.members(ctx.space)]
    wanted = typed.strip().removeprefix("@")
    own = [person for person in members if (person.username or "").casefold() == wanted.casefold()]
    same = own or [person for person in members if person.name.removeprefix("@").casefold() == wanted.casefold()]
    if len(same) > 1:
        raise Ambiguous("user", shorten(typed), tuple(f"{p.platform}:{p.platform_id}" for p in same))
    if own:
        return own[0]
    stranger = ctx.services.strangers.find(ctx.caller.platform, wanted, ctx.space) if make else None
    if stranger is not None:
        return await people.person(stranger.platform, stranger.platform_id, stranger.name, stranger.username)
    return find("user", wanted, {person.name.removeprefix("@"): person for person in members})
