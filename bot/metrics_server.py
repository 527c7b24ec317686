"""A few pages for machines over plain HTTP: /metrics, /healthz, /readyz; read-only, and off unless configured."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from bot.durations import Durations
from bot.metrics import render
from core.errors import CoreError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.engine import Engine
    from core.model import SpaceName

log = logging.getLogger(__name__)

PATIENCE_S: Final = 5.0
MAX_REQUEST_BYTES: Final = 8192
METRICS_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
PLAIN: Final = "text/plain; charset=utf-8"
AT_ONCE: Final = 8


class MetricsServer:
    """Run it beside the service.

    Args:
        listen: `HOST:PORT`; IPv6 in brackets.
        engine: Whose streams are told of.
        spaces: All that there are.
    """

    def __init__(self, listen: str, engine: Engine, spaces: Iterable[SpaceName]) -> None:
        host, _, port = listen.rpartition(":")
        self._host, self._port = host.strip("[]"), int(port)
        self._engine = engine
        self._spaces = sorted(spaces)
        self._durations = Durations()
        self._room = asyncio.Semaphore(AT_ONCE)
        self.port = 0  # its own, once it listens
        self.listening = asyncio.Event()

    async def run(self) -> None:
        """Answer until cancelled; where it can't listen that is logged, and all else goes on."""
        events = self._engine.bus.subscribe()
        try:
            server = await asyncio.start_server(self._answer, self._host, self._port, limit=MAX_REQUEST_BYTES)
        except (OSError, OverflowError) as error:
            log.warning("metrics.listen: can't listen on %s port %s: %s", self._host, self._port, error)
            self._engine.bus.unsubscribe(events)
            return
        self.port = server.sockets[0].getsockname()[1]
        self.listening.set()
        try:
            async with server:
                async for event in events:
                    self._durations.see(event)
        finally:
            self._engine.bus.unsubscribe(events)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with self._room, asyncio.timeout(PATIENCE_S):
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(await self._page(head))
                await writer.drain()
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            pass  # whoever does not speak HTTP gets no answer
        finally:
            writer.close()
            with suppress(ConnectionError, TimeoutError):
                await writer.wait_closed()

    async def _page(self, head: bytes) -> bytes:
        method, _, rest = head.partition(b"\r\n")[0].decode("latin-1").partition(" ")
        path = rest.partition(" ")[0].partition("?")[0]
        if method not in {"GET", "HEAD"}:
            return _response("405 Method Not Allowed", PLAIN, "read only\n", method)
        if path == "/healthz":
            return _response("200 OK", PLAIN, "ok\n", method)
        try:
            if path == "/readyz":
                await self._engine.store.check()
                return _response("200 OK", PLAIN, "ready\n", method)
            if path == "/metrics":
                return _response("200 OK", METRICS_TYPE, await self._metrics(), method)
        except CoreError as error:
            return _response("503 Service Unavailable", PLAIN, f"{error.code}\n", method)
        return _response("404 Not Found", PLAIN, "/metrics /healthz /readyz\n", method)

    async def _metrics(self) -> str:
        views = [view for space in self._spaces for view in await self._engine.views(space)]
        return render(views, await self._engine.health(), self._durations.lines())


def _response(status: str, kind: str, text: str, method: str) -> bytes:
    body = text.encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + (b"" if method == "HEAD" else body)
