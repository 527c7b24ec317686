"""The gateway: sessions, their numbered events, and the WebSocket connections that carry them.

A session keeps every event, so that resuming is only a matter of where a connection starts to read.

https://discord.com/developers/docs/events/gateway
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from aiohttp import WSMsgType, web

from . import limits
from .intents import INTENTS_ALL, PRIVILEGED, seen_with
from .payloads import guild_json, member_json, user_json
from .rates import Bucket

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .errors import Json
    from .world import World

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME, RECONNECT = 0, 1, 2, 3, 4, 6, 7
REQUEST_MEMBERS, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 8, 9, 10, 11
# DOCS/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
UNKNOWN_OPCODE, DECODE_ERROR, NOT_AUTHENTICATED, AUTHENTICATION_FAILED = 4001, 4002, 4003, 4004
ALREADY_AUTHENTICATED, INVALID_SEQ, RATE_LIMITED, INVALID_INTENTS, DISALLOWED_INTENTS = 4005, 4007, 4008, 4013, 4014
GOODBYE: Final = (1000, 1001)  # closed so by the client, a session cannot be resumed
CHUNK: Final = 1000  # members in one GUILD_MEMBERS_CHUNK


@dataclass(eq=False)
class Session:
    """What one IDENTIFY opened: events numbered from 1."""

    intents: int
    session_id: str = field(default_factory=lambda: secrets.token_hex(16))
    events: list[tuple[str, Json]] = field(default_factory=list)
    connection: Connection | None = None

    def add(self, name: str, data: Json) -> None:
        """Append an event and wake the connection, if there is one."""
        self.events.append((name, data))
        if self.connection is not None:
            self.connection.wake.set()


@dataclass(eq=False)
class Connection:
    """One WebSocket. It sends what lies between its place in the session and the end."""

    socket: web.WebSocketResponse
    transport: asyncio.Transport | None
    zlib_stream: bool
    session: Session | None = None
    place: int = 0
    ended_here: bool = False
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    received: Bucket = field(
        default_factory=lambda: Bucket(limits.Window(limits.GATEWAY_EVENTS, limits.GATEWAY_WINDOW_S))
    )

    def __post_init__(self) -> None:
        self._deflate = zlib.compressobj()

    async def send(self, op: int, data: object, *, name: str | None = None, seq: int | None = None) -> None:
        """Send one payload, compressed as the client asked; a broken connection is not the sender's matter."""
        text = json.dumps({"op": op, "d": data, "s": seq, "t": name})
        with suppress(ConnectionError, RuntimeError):
            if self.zlib_stream:
                packed = self._deflate.compress(text.encode()) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
                await self.socket.send_bytes(packed)
            else:
                await self.socket.send_str(text)

    async def pump(self) -> None:
        """Send the session's events until the connection ends."""
        while self.session is not None and not self.socket.closed:
            while self.place < len(self.session.events):
                name, data = self.session.events[self.place]
                self.place += 1
                await self.send(DISPATCH, data, name=name, seq=self.place)
            self.wake.clear()
            await self.wake.wait()

    async def close(self, code: int) -> None:
        """Close the connection from this side."""
        self.ended_here = True
        await self.socket.close(code=code)

    def abort(self) -> None:
        """Break the connection without a word."""
        self.ended_here = True
        if self.transport is not None:
            self.transport.abort()


