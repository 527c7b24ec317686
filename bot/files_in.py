"""Files that are sent into a chat, and messages that tell how far an import is; it keeps no file itself."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from bot.channel import ChannelAway, ChannelError, MessageRef
from bot.errors import BeyondPlatform, NotAllowed
from bot.i18n import Words
from bot.present import imports as present
from bot.present.refusals import Refused, refuse
from core.errors import CoreError
from core.media.import_view import ENDED
from core.model import Actor
from core.names import shorten
from core.people import AuditEntry, Role
from core.push import ImportMessage

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping, Sequence

    from bot.auth import Auth
    from bot.channel import Channel, OfferedFile
    from bot.context import Caller
    from bot.reply import Reply
    from bot.spec import Invocation
    from core.clock import Clock
    from core.engine import Engine
    from core.media.import_view import ImportView

log = logging.getLogger(__name__)

COMMAND: Final = "import"
EVERY_S: Final = 5.0
"""How often a message about an import changes; less often where a platform wants that."""
SMALL_S: Final = 1.5
"""How long the answer to a file waits for its end: a small one is in by then, and has one message only."""
FLUSH_S: Final = 2.0
"""So long the end of the service waits for messages about imports that it breaks off."""
SHARE: Final = 2.0
"""One edit of an import for so many that the chat has: cards and alerts need theirs."""


class FilesIn:
    """Takes files and keeps messages about imports up to date; its methods never raise."""

    def __init__(self, engine: Engine, auth: Auth, clock: Clock, channels: Mapping[str, Channel]) -> None:
        self._engine = engine
        self._auth = auth
        self._clock = clock
        self._channels = channels
        self._following: set[asyncio.Task[None]] = set()
        self._left: Sequence[ImportMessage] = ()

    async def take(self, invocation: Invocation, file: OfferedFile) -> Reply | None:
        """Begin to take a file into the library, if whoever sent it may, and say how far it is.

        Where others read along a file is for them, unless its caption or command says that it is for the library.
        """
        meant = invocation.private_chat or invocation.command or invocation.text.lstrip().startswith(f"/{COMMAND}")
        caller = await self._auth.identify(invocation)
        if caller.role is None or not meant:
            return None
        t = Words(caller.language, caller.zone)
        try:
            return present.card(await self._take(caller, file), t, self._clock.now())
        except CoreError as error:
            return refuse(Refused(error, t, self._clock.now()))

    def follow(self, reply: Reply, message: MessageRef, language: Words) -> None:
        """Keep a message about an import up to date until that ends; any other reply is none of its business."""
        number = reply.data.get("import")
        channel = self._channels.get(message.chat.platform)
        if number is None or channel is None or not reply.buttons or reply.data.get("state") in ENDED:
            return
        told = ImportMessage(message.chat, message.message, str(reply.data["name"]), language.language)
        self._work(self._follow(number, reply, channel, told, language), f"import {number} told")

    async def open(self) -> None:
        """Find the messages about imports that an earlier life of the service broke off; before any is followed."""
        self._left = await self._engine.store.chats.followed()

    def start(self) -> None:
        """Tell in them that they were broken off; once there are channels."""
        self._work(self._tell_broken_off(self._left), "imports broken off")

    async def close(self) -> None:
        """Follow nothing any more, and say so where that is quickly done; the next start says it in the others."""
        following = list(self._following)
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)
        with suppress(TimeoutError, CoreError):
            async with asyncio.timeout(FLUSH_S):
                await self._tell_broken_off(await self._engine.store.chats.followed())

    def _work(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._following.add(task)
        task.add_done_callback(self._following.discard)

    async def _tell_broken_off(self, left: Sequence[ImportMessage]) -> None:
        await asyncio.gather(*map(self._break_off, left))

    async def _break_off(self, told: ImportMessage) -> None:
        channel = self._channels.get(told.chat.platform)
        reply = present.broken_off(told.name, Words(told.language))
        try:
            if channel is not None:
                await self._edit(channel, MessageRef(told.chat, told.message), reply)
        except ChannelError as error:
            log.info("a message about an import that was broken off can't be changed: %s", error)
        await self._engine.store.chats.unfollow(told)

    async def _take(self, caller: Caller, file: OfferedFile) -> ImportView:
        if not caller.may(Role.OPERATOR) or caller.person is None:
            raise NotAllowed(COMMAND, str(Role.OPERATOR), str(caller.role or ""))
        actor = Actor(caller.person.id, caller.name, caller.space, caller.platform)
        if file.limit_bytes is not None and (file.size_bytes or 0) > file.limit_bytes:
            raise BeyondPlatform(caller.platform, file.limit_bytes)
        view = await self._engine.imports.take(actor, file.name, file.size_bytes, file.save)
        await self._record(caller, view)
        return await self._see(view)

    async def _see(self, view: ImportView) -> ImportView:
        """Return how it went, or how far it is where it takes longer."""
        ended = asyncio.ensure_future(self._engine.imports.wait(view.id))
        try:
            await self._pause(SMALL_S, ended)
        finally:
            ended.cancel()
        return self._engine.imports.find(view.id) or view

    async def _record(self, caller: Caller, view: ImportView) -> None:
        who = (caller.user, caller.name, caller.platform, caller.chat.chat)
        entry = AuditEntry(self._clock.now(), caller.space, *who, COMMAND, shorten(view.name))
        with suppress(CoreError):
            await self._engine.store.audit.add(entry)

    async def _follow(self, number: int, said: Reply, channel: Channel, told: ImportMessage, t: Words) -> None:
        """Keep a message up to date; its row stays where the service ends before the import."""
        with suppress(CoreError):
            await self._engine.store.chats.follow(told)
        await self._keep(number, said, channel, MessageRef(told.chat, told.message), t)
        with suppress(CoreError):
            await self._engine.store.chats.unfollow(told)

    async def _keep(self, number: int, said: Reply, channel: Channel, message: MessageRef, t: Words) -> None:
        """Edit the message whenever there is news, and once more at the end."""
        pause_s = max(EVERY_S, SHARE * 60 / channel.edits_per_minute)
        ended = asyncio.ensure_future(self._engine.imports.wait(number))
        try:
            while (view := self._engine.imports.find(number)) is not None:
                reply = present.card(view, t, self._clock.now())
                if reply != said:
                    await self._edit(channel, message, reply)
                    said = reply
                if view.state in ENDED:
                    return
                await self._pause(pause_s, ended)
        except ChannelError as error:
            log.info("a message about import %s is not kept up to date: %s", number, error)
        finally:
            ended.cancel()

    async def _pause(self, pause_s: float, ended: asyncio.Future[ImportView]) -> None:
        """Wait that long, or for its end."""
        pause = asyncio.ensure_future(self._clock.sleep(pause_s))
        try:
            waiting: set[asyncio.Future[Any]] = {ended, pause}
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            pause.cancel()

    async def _edit(self, channel: Channel, message: MessageRef, reply: Reply) -> None:
        """Change the message; a platform that asks for patience gets it."""
        while True:
            try:
                return await channel.edit(message, reply)
            except ChannelAway as error:
                await self._clock.sleep(error.retry_after_s or EVERY_S)
