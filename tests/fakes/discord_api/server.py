"""The fake as a server on the loopback: REST, gateway and CDN behind one port, and what tests call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from aiohttp import web

from . import http
from .people import People
from .scenery import Scenery
from .trouble import Trouble

if TYPE_CHECKING:
    from types import TracebackType

BODY_BYTES = 64 * 2**20  # more than the platform takes, so that the refusal is the platform's own


class FakeDiscord(Scenery, People, Trouble):
    """The platform. `async with FakeDiscord() as fake:` starts and stops it.

    Point the bot at `api_url` (discord.py: `discord.http.Route.BASE`) and `gateway_url`
    (`discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY`), and give it `token`. See `Platform` for the arguments.
    """

    _runner: web.AppRunner | None = None
    _port = 0

    async def start(self) -> Self:
        """Listen on a free port of 127.0.0.1."""
        await self.come_back()
        return self

    async def stop(self) -> None:
        """End every connection and listen no more."""
        self.heal()
        await self.go_away()

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def api_url(self) -> str:
        """Where REST is, without a slash at its end."""
        return f"http://127.0.0.1:{self._port}{http.API}"

    @property
    def gateway_url(self) -> str:
        """Where the gateway is."""
        return f"ws://127.0.0.1:{self._port}/gateway"

    async def go_away(self) -> None:
        """Be gone: connections break, new ones are refused. What people do meanwhile waits for the resumption."""
        for connection in list(self.gateway.connections):
            connection.abort()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def come_back(self) -> None:
        """Listen again, on the same port."""
        app = web.Application(client_max_size=BODY_BYTES)
        app.router.add_get("/gateway", self.gateway.serve)
        app.router.add_get("/cdn/attachments/{channel_id}/{file_id}/{filename}", self._download)
        app.router.add_route("*", http.API + "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self.gateway.url = self.gateway_url
        self.cdn_url = f"http://127.0.0.1:{self._port}/cdn"

    async def _serve(self, incoming: web.Request) -> web.StreamResponse:
        return await http.serve(self, incoming)

    async def _download(self, incoming: web.Request) -> web.StreamResponse:
        """Hand out a file while its signed address is valid: DOCS/reference#signed-attachment-cdn-urls."""
        fault = self.faults.next_for("GET /attachments/{channel_id}/{file_id}/{filename}")
        if fault is not None and fault.status is not None:
            return web.Response(status=fault.status, text=fault.message)
        if fault is not None:
            await fault.lifted.wait()
        file = self.world.files.get(int(incoming.match_info["file_id"]))
        signed = incoming.query.get("ex", "0")
        if file is None or not file.url.endswith(incoming.query_string) or int(signed, 16) < self.now():
            return web.Response(status=404, text="This content is no longer available.")
        kind = file.content_type or "application/octet-stream"
        if isinstance(file.data, bytes):
            return web.Response(body=file.data, content_type=kind)
        return web.FileResponse(file.data, headers={"Content-Type": kind})
