"""Takes every HTTP request of the bot through faults, authorisation, rate limits and its route, and records it.

https://discord.com/developers/docs/reference
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from . import limits
from .errors import Refused, Why
from .platform import RefusedRequest, Request, Upload
from .routes import ROUTES

if TYPE_CHECKING:
    from .faults import Fault
    from .platform import Platform

API: Final = "/api/v10"
VIA: Final = {"Via": "1.1 google"}  # without it discord.py takes a 429 for a ban
BANNED: Final = "<html><body>You are being blocked from accessing our API temporarily</body></html>"
COUNTED_AS_INVALID: Final = (401, 403, 429)


def _compiled(route: str) -> tuple[str, re.Pattern[str], str]:
    method, template = route.split(" ", 1)
    pattern = re.sub(r"\{(\w+_id)\}", r"(?P<\1>\\d+)", template)
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern)
    return method, re.compile(pattern), route


PATTERNS: Final = [_compiled(route) for route in ROUTES]


def match(method: str, path: str) -> tuple[str, dict[str, str]]:
    """Return the route template for a path, and what stands in its places; an unknown one is its own template."""
    for wanted, pattern, route in PATTERNS:
        found = pattern.fullmatch(path)
        if found and wanted == method:
            return route, found.groupdict()
    return f"{method} {path}", {}


def is_interaction(route: str) -> bool:
    """Tell whether a route is authorised by its token and free of the global limit."""
    return " /interactions/" in route or " /webhooks/" in route


async def serve(platform: Platform, incoming: web.Request) -> web.StreamResponse:
    """Answer one request of the bot."""
    path = incoming.path.removeprefix(API)
    route, params = match(incoming.method, path)
    request = Request(incoming.method, path, route, params, dict(incoming.query), platform.now())
    fault = platform.faults.next_for(route)
    platform.requests.append(request)
    try:
        await _read(incoming, request)
        if fault is not None and fault.status is None and not fault.lose_answer:
            await fault.lifted.wait()
        elif fault is not None and not fault.lose_answer:
            return _injected(fault, request)
        answer, headers = await _handled(platform, incoming, request)
    except Refused as refused:
        return _refuse(platform, request, refused)
    finally:
        platform.changed()
    if fault is not None and fault.lose_answer:
        assert incoming.transport is not None  # the client is still there: it waits for this
        incoming.transport.abort()
    return answer if isinstance(answer, web.StreamResponse) else _answer(request, answer, headers)


async def _handled(platform: Platform, incoming: web.Request, request: Request) -> tuple[Any, dict[str, str]]:
    """Judge and do one request; return its answer and the rate limit's headers."""
    if platform.limiter.banned:
        return web.Response(status=429, text=BANNED, content_type="text/html"), {}
    interaction = is_interaction(request.route)
    if not interaction and incoming.headers.get("Authorization") != f"Bot {platform.token}":
        raise Refused(Why.UNAUTHORIZED)
    verdict = platform.limiter.judge(request.route, _resource(request), counts_in_total=not interaction)
    if not verdict.passed:
        platform.limiter.count_invalid()
        request.status = 429
        message = "You are being rate limited."
        platform.refused.append(RefusedRequest(request, 429, 0, message, verdict.body))
        return _json(429, verdict.body, verdict.headers), {}
    handler = ROUTES.get(request.route)
    if handler is None:
        raise Refused(Why.NOT_FOUND)
    try:
        return handler(platform, request), verdict.headers
    except (LookupError, TypeError, ValueError, AttributeError) as broken:
        # A body of a shape that the fake can't read: refused at once (a 500 would be tried again for 25 s).
        errors = {"_errors": [{"code": "FAKE_CANNOT_READ", "message": repr(broken)}]}
        raise Refused(Why.BAD_REQUEST, errors=errors) from broken


def _resource(request: Request) -> str:
    """Return the top-level resource that limits are counted by."""
    names = ("channel_id", "guild_id", "webhook_id", "webhook_token")
    return "+".join(request.params[name] for name in names if name in request.params)


async def _read(incoming: web.Request, request: Request) -> None:
    if incoming.content_type == "multipart/form-data":
        await _read_multipart(incoming, request)
    elif incoming.can_read_body:
        request.body = _parsed(await incoming.read())
    if (incoming.content_length or 0) > limits.REQUEST_BYTES:
        raise Refused(Why.TOO_LARGE)


async def _read_multipart(incoming: web.Request, request: Request) -> None:
    """Read `payload_json` and `files[n]`: DOCS/reference#uploading-files."""
    form = await incoming.post()
    for name, part in form.items():
        numbered = re.fullmatch(r"files\[(\d+)\]", name)
        if name == "payload_json":
            request.body = _parsed(part.encode() if isinstance(part, str) else b"")
        elif numbered and isinstance(part, web.FileField):
            request.files[int(numbered[1])] = Upload(part.filename, part.file.read())
    request.body = request.body or {}


def _parsed(raw: bytes) -> Any:
    if not raw:
        return None
    try:
        return json.loads(raw)
    except ValueError:
        raise Refused(Why.INVALID_JSON) from None


def _refuse(platform: Platform, request: Request, refused: Refused) -> web.Response:
    request.status = refused.status
    record = RefusedRequest(request, refused.status, refused.code, refused.message, refused.errors)
    platform.refused.append(record)
    if refused.status in COUNTED_AS_INVALID:
        platform.limiter.count_invalid()
    headers = {} if refused.retry_after_s is None else {"Retry-After": str(int(refused.retry_after_s) + 1)}
    return _json(refused.status, refused.body(), headers)


def _injected(fault: Fault, request: Request) -> web.Response:
    assert fault.status is not None  # the caller has seen that it is a status fault
    request.status = fault.status
    if fault.banned:
        return web.Response(status=fault.status, text=BANNED, content_type="text/html")
    body: dict[str, Any] = {"message": fault.message, "code": fault.code}
    headers: dict[str, str] = {}
    if fault.retry_after_s is not None:
        body |= {"retry_after": fault.retry_after_s, "global": fault.is_global}
        headers = {"Retry-After": str(int(fault.retry_after_s) + 1)}
    return _json(fault.status, body, headers)


def _answer(request: Request, answer: Any, headers: dict[str, str]) -> web.Response:
    if answer is None:
        request.status = 204
        return web.Response(status=204, headers=VIA | headers)
    request.status = 200
    return _json(200, answer, headers)


def _json(status: int, body: Any, headers: dict[str, str]) -> web.Response:
    # Bytes, not text: the content type must be exactly application/json, without a charset.
    raw = json.dumps(body).encode()
    return web.Response(status=status, body=raw, content_type="application/json", headers=VIA | headers)
