"""What fits into commands and answers of the fake Discord: the limit is taken, one more refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.fakes.discord_scenes import COMMANDS, Body, Scene, refused, scene

__all__ = ["scene"]  # the fixture
Made = Callable[[int], Body]


def command(**parts: Any) -> Body:
    """Return a command."""
    return {"name": "stop", "description": "x"} | parts


def option(number: int = 0, **parts: Any) -> Body:
    """Return a string option."""
    return {"type": 3, "name": f"o{number}", "description": "x"} | parts


def choices(count: int, name: str = "x", value: str = "x") -> list[Body]:
    """Return that many choices."""
    return [{"name": name, "value": value}] * count


def sized(size: int) -> list[Body]:
    """Return a command whose names, descriptions and values have so many characters."""
    full = choices(1, "x" * 100, "x" * 100)
    last = choices(1, "x" * (size - 7911), "x" * 100)
    options = [option(0, choices=full * 25), option(1, choices=full * 14), option(2, choices=last)]
    return [command(name="x", options=options)]


IN_COMMANDS: dict[str, tuple[Callable[[int], list[Body]], int, str]] = {
    "description": (lambda n: [command(description="x" * n)], 100, "0.description"),
    "name": (lambda n: [command(name="x" * n)], 32, "0.name: Command name is invalid"),
    "options": (lambda n: [command(options=[option(i) for i in range(n)])], 25, "0.options"),
    "choices": (lambda n: [command(options=[option(choices=choices(n))])], 25, "0.options.0.choices"),
    "choice name": (
        lambda n: [command(options=[option(choices=choices(1, name="x" * n))])],
        100,
        "0.options.0.choices.0.name",
    ),
    "choice value": (
        lambda n: [command(options=[option(choices=choices(1, value="x" * n))])],
        100,
        "0.options.0.choices.0.value",
    ),
    "shortest": (lambda n: [command(options=[option(min_length=n)])], 6000, "0.options.0.min_length"),
    "longest": (lambda n: [command(options=[option(max_length=n)])], 6000, "0.options.0.max_length"),
    "size": (sized, 8000, "0: Command exceeds maximum size (8000)"),
}


@pytest.mark.parametrize("what", IN_COMMANDS)
async def test_command_has_bounds(scene: Scene, what: str) -> None:
    """A list of commands with one that is a bit too big is refused as a whole, and what was there stays."""
    made, most, where = IN_COMMANDS[what]
    await scene.register(made(most))
    await refused(scene.register(made(most + 1)), 400, 50035, f"In {where}")
    assert scene.fake.bulk_overwrites(scene.guild) == 1


@pytest.mark.parametrize("name", ["Stop", "sto p", "stop!", "", "ÄNDERN"])
async def test_name_must_fit_the_pattern(scene: Scene, name: str) -> None:
    """A command's name has letters and digits of any script in lower case, and - _ '."""
    await refused(scene.register([command(name=name)]), 400, 50035, "In 0.name: Command name is invalid")
    await scene.register([command(name="ändern-2_'"), command(name="हिन्दी"), command(name="หยุด")])


@pytest.mark.parametrize(
    ("commands", "text"),
    [
        ([command(), command()], "In 1: Application command names must be unique"),
        ([command(options=[option(), option()])], "In 0.options.1: Option name is already used"),
        ([command(options=[option(0), option(1, required=True)])], "In 0.options.1: Required options must be placed"),
        ([command(options=[option(name="No")])], "In 0.options.0.name: Command name is invalid"),
        ([command(options=[option(choices=choices(1), autocomplete=True)])], "In 0.options.0.autocomplete"),
        ([command(name_localizations={"id": "Mulai"})], "In 0.name_localizations.id: Command name is invalid"),
        ([command(description=" ")], "In 0.description: This field is required"),
    ],
)
async def test_wrong_command_is_refused(scene: Scene, commands: list[Body], text: str) -> None:
    """A command that no client could show is refused."""
    await refused(scene.register(commands), 400, 50035, text)


async def test_commands_are_counted(scene: Scene) -> None:
    """100 commands a guild, and 200 new ones a day; those that are there already don't count."""
    names = [command(name=f"a{number}") for number in range(100)]
    await refused(scene.register([*names, command(name="b")]), 400, 30032)
    await scene.register(names)
    await scene.register(names)
    await scene.register([command(name=f"b{number}") for number in range(100)])
    await refused(scene.register([command(name="c")]), 400, 30034)
    scene.clock.now_s += 86_401
    await scene.register([command(name="c")])


