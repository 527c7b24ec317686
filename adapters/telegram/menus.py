"""The commands that Telegram offers behind `/`: for each language, and to each person those that he may give."""

from __future__ import annotations

import logging
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeChat,
    BotCommandScopeChatMember,
    BotCommandScopeDefault,
)
from telegram.error import TelegramError

from bot.commands import COMMANDS
from bot.i18n import LANGUAGES, Words

if TYPE_CHECKING:
    from telegram import Bot

    from bot.channel import Answering
    from bot.spec import Invocation
    from core.people import Role

log = logging.getLogger(__name__)

MAX_REMEMBERED: Final = 5000


class Menus:
    """What was set is remembered while the service runs; after that Telegram is asked before anything is set."""

    def __init__(self, client: Bot, bot: Answering, language: str) -> None:
        self._client = client
        self._bot = bot
        self._codes: dict[str | None, str] = {None: language} | {code: code for code in LANGUAGES if code != language}
        self._known: OrderedDict[tuple[str, str], Role | None] = OrderedDict()
        self._has_base = False

    async def fit(self, invocation: Invocation) -> None:
        """Offer the sender what his role allows where he writes. What can't be set now is set when he speaks again."""
        try:
            if not self._has_base:
                await self._set(BotCommandScopeDefault(), None)
                self._has_base = True
            await self._fit(invocation)
        except TelegramError as error:
            log.info("a menu of commands could not be set: %s", error)

    def find_chats(self, person: str) -> list[str]:
        """Return the chats in which a menu was fitted to a person since the service began."""
        return [chat for chat, own in self._known if own == person]

    async def _fit(self, invocation: Invocation) -> None:
        key = (invocation.chat.chat, invocation.person)
        role = await self._bot.role_of(invocation)
        if key in self._known and self._known[key] == role:
            return
        if key in self._known or role is not None:  # a stranger has what all have
            await self._set(_scope(invocation), role)
        self._known[key] = role
        self._known.move_to_end(key)
        while len(self._known) > MAX_REMEMBERED:
            self._known.popitem(last=False)

    async def _set(self, scope: BotCommandScope, role: Role | None) -> None:
        for code, language in self._codes.items():
            wanted = build_menu(role, language)
            if await self._client.get_my_commands(scope=scope, language_code=code) != wanted:
                await self._client.set_my_commands(wanted, scope=scope, language_code=code)


def build_menu(role: Role | None, language: str) -> tuple[BotCommand, ...]:
    """Return the commands that a role may give, as Telegram lists them."""
    t = Words(language)
    allowed = (
        spec for spec in COMMANDS if spec.in_menu and (spec.role is None or (role is not None and role >= spec.role))
    )
    return tuple(BotCommand(spec.name, t(f"command.{spec.name}")) for spec in allowed)


def _scope(invocation: Invocation) -> BotCommandScope:
    if invocation.private_chat:
        return BotCommandScopeChat(int(invocation.chat.chat))
    return BotCommandScopeChatMember(int(invocation.chat.chat), int(invocation.person))
