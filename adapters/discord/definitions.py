"""The bot's commands as Discord wants them registered, and whether those of a guild differ; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bot.commands import COMMANDS
from bot.i18n.words import LANGUAGES, load_catalogue
from bot.spec import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.spec import CommandSpec, Param

Json = dict[str, Any]

# discord.com/developers/docs/interactions/application-commands (Application Command Option Type)
TEXT, NUMBER, ATTACHMENT = 3, 4, 11
CHOICES: Final = 25
LONGEST_WORD: Final = 1000

UPLOAD: Final = "upload"
FILE: Final = "file"
LOCALES: Final[Mapping[str, str]] = {language: language for language in LANGUAGES if language != "en"}
"""Our languages by what Discord calls them; English is what stands there without a locale."""

_TYPED: Final = frozenset({Kind.TEXT, Kind.NAME, Kind.URL, Kind.MOMENT, Kind.NUMBER})
"""What is typed freely: nothing is suggested for it, unless it takes certain words beside."""

_LOCALIZED: Final = frozenset({"name", "name_localizations", "description", "description_localizations"})
_BOUNDS: Final = frozenset({"min_value", "max_value", "max_length"})
_OURS: Final = _LOCALIZED | _BOUNDS | {"type", "required", "options", "choices", "value", "autocomplete"}
_EMPTY: Final[tuple[object, ...]] = (None, False, [], {})


def build_commands(specs: Sequence[CommandSpec] = COMMANDS) -> list[Json]:
    """Return all commands of the menu, and `/upload`, which only this platform needs."""
    return [*(build_command(spec) for spec in specs if spec.in_menu), _build_upload()]


def build_command(spec: CommandSpec) -> Json:
    """Return one command; a key is never an option: what is typed there stands in the channel's history."""
    shown = [param for param in spec.params if not param.hidden and param.kind is not Kind.KEY]
    command: Json = {"type": 1, "name": spec.name} | _describe(f"command.{spec.name}")
    if spec.aliases:
        command["name_localizations"] = {"id": spec.aliases[0]}
    return command | {"options": [_build_option(spec, param) for param in shown]}


def is_completed(param: Param) -> bool:
    """Return whether something is suggested while a person types."""
    return _picks(param) is False and (param.kind not in _TYPED or bool(param.choices))


def differ(known: Iterable[Json], wanted: Iterable[Json]) -> bool:
    """Return whether a guild's commands are others than wanted; what Discord adds of its own counts for nothing."""
    return _by_name(known) != _by_name(wanted)


def _picks(param: Param) -> bool:
    """Whether Discord itself offers all that it takes."""
    return param.kind is Kind.CHOICE and len(param.choices) <= CHOICES


def _build_option(spec: CommandSpec, param: Param) -> Json:
    option: Json = {"type": TEXT, "name": param.name} | _describe(f"command.{spec.name}.{param.name}")
    option["required"] = param.required
    if _picks(param):
        option["choices"] = [{"name": choice, "value": choice} for choice in param.choices]
    elif param.kind is Kind.NUMBER and not param.choices:
        bounds = {"min_value": param.low, "max_value": param.high}
        option |= {"type": NUMBER} | {name: bound for name, bound in bounds.items() if bound is not None}
    else:
        option |= {"max_length": LONGEST_WORD} | ({"autocomplete": True} if is_completed(param) else {})
    return option


def _build_upload() -> Json:
    file = {"type": ATTACHMENT, "name": FILE, "required": True} | _describe(f"command.{UPLOAD}.{FILE}")
    return {"type": 1, "name": UPLOAD, "options": [file]} | _describe(f"command.{UPLOAD}")


def _describe(key: str) -> Json:
    told = {locale: str(load_catalogue(language)[key]) for language, locale in LOCALES.items()}
    return {"description": str(load_catalogue("en")[key]), "description_localizations": told}


def _by_name(commands: Iterable[Json]) -> dict[str, Json]:
    return {str(command["name"]): _reduced(command) for command in commands}


def _reduced(part: Json) -> Json:
    """Return what we set, without what is empty: Discord leaves out some of it, and adds its own."""
    found = {name: value for name, value in part.items() if name in _OURS and value not in _EMPTY}
    for name in ("options", "choices"):
        if name in found:
            found[name] = [_reduced(inner) for inner in found[name]]
    return found
