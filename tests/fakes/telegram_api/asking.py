"""The methods that tell the bot something, or the platform something about it; none writes into a chat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.telegram_api.commands import ADMINISTRATORS, Scope, check_scope, read_language, read_scope
from tests.fakes.telegram_api.errors import bad_request
from tests.fakes.telegram_api.limits import utf16_length
from tests.fakes.telegram_api.model import Answer
from tests.fakes.telegram_api.world import Access, member_json

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.telegram_api.params import Params
    from tests.fakes.telegram_api.world import World


def get_me(world: World, _params: Params) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#getme."""
    reads_all = not world.privacy
    return world.me.json | {
        "can_join_groups": True,
        "can_read_all_group_messages": reads_all,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def delete_webhook(world: World, params: Params) -> bool:
    """https://core.telegram.org/bots/api#deletewebhook."""
    if params.flag("drop_pending_updates"):
        world.updates.clear()
    return True


def get_webhook_info(world: World, _params: Params) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#getwebhookinfo: none is ever set."""
    return {"url": "", "has_custom_certificate": False, "pending_update_count": len(world.updates.pending)}


def answer_callback_query(world: World, params: Params) -> bool:
    """https://core.telegram.org/bots/api#answercallbackquery: once, and within the query's life."""
    text = params.text("text")
    if utf16_length(text) > world.limits.callback_answer_chars:
        raise bad_request("MESSAGE_TOO_LONG")
    press = world.presses.get(params.text("callback_query_id"))
    is_late = press is not None and world.clock() - press.at_s > world.limits.callback_life_s
    if press is None or is_late or press.answer is not None:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    press.answer = Answer(text, params.flag("show_alert"))
    return True


def get_file(world: World, params: Params, local_dir: Path | None = None) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#getfile.

    Args:
        local_dir: Where a server run with `--local` keeps its files: it then gives absolute paths
            (https://core.telegram.org/bots/api#using-a-local-bot-api-server).
    """
    stored = world.files.find(params.text("file_id"))
    if stored is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if world.limits.download_bytes is not None and stored.size_bytes > world.limits.download_bytes:
        raise bad_request("file is too big")
    path = stored.path
    if local_dir is not None:
        where = local_dir / stored.path
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_bytes(stored.content)
        path = str(where.resolve())
    ids = {"file_id": stored.file_id, "file_unique_id": stored.unique_id}
    return ids | {"file_size": stored.size_bytes, "file_path": path}


def get_chat(world: World, params: Params) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#getchat."""
    chat = world.chat(params.text("chat_id"), Access.READ)
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    full = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": dict.fromkeys(gifts, False)}
    return chat.json | full | ({"pinned_message": chat.pinned[-1].json} if chat.pinned else {})


def get_chat_member(world: World, params: Params) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#getchatmember."""
    chat = world.chat(params.text("chat_id"), Access.MEMBERS)
    user_id = params.integer("user_id")
    if user_id <= 0:
        raise bad_request("invalid user_id specified")
    if user_id == world.me.id:
        return world.bot_member(chat)
    user = world.users.get(user_id)
    if user is None:
        raise bad_request("PARTICIPANT_ID_INVALID")
    return member_json(user, "member" if chat.id == user_id else chat.members.get(user_id, "left"))


def get_chat_administrators(world: World, params: Params) -> list[dict[str, Any]]:
    """https://core.telegram.org/bots/api#getchatadministrators: other bots are left out."""
    chat = world.chat(params.text("chat_id"), Access.MEMBERS)
    if not chat.is_group:
        raise bad_request("there are no administrators in the private chat")
    found = [member_json(world.users[it], status) for it, status in chat.members.items() if status in ADMINISTRATORS]
    return found + ([world.bot_member(chat)] if chat.bot_status in ADMINISTRATORS else [])


def leave_chat(world: World, params: Params) -> bool:
    """https://core.telegram.org/bots/api#leavechat."""
    world.chat(params.text("chat_id"), Access.READ).bot_status = "left"
    return True


def set_my_commands(world: World, params: Params) -> bool:
    """https://core.telegram.org/bots/api#setmycommands."""
    world.menus.set(_scope(world, params), read_language(params), params)
    return True


def delete_my_commands(world: World, params: Params) -> bool:
    """https://core.telegram.org/bots/api#deletemycommands."""
    world.menus.delete(_scope(world, params), read_language(params))
    return True


def get_my_commands(world: World, params: Params) -> list[dict[str, str]]:
    """https://core.telegram.org/bots/api#getmycommands."""
    return world.menus.get(_scope(world, params), read_language(params))


def _scope(world: World, params: Params) -> Scope:
    scope = read_scope(params)
    if scope[1]:
        chat = world.chat(scope[1], Access.MEMBERS)
        check_scope(scope, chat)
        return scope[0], str(chat.id), scope[2]
    return scope
