"""Checks command definitions and autocomplete choices against the published limits.

https://discord.com/developers/docs/interactions/application-commands#application-command-object
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from . import limits

if TYPE_CHECKING:
    from .errors import Form, Json, Path

SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(1, 12)
COMPLETED: Final = (STRING, INTEGER, NUMBER)  # the types that may have choices or autocompletion
# The scripts that the pattern allows beyond letters and numbers: their vowel signs are marks.
MARKED_SCRIPTS: Final = ("DEVANAGARI", "THAI")


def name_is_valid(name: str) -> bool:
    r"""Tell whether a name matches ``^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$`` and is in lower case."""
    return 1 <= len(name) <= limits.COMMAND_NAME and name == name.lower() and all(map(_may_stand, name))


def _may_stand(char: str) -> bool:
    if char in "-_'" or unicodedata.category(char)[0] in "LN":
        return True
    return unicodedata.name(char, "").startswith(MARKED_SCRIPTS)


def check_commands(commands: list[Json], form: Form) -> None:
    """Note what is wrong with a list of chat commands."""
    names: set[str] = set()
    for index, command in enumerate(commands):
        at: Path = (index,)
        form.choice((*at, "type"), command.get("type", 1), (1,))
        _check_named(command, at, form)
        _check_options(command.get("options") or [], at, form)
        if _size(command) > limits.COMMAND_SIZE:
            text = f"Command exceeds maximum size ({limits.COMMAND_SIZE})"
            form.add(at, "APPLICATION_COMMAND_TOO_LARGE", text)
        if command.get("name") in names:
            text = "Application command names must be unique"
            form.add(at, "APPLICATION_COMMANDS_DUPLICATE_NAME", text)
        names.add(str(command.get("name")))


def _check_named(part: Json, at: Path, form: Form) -> None:
    for key, texts in (("name", part.get("name")), *_localized(part, "name")):
        if texts is None:
            form.missing((*at, key))
        elif not name_is_valid(texts):
            form.add((*at, *key.split(".")), "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    for key, text in (("description", part.get("description")), *_localized(part, "description")):
        form.text((*at, *key.split(".")), (text or "").strip() or None, 1, limits.COMMAND_DESCRIPTION)


def _localized(part: Json, key: str) -> list[tuple[str, str]]:
    return [(f"{key}_localizations.{tag}", text) for tag, text in (part.get(f"{key}_localizations") or {}).items()]


def _check_options(options: list[Json], at: Path, form: Form) -> None:
    form.count((*at, "options"), len(options), 0, limits.OPTIONS)
    names: set[str] = set()
    optional = False
    for index, option in enumerate(options):
        here: Path = (*at, "options", index)
        if not form.choice((*here, "type"), option.get("type"), tuple(range(1, 12))):
            continue
        _check_named(option, here, form)
        if option.get("name") in names:
            form.add(here, "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_USED", "Option name is already used")
        names.add(str(option.get("name")))
        if option.get("required") and optional:
            text = "Required options must be placed before non-required options"
            form.add(here, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", text)
        optional = optional or not option.get("required")
        _check_option(option, here, form)


def _check_option(option: Json, at: Path, form: Form) -> None:
    if option["type"] in (SUBCOMMAND, GROUP):
        _check_options(option.get("options") or [], at, form)
        return
    choices = option.get("choices") or []
    check_choices(choices, form, (*at, "choices"), numeric=option["type"] != STRING)
    if (choices or option.get("autocomplete")) and option["type"] not in COMPLETED:
        form.add((*at, "type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Option type cannot have choices")
    if choices and option.get("autocomplete"):
        text = "Autocomplete cannot be set for an option with choices"
        form.add((*at, "autocomplete"), "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES", text)
    form.number((*at, "min_length"), option.get("min_length"), 0, limits.STRING_OPTION)
    form.number((*at, "max_length"), option.get("max_length"), 1, limits.STRING_OPTION)


def check_choices(choices: list[Json], form: Form, at: Path, *, numeric: bool = False) -> None:
    """Note what is wrong with choices, of an option or of an autocompletion."""
    form.count(at, len(choices), 0, limits.CHOICES)
    for index, choice in enumerate(choices):
        name = (choice.get("name") or "").strip()
        # A blank name is refused as too short, not as missing.
        form.count((*at, index, "name"), len(name), 1, limits.CHOICE_NAME)
        if not numeric:
            form.text((*at, index, "value"), choice.get("value"), 1, limits.CHOICE_VALUE)


def _size(part: Json) -> int:
    """Return what counts for a command's size: names, descriptions and values, the longest localization of each."""
    total = sum(_longest(part, key) for key in ("name", "description"))
    total += sum(_longest(choice, "name") + len(str(choice.get("value", ""))) for choice in part.get("choices") or [])
    return total + sum(map(_size, part.get("options") or []))


def _longest(part: Json, key: str) -> int:
    return max([len(part.get(key) or ""), *(len(text) for _, text in _localized(part, key))])
