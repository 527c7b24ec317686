"""A web server on loopback that hands out files well or badly, and a policy that lets an import reach it."""

from __future__ import annotations

import asyncio
import ipaddress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from core.media.fetch_guard import Address

HERE = ipaddress.ip_address("127.0.0.1")
TAG = '"film-1"'


@dataclass
class OnlyHere:
    """Lets imports reach 127.0.0.1 and nothing else; remembers what was asked."""

    asked: list[str] = field(default_factory=list)

    def allows(self, address: Address) -> bool:
        self.asked.append(str(address))
        return address == HERE


@dataclass
class Names:
    """A name server that a test plays: each name's answers in turn, the last one for ever."""

    known: Mapping[str, list[list[str]]]
    asked: list[str] = field(default_factory=list)

    async def resolve(self, host: str, port: int) -> list[str]:  # noqa: ARG002 - the protocol's signature
        self.asked.append(host)
        answers = self.known.get(host, [[host]])
        return answers[min(self.asked.count(host), len(answers)) - 1]


@dataclass
class Web:
    """The server; tests put pages there and see what was asked for."""

    base: str = ""
    pages: dict[str, Callable[[web.Request], Awaitable[web.StreamResponse]]] = field(default_factory=dict)
    requests: list[web.Request] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        page = self.pages.get(request.path)
        return await page(request) if page else web.Response(status=404)

    def serve(self, path: str, data: bytes, *, status: int = 200, **headers: str) -> str:
        """Hand out these bytes, whole."""

        async def page(request: web.Request) -> web.StreamResponse:  # noqa: ARG001 - the server's signature
            return web.Response(body=data, status=status, headers={k.replace("_", "-"): v for k, v in headers.items()})

        self.pages[unquote(path)] = page
        return self.base + path

    def redirect(self, path: str, to: str, status: int = 302) -> str:
        """Send on."""
        return self.serve(path, b"", status=status, Location=to)

    def serve_in_pieces(self, path: str, data: bytes, piece: int, *, tags: tuple[str, ...] = (TAG,)) -> str:
        """Break off after each piece; `tags` are the file's as time goes by."""
        served = iter((*tags, *[tags[-1]] * 1000))

        async def page(request: web.Request) -> web.StreamResponse:
            tag = next(served)
            begin = 0
            if "Range" in request.headers and request.headers.get("If-Range") == tag:
                begin = int(request.headers["Range"].removeprefix("bytes=").rstrip("-"))
            headers = {"ETag": tag, "Content-Length": str(len(data) - begin)}
            if begin:
                headers["Content-Range"] = f"bytes {begin}-{len(data) - 1}/{len(data)}"
            answer = web.StreamResponse(status=206 if begin else 200, headers=headers)
            await answer.prepare(request)
            await answer.write(data[begin : begin + piece])
            if begin + piece < len(data):
                await asyncio.sleep(0)
                if request.transport is not None:
                    request.transport.close()
            return answer

        self.pages[path] = page
        return self.base + path

    def hold(self, path: str, first: bytes, total: int, release: asyncio.Event) -> str:
        """Send a beginning, then nothing until released."""

        async def page(request: web.Request) -> web.StreamResponse:
            answer = web.StreamResponse(headers={"Content-Length": str(total)})
            await answer.prepare(request)
            await answer.write(first)
            await release.wait()
            return answer

        self.pages[path] = page
        return self.base + path
