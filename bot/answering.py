"""The bot as adapters see it: answers, and what follows from an answer's having been shown."""

from __future__ import annotations

import logging
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.card import CARD_FOR
from bot.homes import note_place
from bot.i18n import Words
from bot.pins import PINNED
from bot.reply import say
from core.people import Role
from core.push import Shown

if TYPE_CHECKING:
    from bot.acting import Acting
    from bot.auth import Auth
    from bot.card import CardKeeper
    from bot.channel import MessageRef, OfferedFile
    from bot.dispatcher import Dispatcher
    from bot.files_in import FilesIn
    from bot.reply import Reply
    from bot.spec import Invocation
    from core.clock import Clock
    from core.store.chats import Chats

log = logging.getLogger(__name__)


class Answers:
    """Implements `bot.channel.Answering`; never raises."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        auth: Auth,
        acting: Acting,
        cards: CardKeeper,
        files: FilesIn,
        clock: Clock,
        chats: Chats,
    ) -> None:
        self._dispatcher = dispatcher
        self._auth = auth
        self._acting = acting
        self._cards = cards
        self._files = files
        self._clock = clock
        self._chats = chats
        self.complete = dispatcher.complete

    async def answer(self, invocation: Invocation) -> Reply | None:
        """Run an order and return what to say; None: say nothing."""
        with self._acting.order_of(invocation.chat):
            return await self._dispatcher.answer(invocation)

    async def shown(self, invocation: Invocation, message: MessageRef, reply: Reply) -> None:
        """Keep a card, a board or a message about an import up to date from now on."""
        if reply.data.get("import"):
            await self._follow(invocation, message, reply)
        if reply.card is None and not reply.board:
            return
        try:
            caller = await self._auth.identify(invocation)
            shown = Shown(
                chat=message.chat,
                space=caller.space,
                stream=reply.card,
                message=message.message,
                reader=caller.reader,
                operator=caller.may(Role.OPERATOR),
                until=self._clock.now() + CARD_FOR,
                pinned=bool(reply.data.get(PINNED)),
            )
            rest = {name: value for name, value in reply.data.items() if name != PINNED}
            await self._cards.show(shown, replace(reply, data=rest))
            await note_place(self._chats, invocation)
        except Exception:
            log.exception("a message of %s is not kept up to date", invocation.platform)

    async def take_file(self, invocation: Invocation, file: OfferedFile) -> Reply | None:
        """Take a file into the library and say how far it is."""
        try:
            return await self._files.take(invocation, file)
        except Exception:
            incident = secrets.token_hex(3)
            log.exception("incident %s: a file of %s:%s", incident, invocation.platform, invocation.person)
            t = Words(invocation.language or self._auth.access.language)
            told = f"⚠️ {t('error.incident', incident=incident)}"
            return say(told, code="incident", private=True, data={"incident": incident})

    async def _follow(self, invocation: Invocation, message: MessageRef, reply: Reply) -> None:
        try:
            caller = await self._auth.identify(invocation)
            self._files.follow(reply, message, Words(caller.language, caller.zone))
        except Exception:
            log.exception("an import on %s is not told of", invocation.platform)

    async def role_of(self, invocation: Invocation) -> Role | None:
        """Return the sender's role where he writes; None for a stranger."""
        try:
            return (await self._auth.identify(invocation)).role
        except Exception:
            log.exception("the role of somebody on %s can't be found", invocation.platform)
            return None