async def test_unknown_guild_takes_no_commands(scene: Scene) -> None:
    """Commands for a guild that the bot is not in are refused."""
    application = scene.fake.world.application_id
    request = scene.bot.ask("PUT", COMMANDS, [], application_id=application, guild_id=99)
    await refused(request, 403, 50001)


def form(title: str = "x", **parts: Any) -> Body:
    """Return a modal with one field in a label."""
    field = {"type": 4, "custom_id": "f", "style": 1} | parts
    return {"title": title, "custom_id": "m", "components": [{"type": 18, "label": "x", "component": field}]}


def labelled(label: str) -> Body:
    """Return a modal whose field has this label, the old way."""
    field = {"type": 4, "custom_id": "f", "style": 1, "label": label}
    return {"title": "x", "custom_id": "m", "components": [{"type": 1, "components": [field]}]}


def described(size: int) -> Body:
    """Return a modal whose field has a description."""
    body = form()
    body["components"][0]["description"] = "x" * size
    return body


def fields(count: int) -> Body:
    """Return a modal with that many fields."""
    one = [form(custom_id=str(number))["components"][0] for number in range(count)]
    return form() | {"components": one}


IN_ANSWERS: dict[str, tuple[int, int, Made, int, str]] = {
    "choices": (4, 8, lambda n: {"choices": choices(n)}, 25, "data.choices"),
    "choice name": (4, 8, lambda n: {"choices": choices(1, name="x" * n)}, 100, "data.choices.0.name"),
    "choice value": (4, 8, lambda n: {"choices": choices(1, value="x" * n)}, 100, "data.choices.0.value"),
    "content": (2, 4, lambda n: {"content": "x" * n}, 2000, "data.content"),
    "form title": (2, 9, lambda n: form("x" * n), 45, "data.title"),
    "form id": (2, 9, lambda n: form() | {"custom_id": "x" * n}, 100, "data.custom_id"),
    "form fields": (2, 9, fields, 5, "data.components"),
    "field label": (2, 9, lambda n: labelled("x" * n), 45, "data.components.0.components.0.label"),
    "field description": (2, 9, described, 100, "data.components.0.description"),
    "field id": (2, 9, lambda n: form(custom_id="x" * n), 100, "data.components.0.component.custom_id"),
    "field value": (2, 9, lambda n: form(value="x" * n), 4000, "data.components.0.component.value"),
    "field hint": (2, 9, lambda n: form(placeholder="x" * n), 100, "data.components.0.component.placeholder"),
    "field length": (2, 9, lambda n: form(max_length=n), 4000, "data.components.0.component.max_length"),
}


@pytest.mark.parametrize("what", IN_ANSWERS)
async def test_answer_has_bounds(scene: Scene, what: str) -> None:
    """An answer to an interaction that is a bit too big is refused, and a smaller one may follow."""
    to, kind, made, most, where = IN_ANSWERS[what]
    await scene.answer(kind, made(most), to=to)
    await refused(scene.answer(kind, made(most + 1), to=to), 400, 50035, f"In {where}")


async def test_blank_choice_is_refused(scene: Scene) -> None:
    """A choice must have a name that can be seen."""
    bad = scene.answer(8, {"choices": choices(1, name=" ")}, to=4)
    await refused(bad, 400, 50035, "In data.choices.0.name: Must be between 1 and 100 in length.")
