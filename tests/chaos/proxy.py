"""A way to the ingest that can be cut or go silent; it understands nothing of what passes."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import Final

RECEIVE_BUFFER_BYTES: Final = 4096
"""So small that the sender's acknowledged bytes stand still at once when nobody reads, as with a dead link."""

CHUNK_BYTES: Final = 65_536


class Proxy:
    """Forwards one loopback port to another. `silence` leaves connections open and takes nothing more from them."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._open = asyncio.Event()
        self._open.set()
        self._links: set[asyncio.Task[None]] = set()
        self._senders: set[asyncio.Transport] = set()
        self._server: asyncio.Server | None = None
        self.port = 0

    async def start(self) -> None:
        """Listen on a free port."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        listener.bind(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        self._server = await asyncio.start_server(self._accept, sock=listener, limit=RECEIVE_BUFFER_BYTES)

    async def stop(self) -> None:
        """Cut every connection and listen no more."""
        if self._server is not None:
            self._server.close()
        await self.cut()

    def silence(self) -> None:
        """Pass nothing on, in either direction; new connections are taken and get no answer."""
        self._open.clear()
        for sender in self._senders:
            sender.pause_reading()  # what asyncio would still take in for its buffers a dead link would not

    def speak(self) -> None:
        """Pass on again, for connections to come: those that were silenced are to be cut."""
        self._open.set()

    async def cut(self) -> None:
        """Reset what is connected."""
        links = list(self._links)
        for link in links:
            link.cancel()
        await asyncio.gather(*links, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link, sender = asyncio.current_task(), writer.transport
        assert link is not None
        assert isinstance(sender, asyncio.Transport)
        self._links.add(link)
        self._senders.add(sender)
        try:
            await self._forward(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass  # cut, by either end or by us: nothing is left to be said to anybody
        finally:
            self._links.discard(link)
            self._senders.discard(sender)
            writer.transport.abort()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        ways = [asyncio.create_task(self._pump(*way)) for way in ((reader, there_writer), (there_reader, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            there_writer.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while await self._ready() and (chunk := await reader.read(CHUNK_BYTES)):
                await self._ready()
                writer.write(chunk)
                await writer.drain()

    async def _ready(self) -> bool:
        return await self._open.wait()
