"""Listens on the service's Unix socket: JSON lines in, JSON lines out; it understands no command itself.

A client sends `{"id": 1, "text": "...", "asks": false, "pressed": false, "run": null, "secret": null}` and gets
`{"id": 1, "reply": {...}}`. For `{"id": 2, "complete": "/stop lo"}` it gets `{"id": 2, "choices": [...]}`, what the
line could go on with. With `{"watch": true}` it is also sent what the service says of itself, as
`{"said": "7", "reply": {...}}` and, where that changes, `{"edited": "7", "reply": {...}}`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import pwd
import socket
from dataclasses import asdict, replace
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from adapters.console.complete import complete_line
from adapters.console.render import clean, render_value
from bot.channel import ChatRef, MessageRef
from bot.spec import Invocation
from bot.unix_socket import address_of
from core.model import RunId

if TYPE_CHECKING:
    from pathlib import Path

    from bot.channel import Answering
    from bot.reply import Reply

log = logging.getLogger(__name__)

CHAT: Final = ChatRef("console", "local")
LINE_BYTES: Final = 1 << 20


class ConsoleChannel:
    """The console as a channel; its clients are this host's owner."""

    platform: Final = "console"
    edits_per_minute: Final = 600.0

    def __init__(self, path: Path, bot: Answering) -> None:
        self._path = path
        self._bot = bot
        self._watchers: set[asyncio.StreamWriter] = set()
        self._clients: set[asyncio.Task[None]] = set()
        self._numbers = count(1)
        self._person = _local_name()

    def allowance_of(self, chat: ChatRef) -> ChatRef:
        """It is itself: nobody limits it."""
        return chat

    async def run(self) -> None:
        """Serve clients until cancelled; the socket is 0600 from its first moment and gone after it."""
        self._path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        before = os.umask(0o177)
        try:
            with address_of(self._path) as address:
                listener.bind(address)
        finally:
            os.umask(before)
        server = await asyncio.start_unix_server(self._accept, sock=listener, limit=LINE_BYTES)
        try:
            await server.serve_forever()
        finally:
            self._path.unlink(missing_ok=True)
            server.close()
            for watcher in self._watchers:
                if watcher.transport.get_write_buffer_size():
                    watcher.transport.abort()
            for client in self._clients:
                client.cancel()
            await asyncio.gather(*self._clients, return_exceptions=True)

    async def send(self, chat: ChatRef, reply: Reply) -> MessageRef:
        """Show it to every watcher; without one it is said to nobody, which is no error."""
        message = str(next(self._numbers))
        self._push({"said": message, "reply": render_value(reply)})
        return MessageRef(chat, message)

    async def edit(self, message: MessageRef, reply: Reply) -> None:
        """Show it to every watcher in place of what it was."""
        self._push({"edited": message.message, "reply": render_value(reply)})

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._clients.add(task)
        try:
            await self._serve(reader, writer)
        except ConnectionError:
            pass  # the client went away
        finally:
            self._watchers.discard(writer)
            if task is not None:
                self._clients.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await self._read(reader):
            try:
                order = json.loads(line)
                if not isinstance(order, dict):
                    raise TypeError  # noqa: TRY301 - said below, like any other nonsense
            except (ValueError, TypeError):
                await _write(writer, {"error": "not a JSON object"})
                return
            if order.get("watch"):
                self._watchers.add(writer)
            if "complete" in order:
                await self._complete(order, writer)
            elif "text" in order:
                await self._answer(order, writer)

    async def _read(self, reader: asyncio.StreamReader) -> bytes:
        try:
            return await reader.readline()
        except ValueError:
            return b"0"  # longer than any order can be: answered as nonsense

    async def _answer(self, order: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        invocation = replace(
            self._invoke(order["text"]),
            asks=bool(order.get("asks")),
            pressed=bool(order.get("pressed")),
            bound_run=RunId(order["run"]) if isinstance(order.get("run"), int) else None,
            secret=str(order["secret"]) if order.get("secret") else None,
        )
        reply = await self._bot.answer(invocation)
        await _write(writer, {"id": order.get("id"), "reply": render_value(reply) if reply else None})

    async def _complete(self, order: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        found = await complete_line(self._bot, self._invoke(order["complete"]))
        choices = [asdict(each) | {"shows": clean(each.shows), "insert": clean(each.insert)} for each in found]
        await _write(writer, {"id": order.get("id"), "choices": choices})

    def _invoke(self, text: object) -> Invocation:
        return Invocation(self.platform, "local", self._person, CHAT, text=str(text), asks=False)

    def _push(self, value: dict[str, Any]) -> None:
        """Send without waiting: a terminal that was put on hold must not hold up an alert to others."""
        for writer in tuple(self._watchers):
            if writer.transport.get_write_buffer_size() > LINE_BYTES:
                writer.transport.abort()  # `close` would wait for it to read all that
                self._watchers.discard(writer)
            else:
                writer.write(_dump(value))


async def _write(writer: asyncio.StreamWriter, value: dict[str, Any]) -> None:
    writer.write(_dump(value))
    await writer.drain()


def _dump(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, default=str).encode() + b"\n"


def _local_name() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return "local"
