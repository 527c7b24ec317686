"""One definition fits every platform: the tightest limit of any of them holds for all."""

import re

import pytest

from bot.commands import COMMANDS
from bot.i18n import LANGUAGES
from bot.i18n.words import load_catalogue
from bot.parse import HIDDEN_PARAMS
from bot.present.buttons import MAX_BYTES, MAX_LABEL, press, weigh
from bot.spec import CommandSpec, Kind
from core.model import RunId
from core.people import Role

# What Discord (discord.com/developers/docs/interactions/application-commands) and Telegram
# (core.telegram.org/bots/api#botcommand) take.
NAME = re.compile(r"[a-z0-9_]{1,32}")
MAX_DESCRIPTION = 100
MAX_OPTIONS = 25
MAX_CHOICES = 25
MAX_COMMANDS = 100
HUGE_RUN = RunId(2**53)

ROLES = {
    None: {"start", "help", "whoami", "language", "timezone", "claim", "cancel"},
    Role.VIEWER: {
        "streams",
        "status",
        "logs",
        "snapshot",
        "history",
        "schedules",
        "media",
        "playlist",
        "destinations",
        "health",
        "chart",
        "report",
    },
    Role.OPERATOR: {
        "alerts",
        "startstream",
        "stop",
        "restart",
        "change",
        "forget",
        "resume",
        "import",
        "schedule",
        "reschedule",
        "unschedule",
    },
    Role.ADMIN: {
        "adddestination",
        "setkey",
        "removedestination",
        "invite",
        "grant",
        "revoke",
        "ignore",
        "users",
        "limit",
        "audit",
    },
}
EACH = pytest.mark.parametrize("spec", COMMANDS, ids=lambda spec: spec.name)


def test_all_commands_are_there_for_whom_they_are() -> None:
    """Each command of the contract exists, for the role that the contract gives it."""  # P13
    assert {role: {spec.name for spec in COMMANDS if spec.role is role} for role in ROLES} == ROLES


def test_no_name_means_two_commands() -> None:
    """A name or alias leads to one command only."""
    names = [name for spec in COMMANDS for name in (spec.name, *spec.aliases)]
    assert len(names) == len(set(names))
    assert len(names) <= MAX_COMMANDS


@EACH
def test_names_fit_every_platform(spec: CommandSpec) -> None:
    """Commands, aliases and parameters are named with what both platforms allow."""
    names = [spec.name, *spec.aliases, *(param.name for param in spec.params)]
    assert [name for name in names if not NAME.fullmatch(name)] == []
    assert len({param.name for param in spec.params}) == len(spec.params)
    assert {param.name for param in spec.params}.isdisjoint(param.name for param in HIDDEN_PARAMS)


@EACH
@pytest.mark.parametrize("language", LANGUAGES)
def test_descriptions_fit_every_platform(spec: CommandSpec, language: str) -> None:
    """Descriptions have 1 to 100 characters, Discord's limit; Telegram's 256 is wider."""
    words = load_catalogue(language)
    keys = [f"command.{spec.name}", *(f"command.{spec.name}.{p.name}" for p in spec.params if not p.hidden)]
    assert [key for key in keys if not 1 <= len(str(words[key])) <= MAX_DESCRIPTION] == []


@EACH
def test_options_fit_every_platform(spec: CommandSpec) -> None:
    """At most 25 options with at most 25 choices, and none that is required behind one that is not."""
    shown = [param for param in spec.params if not param.hidden and param.kind is not Kind.KEY]
    required = [param.required for param in shown]
    assert len(shown) <= MAX_OPTIONS
    assert required == sorted(required, reverse=True)
    assert [param.name for param in shown if len(param.choices) > MAX_CHOICES] == []


@EACH
def test_only_the_last_parameter_takes_all_words(spec: CommandSpec) -> None:
    """No parameter stands behind one that takes all the rest."""
    placed = [param for param in spec.params if param.positional]
    assert [param.name for param in placed[:-1] if param.many] == []


@EACH
def test_keys_are_never_recorded(spec: CommandSpec) -> None:
    """A key is kept out of the audit log by its definition."""  # N8
    assert [param.name for param in spec.params if param.kind is Kind.KEY and param.audited] == []


@EACH
def test_nothing_changes_without_a_role(spec: CommandSpec) -> None:
    """Whoever has no role can change nothing but his own settings, and come in by a code."""
    assert not (spec.role is None and spec.changes) or spec.name == "claim"


def test_button_that_does_not_fit_is_none() -> None:
    """A button never carries more than Telegram takes back, its run included, nor a label that no phone shows."""
    fits = "x" * (MAX_BYTES - len(f"|{HUGE_RUN}"))
    button = press("l" * 100, fits, HUGE_RUN)
    assert button is not None
    assert weigh(button.order, button.run) == MAX_BYTES
    assert len(button.label) == MAX_LABEL
    assert press("label", fits + "x", HUGE_RUN) is None
    assert press("label", "é" * 33) is None
