"""The console's socket: who may open it, what nonsense does to it, and that one client never holds up another."""

import asyncio
import json
from pathlib import Path

import pytest

from adapters.console.channel import CHAT, ConsoleChannel
from bot.channel import MessageRef
from bot.cli.client import Client, NoService
from bot.reply import say
from core.model import RunId
from tests.adapters.console.conftest import Listener
from tests.fakes.wait import eventually


async def raw(socket: Path, sent: bytes) -> bytes:
    """Send bytes, hang up, and return all that came back."""
    reader, writer = await asyncio.open_unix_connection(str(socket))
    writer.write(sent)
    writer.write_eof()
    try:
        return await reader.read()
    finally:
        writer.close()


@pytest.mark.usefixtures("channel")
def test_socket_is_its_owners_alone(socket: Path) -> None:
    """Nobody else on the host can speak as local admin."""
    assert socket.stat().st_mode & 0o777 == 0o600


async def test_order_comes_as_typed(client: Client, listener: Listener) -> None:
    """What is typed reaches the bot as a new message of the local admin, and a button with its run."""
    reply = await client.order("/stop lofi", pressed=True, run=7, asks=True)

    assert reply["text"] == "done"
    [order] = listener.orders
    assert (order.platform, order.person, order.text, order.chat) == ("console", "local", "/stop lofi", CHAT)
    assert (order.pressed, order.bound_run, order.asks, order.secret) == (True, RunId(7), True, None)


async def test_one_shot_asks_nothing_back(client: Client, listener: Listener) -> None:
    """Without being told that somebody sits there, the bot must not ask back."""
    await client.order("startstream")

    assert not listener.orders[0].asks


async def test_silence_is_an_answer(client: Client, listener: Listener) -> None:
    """Where the bot says nothing the client does not wait for ever."""
    listener.reply = None

    assert (await client.order("hello"))["text"] == ""


@pytest.mark.parametrize(
    "nonsense", [b"GET / HTTP/1.0\r\n\r\n", b"[]\n", b"{\n", b'"x"\n', b"\xff\xfe\n", b"x" * 3_000_000]
)
async def test_nonsense_is_turned_away(
    channel: ConsoleChannel, socket: Path, client: Client, listener: Listener, nonsense: bytes
) -> None:
    """A client that speaks no JSON is told so and hung up on; the others go on."""
    try:
        answer = await raw(socket, nonsense)
    except ConnectionError:
        answer = b'{"error": "hung up while it sent"}'

    assert "error" in json.loads(answer)
    assert listener.orders == []
    assert (await client.order("streams"))["text"] == "done"
    assert channel.platform == "console"


async def test_slow_order_holds_up_nobody(socket: Path, client: Client, listener: Listener) -> None:
    """While one client waits for a slow stop, another is answered."""
    listener.holding = asyncio.Event()
    slow = asyncio.create_task(client.order("stop lofi"))
    await eventually(lambda: listener.orders, "the slow order")
    holding, listener.holding = listener.holding, None

    other = await Client.connect(socket)
    assert (await other.order("streams"))["text"] == "done"
    await other.close()

    assert not slow.done()
    holding.set()
    assert (await slow)["text"] == "done"


async def test_who_watches_is_told(channel: ConsoleChannel, client: Client, socket: Path) -> None:
    """Alerts reach whoever has a conversation open, as new ones and as changed ones; others get none."""
    # N1
    other = await Client.connect(socket)
    await client.watch()
    await client.order("streams")

    sent = await channel.send(CHAT, say("🔴 lofi went dark"))
    await channel.edit(sent, say("🟢 lofi is back"))

    pushes = client.pushes()
    first, second = await anext(pushes), await anext(pushes)
    assert (first["said"], first["reply"]["text"]) == (sent.message, "🔴 lofi went dark")
    assert (second["edited"], second["reply"]["text"]) == (sent.message, "🟢 lofi is back")
    assert (await other.order("streams"))["text"] == "done"
    await other.close()


async def test_nobody_watching_is_no_error(channel: ConsoleChannel) -> None:
    """An alert that nobody is there to see is said to nobody."""
    sent = await channel.send(CHAT, say("hi"))
    await channel.edit(MessageRef(CHAT, "never said"), say("hi"))

    assert sent.chat == CHAT


async def test_terminal_on_hold_holds_up_no_alert(channel: ConsoleChannel, client: Client, socket: Path) -> None:
    """A terminal stopped with Ctrl-S is let go before it fills the service's memory; the others hear on."""
    # N1
    reader, writer = await asyncio.open_unix_connection(str(socket))
    writer.write(b'{"watch": true}\n{"id": 1, "text": "x"}\n')
    await reader.readline()
    await client.watch()
    await client.order("x")
    pushes = client.pushes()

    for _ in range(40):
        await channel.send(CHAT, say("x" * 100_000))
        await anext(pushes)

    assert len(channel._watchers) == 1
    writer.close()


async def test_end_of_the_service_is_told(socket: Path, listener: Listener) -> None:
    """When the service ends whoever waits for an answer is told, and finds no socket any more."""
    channel = ConsoleChannel(socket, listener)
    task = asyncio.create_task(channel.run())
    await eventually(socket.exists, "the socket")
    client = await Client.connect(socket)
    listener.holding = asyncio.Event()
    waiting = asyncio.create_task(client.order("streams"))
    await eventually(lambda: listener.orders, "the order")

    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    with pytest.raises(NoService):
        await waiting
    with pytest.raises(NoService):
        await client.order("streams")
    with pytest.raises(NoService):
        await Client.connect(socket)
    await client.close()


async def test_deep_folder(tmp_path: Path, listener: Listener) -> None:
    """A data folder whose path is longer than the kernel takes for a socket works like any other."""
    folder = tmp_path / ("deep" * 25) / ("deeper" * 25)
    folder.mkdir(parents=True)
    task = asyncio.create_task(ConsoleChannel(folder / "console.sock", listener).run())
    await eventually((folder / "console.sock").exists, "the socket")

    client = await Client.connect(folder / "console.sock")
    assert (await client.order("streams"))["text"] == "done"
    await client.close()

    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_left_over_socket_is_no_obstacle(socket: Path, listener: Listener) -> None:
    """After a crash the socket's file is still there; the next service takes its place."""
    # R2
    await asyncio.to_thread(socket.touch)
    task = asyncio.create_task(ConsoleChannel(socket, listener).run())
    await eventually(socket.is_socket, "the new socket")

    client = await Client.connect(socket)
    assert (await client.order("streams"))["text"] == "done"
    await client.close()

    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
