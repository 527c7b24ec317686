"""What fits into a message of the fake Discord, tried with the real discord.py: the limit is taken, not one more."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import discord
import pytest

from tests.fakes.discord_scenes import MESSAGE, Body, Scene, button, refused, row, scene

__all__ = ["scene"]  # the fixture
Made = Callable[[int], Body]


def one_embed(**parts: Any) -> Body:
    """Return a message with one embed."""
    return {"embeds": [parts]}


def select(count: int = 1, **parts: Any) -> Body:
    """Return a select menu."""
    options = [{"label": "x", "value": str(number)} for number in range(count)]
    return {"type": 3, "custom_id": "s", "options": options} | parts


def rows(count: int) -> Body:
    """Return a message with that many rows."""
    parts = [button(custom_id=str(number)) for number in range(count)]
    return {"content": "x", "components": [{"type": 1, "components": [part]} for part in parts]}


def field(name: str = "x", value: str = "x") -> Body:
    """Return an embed's field."""
    return {"name": name, "value": value}


IN_A_MESSAGE: dict[str, tuple[Made, int, str]] = {
    "content": (lambda n: {"content": "x" * n}, 2000, "content"),
    "nonce": (lambda n: {"content": "x", "nonce": "1" * n}, 25, "nonce"),
    "embeds": (lambda n: {"embeds": [{"title": "x"}] * n}, 10, "embeds"),
    "embed title": (lambda n: one_embed(title="x" * n), 256, "embeds.0.title"),
    "embed description": (lambda n: one_embed(description="x" * n), 4096, "embeds.0.description"),
    "embed fields": (lambda n: one_embed(fields=[field()] * n), 25, "embeds.0.fields"),
    "field name": (lambda n: one_embed(fields=[field(name="x" * n)]), 256, "embeds.0.fields.0.name"),
    "field value": (lambda n: one_embed(fields=[field(value="x" * n)]), 1024, "embeds.0.fields.0.value"),
    "embed footer": (lambda n: one_embed(footer={"text": "x" * n}), 2048, "embeds.0.footer.text"),
    "embed author": (lambda n: one_embed(author={"name": "x" * n}), 256, "embeds.0.author.name"),
    "embed colour": (lambda n: one_embed(title="x", color=n), 0xFFFFFF, "embeds.0.color"),
    "embeds in all": (
        lambda n: {"embeds": [{"description": "x" * 4000}, {"description": "x" * (n - 4000)}]},
        6000,
        "embeds: Embed size exceeds maximum size of 6000",
    ),
    "rows": (rows, 5, "components: Must be between 1 and 5"),
    "buttons": (lambda n: row(*[button(custom_id=str(i)) for i in range(n)]), 5, "components.0.components"),
    "label": (lambda n: row(button(label="x" * n)), 80, "components.0.components.0.label"),
    "custom id": (lambda n: row(button(custom_id="x" * n)), 100, "components.0.components.0.custom_id"),
    "options": (lambda n: row(select(n)), 25, "components.0.components.0.options"),
    "placeholder": (lambda n: row(select(placeholder="x" * n)), 150, "components.0.components.0.placeholder"),
    "link": (
        lambda n: row({"type": 2, "style": 5, "label": "x", "url": "https://x".ljust(n, "x")}),
        512,
        "components.0.components.0.url",
    ),
    "option label": (
        lambda n: row(select(options=[{"label": "x" * n, "value": "x"}])),
        100,
        "components.0.components.0.options.0.label",
    ),
}


@pytest.mark.parametrize("what", IN_A_MESSAGE)
async def test_message_has_bounds(scene: Scene, what: str) -> None:
    """A message that is a bit too big is refused as a whole, and told where."""
    made, most, where = IN_A_MESSAGE[what]
    await scene.send(made(most))
    await refused(scene.send(made(most + 1)), 400, 50035, f"In {where}")
    assert len(scene.fake.messages(scene.channel)) == 1
    assert scene.fake.refused[0].errors is not None


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (row(button(), button()), "In components.0.components.1.custom_id: Component custom id cannot be duplicated"),
        (row(select(), button()), "In components.0: The specified component exceeds the maximum width"),
        (row(button(label="", emoji=None)), "In components.0.components.0.label: This field is required"),
        (one_embed(fields=[field(value=" ")]), "In embeds.0.fields.0.value: This field is required"),
        (one_embed(title="x", url="ftp://x"), "Scheme \"ftp\" must be one of ('http', 'https')."),
        (
            {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
            'parse:["users"] and users: [ids...] are mutually exclusive.',
        ),
        ({"content": "x", "message_reference": {"message_id": "1"}}, "In message_reference: Unknown message"),
        ({"content": "x", "flags": 1 << 15}, "components v2"),
    ],
)
async def test_wrong_message_is_refused(scene: Scene, body: Body, text: str) -> None:
    """A message that no client could show is refused."""
    await refused(scene.send(body), 400, 50035, text)


async def test_empty_message_is_refused(scene: Scene) -> None:
    """Nothing cannot be said, not with spaces either, and nothing cannot be left by an edit."""
    await refused(scene.send({"content": "  \n "}), 400, 50006)
    sent = await scene.send({"content": "x"})
    edit = scene.bot.ask("PATCH", MESSAGE, {"content": ""}, channel_id=scene.channel.id, message_id=sent["id"])
    await refused(edit, 400, 50006)


def file(size: int = 1) -> discord.File:
    """Return a file to send."""
    return discord.File(io.BytesIO(b"x" * size), "x.bin")


async def test_files_have_bounds(scene: Scene) -> None:
    """Ten files of 10 MiB each at most, and 25 MiB in all."""
    mib = 1024 * 1024
    await scene.place.send(files=[file() for _ in range(10)])
    eleven = discord.http.handle_message_parameters(files=[file() for _ in range(11)])
    await refused(scene.bot.http.send_message(scene.channel.id, params=eleven), 400, 50035, "In attachments")
    await scene.place.send(file=file(10 * mib))
    await refused(scene.place.send(file=file(10 * mib + 1)), 413, 40005)
    await scene.place.send(files=[file(8 * mib) for _ in range(3)])
    await refused(scene.place.send(files=[file(9 * mib) for _ in range(3)]), 413, 40005)
