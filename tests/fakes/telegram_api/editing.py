"""The methods that change what stands in a chat; each returns the `result` of its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.telegram_api.errors import bad_request, not_modified
from tests.fakes.telegram_api.markup import Markup, read_markup
from tests.fakes.telegram_api.model import Message, Version
from tests.fakes.telegram_api.params import Params
from tests.fakes.telegram_api.texts import Formatted, read_caption, read_text
from tests.fakes.telegram_api.world import NOTHING_PASSES, Access

if TYPE_CHECKING:
    from tests.fakes.telegram_api.media import StoredFile
    from tests.fakes.telegram_api.world import World


def edit_message_text(world: World, params: Params) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#editmessagetext."""
    text, message = read_text(params, world.limits), _own(world, params)
    if message.media is not None:
        raise bad_request("there is no text in the message to edit")
    return _change(world, message, text, None, read_markup(params, world.limits))


def edit_message_caption(world: World, params: Params) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#editmessagecaption."""
    caption, message = read_caption(params, world.limits), _own(world, params)
    if message.media is None:
        raise bad_request("there is no caption in the message to edit")
    return _change(world, message, caption, message.media, read_markup(params, world.limits))


def edit_message_media(world: World, params: Params) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#editmessagemedia: also adds a file to a text."""
    message = _own(world, params)
    raw = params.json("media", "input media")
    if not isinstance(raw, dict) or raw.get("type") not in {"photo", "document", "video"}:
        raise bad_request("can't parse InputMedia: type of the media is invalid")
    inner = Params(raw, params.files)
    media = world.files.take(raw["type"], inner.attached(inner.text("media")))
    return _change(world, message, read_caption(inner, world.limits), media, read_markup(params, world.limits))


def edit_message_reply_markup(world: World, params: Params) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#editmessagereplymarkup."""
    message = _own(world, params)
    same = Formatted(message.text, message.source, message.entities)
    return _change(world, message, same, message.media, read_markup(params, world.limits))


def delete_message(world: World, params: Params) -> bool:
    """https://core.telegram.org/bots/api#deletemessage lists what may be deleted."""
    chat = world.chat(params.text("chat_id"), Access.WRITE)
    message = world.message(chat, params.integer("message_id"), "message to delete")
    is_old = world.clock() - message.date_s >= world.limits.delete_age_s
    may = message.sender is world.me or world.may(chat, "can_delete_messages")
    # "can_delete_messages" deletes any message of a supergroup; everything else is bound to the 48 hours.
    bound = chat.type != "supergroup" or not world.may(chat, "can_delete_messages")
    if not may or (is_old and bound):
        raise bad_request("message can't be deleted")
    message.deleted = True
    if message.pinned:
        chat.pinned.remove(message)
    return True


def pin_chat_message(world: World, params: Params) -> bool:
    """https://core.telegram.org/bots/api#pinchatmessage."""
    chat = world.chat(params.text("chat_id"), Access.WRITE)
    message = world.message(chat, params.integer("message_id"), "message to pin")
    if not world.may(chat, "can_pin_messages"):
        raise bad_request("not enough rights to manage pinned messages in the chat")
    if message.pinned:
        chat.pinned.remove(message)
    chat.pinned.append(message)
    return True


def unpin_chat_message(world: World, params: Params) -> bool:
    """https://core.telegram.org/bots/api#unpinchatmessage: without an id the one that was pinned last."""
    chat = world.chat(params.text("chat_id"), Access.WRITE)
    if not world.may(chat, "can_pin_messages"):
        raise bad_request("not enough rights to manage pinned messages in the chat")
    message_id = params.integer("message_id") or (chat.pinned[-1].id if chat.pinned else 0)
    message = world.message(chat, message_id, "message to unpin")
    if message.pinned:
        chat.pinned.remove(message)
    return True


def _own(world: World, params: Params) -> Message:
    if not params.text("chat_id") and not params.integer("message_id"):
        raise bad_request("message identifier is not specified")
    chat = world.chat(params.text("chat_id"), Access.EDIT)
    message = world.message(chat, params.integer("message_id"), "message to edit")
    if message.sender is not world.me:
        raise bad_request(NOTHING_PASSES)
    return message


def _change(
    world: World, message: Message, text: Formatted, media: StoredFile | None, markup: Markup
) -> dict[str, Any]:
    if markup.raw and not markup.keyboard and '"inline_keyboard"' not in markup.raw:
        raise bad_request("inline keyboard expected")
    before = (message.text, message.entities, message.media, message.markup.json)
    if before == (text.text, text.entities, media, markup.json):
        raise not_modified()
    world.flood.spend(message.chat.id, is_group=message.chat.is_group)
    message.versions.append(Version(message.text, message.keyboard, world.clock()))
    message.text, message.source, message.entities = text.text, text.source, text.entities
    message.media, message.markup = media, markup
    message.edited_s = world.clock()
    return message.json
