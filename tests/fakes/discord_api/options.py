"""Turns what a person types into a slash command into interaction data; like his client it lets no wrong value pass.

https://discord.com/developers/docs/interactions/application-commands#application-command-object
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .commands_form import (
    ATTACHMENT,
    BOOLEAN,
    CHANNEL,
    GROUP,
    INTEGER,
    MENTIONABLE,
    NUMBER,
    ROLE,
    STRING,
    SUBCOMMAND,
    USER,
)
from .model import Channel as ChannelRecord
from .model import File as FileRecord
from .model import Role as RoleRecord
from .model import User as UserRecord
from .payloads import channel_json, file_json, member_json, role_json, user_json

if TYPE_CHECKING:
    from .errors import Json
    from .model import Guild

TYPES: Final[dict[int, tuple[type, ...]]] = {
    STRING: (str,),
    INTEGER: (int,),
    BOOLEAN: (bool,),
    NUMBER: (int, float),
    USER: (UserRecord,),
    CHANNEL: (ChannelRecord,),
    ROLE: (RoleRecord,),
    MENTIONABLE: (UserRecord, RoleRecord),
    ATTACHMENT: (FileRecord,),
}


class CannotDoThat(AssertionError):
    """The person's own client would not let him do it."""


def find_command(known: dict[str, Json], typed: str) -> tuple[Json, list[str], Json]:
    """Return a command, the subcommands' names, and the innermost definition for `playlist add`."""
    name, *path = typed.removeprefix("/").split()
    command = known.get(name)
    if command is None:
        raise CannotDoThat(f"no command /{name}; there are {sorted(known)}")
    inner = command
    for step in path:
        inner = next((part for part in inner.get("options", []) if part["name"] == step), {})
        if inner.get("type") not in (SUBCOMMAND, GROUP):
            raise CannotDoThat(f"/{name} has no subcommand {step}")
    if any(part["type"] in (SUBCOMMAND, GROUP) for part in inner.get("options", [])):
        raise CannotDoThat(f"/{typed} needs a subcommand")
    return command, path, inner


def filled(definition: Json, given: dict[str, Any], *, partial: bool = False) -> list[Json]:
    """Return the options of an interaction.

    Args:
        definition: The command or subcommand.
        given: Values by option name.
        partial: Required ones may be missing, as while typing.

    Raises:
        CannotDoThat: An unknown or missing option, or a value that the client refuses.
    """
    known = {part["name"]: part for part in definition.get("options", [])}
    if unknown := set(given) - set(known):
        raise CannotDoThat(f"/{definition['name']} has no option {sorted(unknown)}; it has {list(known)}")
    missing = [name for name, part in known.items() if part.get("required") and name not in given]
    if missing and not partial:
        raise CannotDoThat(f"/{definition['name']} needs {missing}")
    return [_option(known[name], value) for name, value in given.items()]


def _option(option: Json, value: Any) -> Json:
    kind, name = option["type"], option["name"]
    if not isinstance(value, TYPES[kind]) or (isinstance(value, bool) and kind != BOOLEAN):
        raise CannotDoThat(f"option {name} does not take {value!r}")
    choices = option.get("choices") or []
    if choices and value not in [choice["value"] for choice in choices]:
        raise CannotDoThat(f"option {name} does not offer {value!r}")
    size = len(value) if isinstance(value, str) else value
    low, high = (option.get(f"{end}_{'length' if kind == STRING else 'value'}") for end in ("min", "max"))
    if (low is not None and size < low) or (high is not None and size > high):
        raise CannotDoThat(f"option {name} takes {low} to {high}, not {value!r}")
    return {"name": name, "type": kind, "value": str(value.id) if hasattr(value, "id") else value}


def nested(path: list[str], options: list[Json]) -> list[Json]:
    """Return options wrapped in their subcommand and group."""
    kinds = [SUBCOMMAND, GROUP]
    for step in reversed(path):
        options = [{"name": step, "type": kinds.pop(0), "options": options}]
    return options


def resolved(values: dict[str, Any], guild: Guild | None) -> Json:
    """Return the objects behind ids in options, by kind."""
    found: Json = {}
    for value in values.values():
        if isinstance(value, UserRecord):
            found.setdefault("users", {})[str(value.id)] = user_json(value)
            member = guild.members.get(value.id) if guild else None
            if member is not None:
                found.setdefault("members", {})[str(value.id)] = member_json(member, user=False) | {"permissions": "0"}
        elif isinstance(value, RoleRecord):
            found.setdefault("roles", {})[str(value.id)] = role_json(value)
        elif isinstance(value, ChannelRecord):
            found.setdefault("channels", {})[str(value.id)] = channel_json(value) | {"permissions": "0"}
        elif isinstance(value, FileRecord):
            found.setdefault("attachments", {})[str(value.id)] = file_json(value) | {"ephemeral": True}
    return found
