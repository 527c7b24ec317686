"""Commands as Discord registers them: within its limits, and not taken for changed when they are not."""

from typing import Any

import pytest

from adapters.discord.definitions import build_command, build_commands, differ
from bot.commands import COMMANDS
from bot.spec import CommandSpec
from tests.fakes.discord_api.commands_form import check_commands
from tests.fakes.discord_api.errors import Form


def as_discord_tells(part: dict[str, Any]) -> dict[str, Any]:
    """A command as Discord gives it back: with what it adds, and without what is false or empty."""
    told = {name: value for name, value in part.items() if value not in (False, [])}
    told |= {"id": "1", "version": "2", "nsfw": False, "default_member_permissions": None, "contexts": None}
    told |= {"name_localizations": part.get("name_localizations"), "name_localized": "x"}
    for name in ("options", "choices"):
        if name in told:
            told[name] = [as_discord_tells(inner) for inner in told[name]]
    return told


def test_commands_fit_discord() -> None:
    """Discord takes all commands, in the words of both languages."""
    form = Form()
    check_commands(build_commands(), form)
    assert form.tree == {}
    assert len(build_commands()) <= 100


def test_what_discord_tells_back_is_no_change() -> None:
    """Commands that Discord tells in another order and with its own additions are still the same."""
    told = [as_discord_tells(command) for command in reversed(build_commands())]
    assert not differ(told, build_commands())
    assert not differ(build_commands(), told)


@pytest.mark.parametrize("name", ["description", "description_localizations", "options", "name"])
def test_any_change_is_seen(name: str) -> None:
    """A new word, translation, option or command is written."""
    told = [as_discord_tells(command) for command in build_commands()]
    told[5][name] = {"id": "lain"} if name.endswith("s") and name != "options" else []
    if name in {"description", "name"}:
        told[5][name] = "other"
    assert differ(told, build_commands())
    assert differ(told[1:], build_commands())


@pytest.mark.parametrize("spec", COMMANDS, ids=lambda spec: spec.name)
def test_options_come_in_the_order_that_discord_wants(spec: CommandSpec) -> None:
    """Required options stand first, and each bears the name that the bot knows it by."""
    options = build_command(spec)["options"]
    required = [option["required"] for option in options]
    assert required == sorted(required, reverse=True)
    assert {option["name"] for option in options} <= {param.name for param in spec.params}


def test_no_name_means_two_commands_in_any_language() -> None:
    """Whatever language a client speaks, each command has a name of its own there."""
    for locale in ("en-US", "id"):
        names = [command.get("name_localizations", {}).get(locale, command["name"]) for command in build_commands()]
        assert len(names) == len(set(names))
