"""The HTTP side: routes, tokens, answers, and the ways in which a connection goes wrong; decides nothing itself."""

from __future__ import annotations

import asyncio
import re
import socket
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from tests.fakes.telegram_api import asking, editing, sending
from tests.fakes.telegram_api.errors import ApiError
from tests.fakes.telegram_api.faults import Faults
from tests.fakes.telegram_api.params import Params, read_params

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.fakes.telegram_api.faults import Fault
    from tests.fakes.telegram_api.world import World

HOST: Final = "127.0.0.1"
# https://core.telegram.org/bots/api#authorizing-your-bot: id, colon, secret.
TOKEN: Final = re.compile(r"[1-9][0-9]{0,15}:[A-Za-z0-9_-]{35}")
METHOD_PATH: Final = re.compile(r"/bot([^/]+)/(\w+)")
FILE_PATH: Final = re.compile(r"/file/bot([^/]+)/(.+)")
GRACE_S: Final = 0.05

METHODS: Final[dict[str, Callable[[World, Params], Any]]] = {
    "answerCallbackQuery": asking.answer_callback_query,
    "deleteMessage": editing.delete_message,
    "deleteMyCommands": asking.delete_my_commands,
    "deleteWebhook": asking.delete_webhook,
    "editMessageCaption": editing.edit_message_caption,
    "editMessageMedia": editing.edit_message_media,
    "editMessageReplyMarkup": editing.edit_message_reply_markup,
    "editMessageText": editing.edit_message_text,
    "getChat": asking.get_chat,
    "getChatAdministrators": asking.get_chat_administrators,
    "getChatMember": asking.get_chat_member,
    "getMe": asking.get_me,
    "getMyCommands": asking.get_my_commands,
    "getWebhookInfo": asking.get_webhook_info,
    "leaveChat": asking.leave_chat,
    "pinChatMessage": editing.pin_chat_message,
    "sendChatAction": sending.send_chat_action,
    "sendDocument": sending.send_document,
    "sendMessage": sending.send_message,
    "sendPhoto": sending.send_photo,
    "setMyCommands": asking.set_my_commands,
    "unpinChatMessage": editing.unpin_chat_message,
}
# "All methods in the Bot API are case-insensitive."
NAMES: Final = {name.lower(): name for name in [*METHODS, "getUpdates", "getFile"]}


@dataclass(frozen=True, slots=True)
class Call:
    """A request as it came in; `params` are as sent, objects in them still JSON text."""

    method: str
    params: dict[str, Any]
    at_s: float


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that was refused for what it was; faults that a test set are none."""

    method: str
    params: dict[str, Any]
    status: int
    description: str


class Server:
    """The platform's front door on a loopback port, which stays the same while it is away."""

    def __init__(self, world: World, token: str, local_dir: Path | None) -> None:
        self.world = world
        self.token = token
        self.local_dir = local_dir
        self.faults = Faults()
        self.calls: list[Call] = []
        self.refused: list[Refusal] = []
        self.port = 0
        self._runner: web.AppRunner | None = None
        self._held: socket.socket | None = None

    async def open(self) -> None:
        """Listen; the first time on a free port, then on the same."""
        if self._runner is not None:
            return
        held = self._held or _bound(0)
        self._held = None
        self.port = held.getsockname()[1]
        app = web.Application(client_max_size=0)
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=GRACE_S)
        await self._runner.setup()
        await web.SockSite(self._runner, held).start()

    async def shut(self) -> None:
        """Reset all connections and refuse new ones, but keep the port from being taken by others."""
        await self._stop_listening()
        # Bound without listening: the kernel refuses connections, and nobody else gets the port.
        self._held = self._held or _bound(self.port)

    async def close(self) -> None:
        """End for good."""
        self.faults.heal()
        await self._stop_listening()
        if self._held is not None:
            self._held.close()
            self._held = None

    async def _stop_listening(self) -> None:
        runner, self._runner = self._runner, None
        if runner is None:
            return
        for connection in runner.server.connections if runner.server else []:
            if connection.transport is not None:
                _reset(connection.transport)
        await runner.cleanup()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        match = METHOD_PATH.fullmatch(request.path)
        method = match[2] if match else "file"
        fault = self.faults.take(method)
        if fault is None or fault.carried_out:
            try:
                answer = await (self._method(request, match[1], method) if match else self._file(request))
            finally:  # a client that hangs up is a change too
                self.world.touch()
            fault = fault or self.faults.lasting(method)
        else:
            answer = web.Response()
        return answer if fault is None else await self._suffer(fault, request)

    async def _suffer(self, fault: Fault, request: web.Request) -> web.StreamResponse:
        match fault.kind:
            case "fail":
                extra = {} if fault.retry_after_s is None else {"retry_after": fault.retry_after_s}
                return _refusal(ApiError(fault.status, fault.description, **extra))
            case "hang":
                await self.faults.healed.wait()
        if request.transport is not None:
            _reset(request.transport)
        return web.Response()

    async def _method(self, request: web.Request, token: str, method: str) -> web.Response:
        params = Params({}, {})
        try:
            self._check_token(token)
            params = await read_params(request)
            self.calls.append(Call(NAMES.get(method.lower(), method), params.values, self.world.clock()))
            return web.json_response({"ok": True, "result": await self._result(method, params)})
        except ApiError as error:
            self.refused.append(Refusal(method, params.values, error.status, error.description))
            return _refusal(error)

    def _check_token(self, token: str) -> None:
        # A malformed token is a path that does not exist; a well-formed one that nobody holds is unauthorized.
        if not TOKEN.fullmatch(token):
            raise ApiError(HTTPStatus.NOT_FOUND, "Not Found")
        if token != self.token:
            raise ApiError(HTTPStatus.UNAUTHORIZED, "Unauthorized")

    async def _result(self, method: str, params: Params) -> Any:
        match NAMES.get(method.lower()):
            case None:
                raise ApiError(HTTPStatus.NOT_FOUND, "Not Found: method not found")
            case "getUpdates":
                return await self._updates(params)
            case "getFile":
                return asking.get_file(self.world, params, self.local_dir)
            case name:
                return METHODS[name](self.world, params)

    async def _updates(self, params: Params) -> list[dict[str, Any]]:
        # https://core.telegram.org/bots/api#getupdates
        updates, limits = self.world.updates, self.world.limits
        updates.allow(params.json("allowed_updates", "allowed updates"))
        updates.confirm(params.integer("offset"))
        limit = min(max(params.integer("limit", limits.updates), 1), limits.updates)
        timeout_s = min(params.integer("timeout"), limits.poll_s)
        self.world.touch()
        return await updates.poll(limit, timeout_s)

    async def _file(self, request: web.Request) -> web.Response:
        match = FILE_PATH.fullmatch(request.path)
        stored = self.world.files.at(match[2]) if match and match[1] == self.token else None
        if stored is None:
            return _refusal(ApiError(HTTPStatus.NOT_FOUND, "Not Found"))
        return web.Response(body=stored.content, content_type="application/octet-stream")


def _refusal(error: ApiError) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": error.status, "description": error.description}
    headers = {}
    if error.parameters:
        body["parameters"] = error.parameters
    if "retry_after" in error.parameters:
        headers["Retry-After"] = str(error.parameters["retry_after"])
    return web.json_response(body, status=error.status, headers=headers)


def _bound(port: int) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((HOST, port))
    bound.setblocking(False)
    return bound


def _reset(transport: asyncio.BaseTransport) -> None:
    if isinstance(transport, asyncio.Transport):
        transport.abort()
