"""The methods that put something into a chat; each returns the `result` of its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.fakes.telegram_api.errors import bad_request
from tests.fakes.telegram_api.markup import read_markup
from tests.fakes.telegram_api.texts import read_caption, read_text
from tests.fakes.telegram_api.world import Access

if TYPE_CHECKING:
    from tests.fakes.telegram_api.model import Chat, Message
    from tests.fakes.telegram_api.params import Params
    from tests.fakes.telegram_api.world import World

# https://core.telegram.org/bots/api#sendchataction
ACTIONS: Final = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)
GENERAL_THREAD: Final = 1


def send_message(world: World, params: Params) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#sendmessage."""
    text = read_text(params, world.limits)
    return _post(world, params, text=text.text, source=text.source, entities=text.entities)


def send_photo(world: World, params: Params) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#sendphoto."""
    return _send_file(world, params, "photo")


def send_document(world: World, params: Params) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#senddocument."""
    return _send_file(world, params, "document")


def send_chat_action(world: World, params: Params) -> bool:
    """https://core.telegram.org/bots/api#sendchataction."""
    if params.text("action") not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = world.chat(params.text("chat_id"), Access.WRITE)
    if params.integer("message_thread_id") != GENERAL_THREAD:
        _thread(chat, params)
    return True


def _send_file(world: World, params: Params, kind: str) -> dict[str, Any]:
    caption = read_caption(params, world.limits)
    media = world.files.take(kind, params.file(kind))
    return _post(world, params, text=caption.text, source=caption.source, entities=caption.entities, media=media)


def _post(world: World, params: Params, **content: Any) -> dict[str, Any]:
    markup = read_markup(params, world.limits)
    chat = world.chat(params.text("chat_id"), Access.WRITE)
    thread, reply_to = _thread(chat, params), _reply_to(world, chat, params)
    world.flood.spend(chat.id, is_group=chat.is_group)
    silent = params.flag("disable_notification")
    return world.post(chat, world.me, markup=markup, thread=thread, reply_to=reply_to, silent=silent, **content).json


def _thread(chat: Chat, params: Params) -> int | None:
    # A forum's General has the id 1, which requests must leave out.
    thread = params.integer("message_thread_id")
    if thread and thread not in chat.threads:
        raise bad_request("message thread not found")
    return thread or None


def _reply_to(world: World, chat: Chat, params: Params) -> Message | None:
    # https://core.telegram.org/bots/api#replyparameters
    raw = params.json("reply_parameters", "reply parameters") or {}
    if not raw:
        return None
    message_id = raw.get("message_id", 0)
    if raw.get("allow_sending_without_reply"):
        found = chat.messages.get(message_id)
        return None if found is None or found.deleted else found
    return world.message(chat, message_id, "message to be replied")
