"""The command menus: what a bot may put into them, and what a person sees of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tests.fakes.telegram_api.errors import bad_request
from tests.fakes.telegram_api.limits import utf16_length

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fakes.telegram_api.limits import Limits
    from tests.fakes.telegram_api.model import Chat, User
    from tests.fakes.telegram_api.params import Params

# https://core.telegram.org/bots/api#botcommand "Can contain only lowercase English letters, digits and underscores."
NAME: Final = re.compile(r"[a-z0-9_]+")
# https://core.telegram.org/bots/api#setmycommands "A two-letter ISO 639-1 language code"
LANGUAGE: Final = re.compile(r"(?:[a-z]{2})?")
# https://core.telegram.org/bots/api#botcommandscope, and what each needs beside its type
SCOPES: Final = {
    "default": (),
    "all_private_chats": (),
    "all_group_chats": (),
    "all_chat_administrators": (),
    "chat": ("chat_id",),
    "chat_administrators": ("chat_id",),
    "chat_member": ("chat_id", "user_id"),
}
ADMINISTRATORS: Final = frozenset({"creator", "administrator"})

Commands = list[dict[str, str]]
Scope = tuple[str, str, int]


def read_scope(params: Params) -> Scope:
    """Return type, chat and user of the request's scope.

    Raises:
        ApiError: It is none.
    """
    raw = params.json("scope", "BotCommandScope") or {"type": "default"}
    kind = raw.get("type") if isinstance(raw, dict) else None
    if kind not in SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    for name in SCOPES[kind]:
        if name not in raw:
            raise bad_request(f"can't parse BotCommandScope: Can't find field \"{name}\"")
    return kind, str(raw.get("chat_id", "")), int(raw.get("user_id", 0))


def check_scope(scope: Scope, chat: Chat | None) -> None:
    """Refuse a scope that its chat can't have.

    Raises:
        ApiError: Members and administrators exist in groups only.
    """
    if chat is not None and not chat.is_group and scope[0] != "chat":
        raise bad_request("can't use specified scope in private chats")


def read_language(params: Params) -> str:
    """Return the request's language code, "" for all languages without one of their own."""
    code = params.text("language_code")
    if not LANGUAGE.fullmatch(code):
        raise bad_request("invalid language code specified")
    return code


class Menus:
    """The lists of commands by scope and language."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lists: dict[tuple[Scope, str], Commands] = {}

    def set(self, scope: Scope, language: str, params: Params) -> None:
        """Replace one list by the request's `commands`; an empty one is none."""
        commands = self._read(params.json("commands", "commands"))
        if commands:
            self._lists[scope, language] = commands
        else:
            self.delete(scope, language)

    def delete(self, scope: Scope, language: str) -> None:
        """Forget one list."""
        self._lists.pop((scope, language), None)

    def get(self, scope: Scope, language: str) -> Commands:
        """Return one list, exactly as it was set."""
        return self._lists.get((scope, language), [])

    def seen_by(self, user: User, chat: Chat) -> Commands:
        """Return the menu of a person: https://core.telegram.org/bots/api#determining-list-of-commands."""
        for scope in _narrowing(user, chat):
            for language in (user.language_code or "", ""):
                if (scope, language) in self._lists:
                    return self._lists[scope, language]
        return []

    def _read(self, raw: Any) -> Commands:
        if not isinstance(raw, list):
            raise bad_request("expected an Array of BotCommand")
        if len(raw) > self._limits.commands:
            raise bad_request("BOT_COMMANDS_TOO_MUCH")
        return [self._command(item) for item in raw]

    def _command(self, raw: Any) -> dict[str, str]:
        if not isinstance(raw, dict):
            raise bad_request("can't parse BotCommand: expected an Object")
        for name in ("command", "description"):
            if not isinstance(raw.get(name), str):
                raise bad_request(f"can't parse BotCommand: Can't find field \"{name}\"")
        name, description = raw["command"].strip().removeprefix("/"), raw["description"].strip()
        self._check_length("command", name, self._limits.command_chars)
        self._check_length("command description", description, self._limits.command_description_chars)
        if not NAME.fullmatch(name):
            raise bad_request("BOT_COMMAND_INVALID")
        return {"command": name, "description": description}

    @staticmethod
    def _check_length(what: str, text: str, most: int) -> None:
        if not text:
            raise bad_request(f"{what} must be non-empty")
        if utf16_length(text) > most:
            raise bad_request(f"{what} length must not exceed {most}")


def scope_key(kind: str, chat: Chat | None = None, user_id: int = 0) -> Scope:
    """Return a scope as `Menus` keeps it."""
    return kind, "" if chat is None else str(chat.id), user_id


def _narrowing(user: User, chat: Chat) -> Iterator[Scope]:
    if not chat.is_group:
        yield from (scope_key("chat", chat), scope_key("all_private_chats"), scope_key("default"))
        return
    is_administrator = chat.members.get(user.id) in ADMINISTRATORS
    yield scope_key("chat_member", chat, user.id)
    if is_administrator:
        yield scope_key("chat_administrators", chat)
    yield scope_key("chat", chat)
    if is_administrator:
        yield scope_key("all_chat_administrators")
    yield from (scope_key("all_group_chats"), scope_key("default"))
