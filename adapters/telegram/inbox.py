"""Sorts updates: who has to wait for whom, what is an order, a file or a press; it answers nothing itself."""

from __future__ import annotations

import logging
import secrets
from functools import partial
from typing import TYPE_CHECKING

from adapters.telegram.incoming import Media, Order, Remark, read_message, read_press

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from telegram import Bot, Update

    from adapters.telegram.answering import Answerer
    from adapters.telegram.files import Files
    from adapters.telegram.incoming import Press, Said
    from adapters.telegram.menus import Menus
    from adapters.telegram.turns import Turns
    from bot.spec import Invocation

log = logging.getLogger(__name__)


class Inbox:
    """Everything that comes in goes through here."""

    def __init__(self, client: Bot, answerer: Answerer, menus: Menus, files: Files) -> None:
        self._client = client
        self._answerer = answerer
        self._menus = menus
        self._files = files

    def open(self, turns: Turns) -> Callable[[Update, bool], Awaitable[None]]:
        """Return what takes an update, and whether it may have waited for long."""

        async def take(update: Update, waited: bool) -> None:
            await self._take(turns, update, waited=waited)

        return take

    async def _take(self, turns: Turns, update: Update, *, waited: bool) -> None:
        if update.callback_query is not None:
            press = read_press(update.callback_query)
            if press is None:
                await turns.add(None, partial(self._answerer.dismiss, update.callback_query.id))
            else:
                await turns.add(_turn_of(press), partial(self._on_press, turns, press, waited=waited))
            return
        message = update.message or update.channel_post or update.edited_message
        edited = update.edited_message is not None
        said = read_message(message, self._client.username, edited=edited) if message else None
        if said is not None:
            await turns.add(_turn_of(said), partial(self._on_said, turns, said))

    async def _on_press(self, turns: Turns, press: Press, *, waited: bool) -> None:
        await self._guard(press.invocation, self._answerer.on_press(press, waited=waited))
        self._fit_menu(turns, press.invocation)

    async def _on_said(self, turns: Turns, said: Said) -> None:
        match said:
            case Order():
                await self._guard(said.invocation, self._answerer.on_order(said))
                self._fit_menu(turns, said.invocation)
            case Media():
                await self._guard(said.invocation, self._answerer.on_file(said, self._files.offer(said)))
            case Remark():
                await self._answerer.on_remark(said)

    def _fit_menu(self, turns: Turns, invocation: Invocation) -> None:
        """Nobody's next order waits for that."""
        turns.aside((invocation.chat.chat, invocation.person), partial(self._menus.fit, invocation))

    async def _guard(self, invocation: Invocation, answering: Awaitable[None]) -> None:
        """Whatever breaks on the way of an answer, the person gets a number that stands in the log."""
        try:
            await answering
        except Exception:
            incident = secrets.token_hex(3)
            log.exception("incident %s: an answer to telegram:%s", incident, invocation.person)
            await self._answerer.apologise(invocation, incident)


def _turn_of(said: Said | Press) -> tuple[object, ...]:
    """A file that takes long must not hold up what its sender says meanwhile."""
    if isinstance(said, Remark):
        return (said.chat,)
    return (said.invocation.chat, said.invocation.person, isinstance(said, Media))
