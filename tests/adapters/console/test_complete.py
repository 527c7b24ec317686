"""Completion on the console: commands, parameters and live names, and never a key."""

import pytest

from bot.cli.client import Client
from tests.adapters.console.conftest import Listener


async def inserts(client: Client, line: str) -> list[str]:
    """Return what a line could go on with."""
    return [choice["insert"] for choice in await client.complete(line)]


async def test_commands(client: Client) -> None:
    """The beginning of a command is completed, with a slash where one was typed."""
    assert await inserts(client, "startst") == ["startstream "]
    assert await inserts(client, "/startst") == ["/startstream "]
    assert "status " in await inserts(client, "sta")


async def test_live_names(client: Client, listener: Listener) -> None:
    """A word is completed from what there is, for the parameter that stands at its place."""
    assert await inserts(client, "stop lo") == ["lofi", "lo[2Jud"]
    assert listener.asked == [("stop", "stream", "lo")]


async def test_names_with_spaces_are_quoted(client: Client) -> None:
    """A name with a space comes with the quotes that it needs."""
    assert await inserts(client, "stop ngaji") == ['"ngaji subuh"']


async def test_parameters(client: Client, listener: Listener) -> None:
    """Parameters that go by name are offered by name, once, and completed behind it."""
    assert "for=" in await inserts(client, "startstream lofi youtube f")
    assert "for=" not in await inserts(client, "startstream lofi youtube for=6h f")

    await inserts(client, "startstream lofi mode=co")
    assert ("startstream", "mode", "co") in listener.asked


@pytest.mark.parametrize(
    "line", ["setkey youtube abcd", "adddestination a youtube abcd", "nosuch lo", "a-key-pasted-late x"]
)
async def test_a_key_is_never_completed(client: Client, listener: Listener, line: str) -> None:
    """Where a key stands, or what is no command, nothing is asked of the bot and nothing is offered."""
    # N8
    await client.complete(line)

    assert not [typed for _, _, typed in listener.asked if "abcd" in typed or "late" in typed]
    assert not any(param == "key" for _, param, _ in listener.asked)


async def test_endless_line(client: Client) -> None:
    """A line of a megabyte costs nothing and offers nothing."""
    assert await inserts(client, "stop " + "x" * 500_000) == []
