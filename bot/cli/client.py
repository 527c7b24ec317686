"""Speaks with the running service over its socket; it knows no command."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Self

from bot.parse import MAX_ORDER_CHARS
from bot.unix_socket import address_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

LINE_BYTES: Final = 16 << 20


class NoService(Exception):
    """Nobody listens on the socket, or he went away."""


class Client:
    """One connection. Answers come by `order`; what the service says of itself by `pushes`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._pushed: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self._next = 0
        self._listener = asyncio.create_task(self._listen())

    @classmethod
    async def connect(cls, socket: Path) -> Self:
        """Connect.

        Raises:
            NoService: nobody listens there.
        """
        try:
            with address_of(socket) as address:
                reader, writer = await asyncio.open_unix_connection(address, limit=LINE_BYTES)
        except OSError as error:
            raise NoService(str(socket)) from error
        return cls(reader, writer)

    async def close(self) -> None:
        """Hang up."""
        self._listener.cancel()
        await asyncio.gather(self._listener, return_exceptions=True)
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()

    async def watch(self) -> None:
        """Ask to be told what the service says of itself."""
        await self._send({"watch": True})

    async def order(self, text: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of the protocol
        """Give an order and return the reply.

        Args:
            text: The command, as typed; one that is too long travels only as far as that can be seen.
            more: `asks`, `pressed`, `run`, `secret` as the console's channel takes them.

        Raises:
            NoService: it went away before it answered.
        """
        answer = await self._ask({"text": text[: MAX_ORDER_CHARS + 1], **more})
        return answer["reply"] or {"ok": True, "code": None, "text": "", "data": {}}

    async def complete(self, line: str) -> list[dict[str, Any]]:
        """Return what a line could go on with: `insert` for its last `length` characters, and what `shows`.

        Raises:
            NoService: it went away before it answered.
        """
        choices: list[dict[str, Any]] = (await self._ask({"complete": line}))["choices"]
        return choices

    async def pushes(self) -> AsyncIterator[dict[str, Any]]:
        """Yield what the service says of itself, until it goes away."""
        while (pushed := await self._pushed.get()) is not None:
            yield pushed

    async def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        self._next += 1
        number = self._next
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        try:
            await self._send({"id": number, **question})
            return await future
        finally:
            self._waiting.pop(number, None)

    async def _send(self, value: dict[str, Any]) -> None:
        if self._listener.done():
            raise NoService("closed")
        try:
            self._writer.write(json.dumps(value).encode() + b"\n")
            await self._writer.drain()
        except ConnectionError as error:
            raise NoService(str(error)) from error

    async def _listen(self) -> None:
        try:
            while line := await self._reader.readline():
                self._take(json.loads(line))
        except (ConnectionError, ValueError):
            pass  # told to whoever waits, below
        finally:
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(NoService("closed"))
            self._pushed.put_nowait(None)

    def _take(self, value: dict[str, Any]) -> None:
        future = self._waiting.get(value.get("id", -1))
        if future is not None and not future.done():
            future.set_result(value)
        elif "said" in value or "edited" in value:
            self._pushed.put_nowait(value)