class Gateway:
    """Answers the clients and hands events to all sessions.

    Args:
        world: What READY and GUILD_CREATE tell.
        token: The only token that is let in.
        privileged: Whether the privileged intents are enabled for the application.
        url: Where clients resume; known once the server listens.
        changed: Called after anything that a test may wait for.
    """

    def __init__(self, world: World, token: str, privileged: bool, changed: Callable[[], None]) -> None:
        self.world = world
        self.token = token
        self.privileged = privileged
        self.url = ""
        self.changed = changed
        self.heartbeat_ms = 41_250
        self.sessions: dict[str, Session] = {}
        self.connections: list[Connection] = []
        self.identifies = 0
        self.resumes = 0
        self.heartbeats = 0
        self._handlers: dict[int, Callable[[Connection, Json], Awaitable[int | None]]] = {
            HEARTBEAT: self._beat,
            IDENTIFY: self._identify,
            RESUME: self._resume,
            PRESENCE: self._ignore,
            VOICE: self._ignore,
            REQUEST_MEMBERS: self._send_members,
        }

    def dispatch(self, name: str, data: Json) -> None:
        """Hand an event to every session whose intents cover it, connected or not."""
        for session in self.sessions.values():
            seen = seen_with(session.intents, name, data, self.world.bot.id)
            if seen is not None:
                session.add(name, seen)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Carry one WebSocket from HELLO to its end."""
        socket = web.WebSocketResponse(timeout=1.0, max_msg_size=2**20)
        await socket.prepare(request)
        connection = Connection(socket, request.transport, request.query.get("compress") == "zlib-stream")
        self.connections.append(connection)
        pump: asyncio.Task[None] | None = None
        try:
            await connection.send(HELLO, {"heartbeat_interval": self.heartbeat_ms, "_trace": []})
            async for frame in socket:
                if frame.type is not WSMsgType.TEXT:
                    continue
                close = await self._receive(connection, frame.data)
                self.changed()
                if close is not None:
                    await connection.close(close)
                    break
                if connection.session is not None and pump is None:
                    pump = asyncio.create_task(connection.pump())
        finally:
            self._leave(connection)
            if pump is not None:
                pump.cancel()
        return socket

    def _leave(self, connection: Connection) -> None:
        self.connections.remove(connection)
        session = connection.session
        if session is not None and session.connection is connection:
            session.connection = None
            if connection.socket.close_code in GOODBYE and not connection.ended_here:
                self.sessions.pop(session.session_id, None)
        self.changed()

    async def _receive(self, connection: Connection, text: str) -> int | None:
        """Handle one payload; return the close code where it is a mistake."""
        if connection.received.take(time.monotonic()):
            return RATE_LIMITED
        payload = _parsed(text)
        if payload is None:
            return DECODE_ERROR
        handler = self._handlers.get(payload["op"])
        return UNKNOWN_OPCODE if handler is None else await handler(connection, payload.get("d") or {})

    async def _beat(self, connection: Connection, _: Json) -> int | None:
        self.heartbeats += 1
        await connection.send(HEARTBEAT_ACK, None)
        return None

    async def _ignore(self, connection: Connection, _: Json) -> int | None:
        """Take a presence or voice state, which nobody looks at."""
        return NOT_AUTHENTICATED if connection.session is None else None

    async def _identify(self, connection: Connection, data: Json) -> int | None:
        if connection.session is not None:
            return ALREADY_AUTHENTICATED
        if data.get("token") != self.token:
            return AUTHENTICATION_FAILED
        intents = data.get("intents", 0)
        if not isinstance(intents, int) or intents & ~INTENTS_ALL:
            return INVALID_INTENTS
        if intents & PRIVILEGED and not self.privileged:
            return DISALLOWED_INTENTS
        self.identifies += 1
        session = Session(intents, connection=connection)
        self.sessions[session.session_id] = session
        connection.session = session
        self._welcome(session)
        return None

    def _welcome(self, session: Session) -> None:
        inside = [guild for guild in self.world.guilds.values() if guild.bot_inside]
        ready = {
            "v": 10,
            "user": user_json(self.world.bot),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in inside],
            "session_id": session.session_id,
            "resume_gateway_url": self.url,
            "application": {"id": str(self.world.application_id), "flags": 0},
            "_trace": [],
        }
        session.add("READY", ready)
        for guild in inside:
            data = guild_json(guild, self.world.bot)
            if seen_with(session.intents, "GUILD_CREATE", data, self.world.bot.id) is not None:
                session.add("GUILD_CREATE", data)

    async def _resume(self, connection: Connection, data: Json) -> int | None:
        if data.get("token") != self.token:
            return AUTHENTICATION_FAILED
        session = self.sessions.get(str(data.get("session_id")))
        if session is None:
            await connection.send(INVALID_SESSION, False)
            return None
        place = data.get("seq") or 0
        if place > len(session.events):
            return INVALID_SEQ
        self.resumes += 1
        session.connection = connection
        connection.session, connection.place = session, place
        session.add("RESUMED", {"_trace": []})
        return None

    async def _send_members(self, connection: Connection, data: Json) -> int | None:
        """Answer REQUEST_GUILD_MEMBERS: DOCS/events/gateway-events#request-guild-members."""
        if connection.session is None:
            return NOT_AUTHENTICATED
        guild = self.world.guilds[int(data["guild_id"])]
        wanted = {int(user) for user in data.get("user_ids") or []}
        query = str(data.get("query") or "").lower()
        people = guild.members.values()
        found = [m for m in people if (m.user.id in wanted if wanted else m.user.name.lower().startswith(query))]
        parts = [found[start : start + CHUNK] for start in range(0, len(found), CHUNK)] or [[]]
        for index, part in enumerate(parts):
            chunk: Json = {"guild_id": str(guild.id), "chunk_index": index, "chunk_count": len(parts)}
            chunk |= {"members": [member_json(member) for member in part], "not_found": []}
            connection.session.add("GUILD_MEMBERS_CHUNK", chunk | {"nonce": data.get("nonce")})
        return None


def _parsed(text: str) -> Json | None:
    if len(text.encode()) > limits.GATEWAY_PAYLOAD_BYTES:
        return None
    try:
        payload: object = json.loads(text)
    except ValueError:
        return None
    return payload if isinstance(payload, dict) and "op" in payload else None
