"""The bot's own account, guilds, roles, members, and the commands that it has registered.

https://discord.com/developers/docs/resources/guild and .../interactions/application-commands
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from . import limits
from .commands_form import check_commands
from .errors import Form, Json, Refused, Why
from .payloads import channel_json, guild_json, member_json, role_json, user_json

if TYPE_CHECKING:
    from .model import Guild
    from .platform import Platform, Request

DAY_S: Final = 86_400.0
# What the platform adds to a command that does not say otherwise.
COMMAND_DEFAULTS: Final[Json] = {
    "type": 1,
    "default_member_permissions": None,
    "dm_permission": None,
    "contexts": None,
    "integration_types": [0],
    "nsfw": False,
    "name_localizations": None,
    "description_localizations": None,
    "options": [],
}


def _guild(platform: Platform, request: Request) -> Guild:
    return platform.world.guild(request.number("guild_id"))


def get_me(platform: Platform, _: Request) -> Json:
    """Get Current User."""
    return user_json(platform.world.bot) | {"verified": True, "email": None, "mfa_enabled": True, "locale": "en-US"}


def get_user(platform: Platform, request: Request) -> Json:
    """Get User."""
    return user_json(platform.world.user(request.number("user_id")))


def get_application(platform: Platform, _: Request) -> Json:
    """Get Current Application."""
    owner = next((guild.owner_id for guild in platform.world.guilds.values()), 1)
    return {
        "id": str(platform.world.application_id),
        "name": platform.world.bot.name,
        "icon": None,
        "description": "",
        "summary": "",
        "bot_public": False,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "owner": {"id": str(owner), "username": "owner", "discriminator": "0", "avatar": None},
        "team": None,
    }


def get_gateway(platform: Platform, _: Request) -> Json:
    """Get Gateway Bot: DOCS/events/gateway#get-gateway-bot."""
    start = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
    return {"url": platform.gateway.url, "shards": 1, "session_start_limit": start}


def get_guild(platform: Platform, request: Request) -> Json:
    """Get Guild; channels and members are asked for apart."""
    found = guild_json(_guild(platform, request), platform.world.bot)
    for left_out in ("channels", "threads", "members"):
        del found[left_out]
    return found


def get_channels(platform: Platform, request: Request) -> list[Json]:
    """Get Guild Channels."""
    return [channel_json(channel) for channel in _guild(platform, request).channels.values()]


def get_roles(platform: Platform, request: Request) -> list[Json]:
    """Get Guild Roles."""
    return [role_json(role) for role in _guild(platform, request).roles.values()]


def get_member(platform: Platform, request: Request) -> Json:
    """Get Guild Member."""
    member = _guild(platform, request).members.get(request.number("user_id"))
    if member is None:
        raise Refused(Why.UNKNOWN_MEMBER)
    return member_json(member)


def _scope(platform: Platform, request: Request) -> int | None:
    """Return whose commands are meant: a guild's, or None for the global ones."""
    if request.number("application_id") != platform.world.application_id:
        raise Refused(Why.MISSING_ACCESS)
    if "guild_id" not in request.params:
        return None
    guild = platform.world.guilds.get(request.number("guild_id"))
    if guild is None or not guild.bot_inside:
        raise Refused(Why.MISSING_ACCESS)
    return guild.id


def get_commands(platform: Platform, request: Request) -> list[Json]:
    """Get Guild (or Global) Application Commands."""
    return list(platform.world.commands.get(_scope(platform, request), {}).values())


def overwrite_commands(platform: Platform, request: Request) -> list[Json]:
    """Bulk Overwrite Guild (or Global) Application Commands; names that are new count against 200 a day."""
    world, scope = platform.world, _scope(platform, request)
    wanted: list[Json] = request.body
    form = Form()
    check_commands(wanted, form)
    form.refuse_if_wrong()
    if len(wanted) > limits.COMMANDS:
        raise Refused(Why.TOO_MANY_COMMANDS)
    known = world.commands.get(scope, {})
    _count_creates(platform, scope, sum(command["name"] not in known for command in wanted))
    world.bulk_overwrites[scope] = world.bulk_overwrites.get(scope, 0) + 1
    world.commands[scope] = {part["name"]: _registered(platform, scope, part, known) for part in wanted}
    return list(world.commands[scope].values())


def _count_creates(platform: Platform, scope: int | None, new: int) -> None:
    now_s = platform.now()
    recent = [at for at in platform.world.creates.get(scope, []) if at > now_s - DAY_S]
    if len(recent) + new > limits.COMMAND_CREATES_A_DAY:
        raise Refused(Why.TOO_MANY_CREATES)
    platform.world.creates[scope] = recent + [now_s] * new


def _registered(platform: Platform, scope: int | None, command: Json, known: dict[str, Json]) -> Json:
    before = known.get(command["name"])
    world = platform.world
    found = COMMAND_DEFAULTS | command
    found["id"] = before["id"] if before else str(world.new_id())
    found["application_id"] = str(world.application_id)
    found["version"] = str(world.new_id())
    if scope is not None:
        found["guild_id"] = str(scope)
    return found


_COMMANDS: Final = "/applications/{application_id}/commands"
_GUILD_COMMANDS: Final = "/applications/{application_id}/guilds/{guild_id}/commands"
GUILD_ROUTES: Final[dict[str, Any]] = {
    "GET /users/@me": get_me,
    "GET /users/{user_id}": get_user,
    "GET /oauth2/applications/@me": get_application,
    "GET /gateway/bot": get_gateway,
    "GET /guilds/{guild_id}": get_guild,
    "GET /guilds/{guild_id}/channels": get_channels,
    "GET /guilds/{guild_id}/roles": get_roles,
    "GET /guilds/{guild_id}/members/{user_id}": get_member,
    f"GET {_COMMANDS}": get_commands,
    f"PUT {_COMMANDS}": overwrite_commands,
    f"GET {_GUILD_COMMANDS}": get_commands,
    f"PUT {_GUILD_COMMANDS}": overwrite_commands,
}
