"""Messages, pins and direct messages: what the bot does in channels.

https://discord.com/developers/docs/resources/message and .../resources/channel
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from . import limits, messages
from .errors import Form, Json, Refused, Why
from .model import PINNED, THREAD, Message
from .payloads import channel_json, event_json, message_json, stamp

if TYPE_CHECKING:
    from .model import Channel
    from .platform import Platform, Request


def _channel(platform: Platform, request: Request) -> Channel:
    return platform.world.channel(request.number("channel_id"))


def _message(platform: Platform, request: Request) -> Message:
    return platform.world.message(_channel(platform, request), request.number("message_id"))


def _require(platform: Platform, channel: Channel, *names: str) -> None:
    if channel.guild is not None and not platform.world.bot_may(channel, *names):
        raise Refused(Why.MISSING_PERMISSIONS)


def _check_may_send(platform: Platform, channel: Channel, request: Request) -> None:
    if channel.recipient is not None:
        if not platform.world.shares_guild(channel.recipient):
            raise Refused(Why.NO_MUTUAL_GUILD)
        if not channel.recipient.dms_open:
            raise Refused(Why.CANNOT_DM)
    _require(platform, channel, "send_messages_in_threads" if channel.kind == THREAD else "send_messages")
    if request.files:
        _require(platform, channel, "attach_files")
    if request.form.get("embeds"):
        _require(platform, channel, "embed_links")


def _reference(channel: Channel, body: Json) -> Message | None:
    named = body.get("message_reference")
    if not named:
        return None
    found = channel.messages.get(int(named["message_id"]))
    if found is None and named.get("fail_if_not_exists", True):
        form = Form()
        form.add(("message_reference",), "MESSAGE_REFERENCE_UNKNOWN_MESSAGE", "Unknown message")
        form.refuse_if_wrong()
    return found


def create_message(platform: Platform, request: Request) -> Json:
    """Create Message. A nonce with `enforce_nonce` that was used before gives the message that it made."""
    channel, body = _channel(platform, request), request.form
    _check_may_send(platform, channel, request)
    messages.check(body, request.files)
    if body.get("enforce_nonce") and body.get("nonce"):
        for known in channel.messages.values():
            if known.nonce == body["nonce"] and known.author is platform.world.bot:
                return message_json(known)
    reference = _reference(channel, body)
    bot = platform.world.bot
    return message_json(messages.create(platform, channel, bot, body, request.files, reference=reference))


def edit_message(platform: Platform, request: Request) -> Json:
    """Edit Message: the bot's own only, and old ones only so often (code 30046)."""
    message = _message(platform, request)
    if message.author is not platform.world.bot:
        raise Refused(Why.NOT_YOUR_MESSAGE)
    if message.kind == PINNED:
        raise Refused(Why.SYSTEM_MESSAGE)
    if request.files:
        _require(platform, message.channel, "attach_files")
    messages.check(request.form, request.files)
    if platform.now() - message.created_s > limits.OLD_MESSAGE_S:
        wait_s = platform.limiter.old_edit(message.channel.id, platform.now())
        if wait_s:
            raise Refused(Why.OLD_EDITS, retry_after_s=wait_s)
    messages.edit(platform, message, request.form, request.files)
    return message_json(message)


def delete_message(platform: Platform, request: Request) -> None:
    """Delete Message: others' need the right to manage messages, and stay in a direct message."""
    message = _message(platform, request)
    if message.author is not platform.world.bot:
        if message.channel.recipient is not None:
            raise Refused(Why.CANNOT_IN_DM)
        _require(platform, message.channel, "manage_messages")
    messages.delete(platform, message)


def get_message(platform: Platform, request: Request) -> Json:
    """Get Channel Message."""
    message = _message(platform, request)
    _require(platform, message.channel, "read_message_history")
    return message_json(message)


def get_messages(platform: Platform, request: Request) -> list[Json]:
    """Get Channel Messages, newest first."""
    channel = _channel(platform, request)
    if not platform.world.bot_may(channel, "read_message_history"):
        return []
    before = int(request.query.get("before", 2**63))
    after = int(request.query.get("after", 0))
    found = [m for m in channel.messages.values() if after < m.id < before]
    return [message_json(m) for m in sorted(found, key=lambda m: -m.id)[: int(request.query.get("limit", 50))]]


def pin(platform: Platform, request: Request) -> None:
    """Pin Message: needs its own permission, and tells the channel by a message of its own."""
    message = _message(platform, request)
    channel, world = message.channel, platform.world
    _require(platform, channel, "pin_messages", "read_message_history")
    if message.pinned:
        return
    if sum(other.pinned for other in channel.messages.values()) >= limits.PINS:
        raise Refused(Why.TOO_MANY_PINS)
    _set_pinned(platform, message, True)
    note = Message(world.new_id(), channel, world.bot, platform.now(), kind=PINNED, reference=message)
    channel.messages[note.id] = note
    platform.gateway.dispatch("MESSAGE_CREATE", event_json(note))


def unpin(platform: Platform, request: Request) -> None:
    """Unpin Message."""
    message = _message(platform, request)
    _require(platform, message.channel, "pin_messages")
    _set_pinned(platform, message, False)


def _set_pinned(platform: Platform, message: Message, pinned: bool) -> None:
    message.pinned = pinned
    platform.gateway.dispatch("MESSAGE_UPDATE", event_json(message))
    channel = message.channel
    data: Json = {"channel_id": str(channel.id), "last_pin_timestamp": stamp(platform.now())}
    if channel.guild is not None:
        data["guild_id"] = str(channel.guild.id)
    platform.gateway.dispatch("CHANNEL_PINS_UPDATE", data)


def get_pins(platform: Platform, request: Request) -> Json:
    """Get Channel Pins."""
    found = [message for message in _channel(platform, request).messages.values() if message.pinned]
    items = [{"pinned_at": stamp(message.created_s), "message": message_json(message)} for message in found]
    return {"items": items, "has_more": False}


def get_channel(platform: Platform, request: Request) -> Json:
    """Get Channel."""
    return channel_json(_channel(platform, request))


def typing(platform: Platform, request: Request) -> None:
    """Trigger Typing Indicator."""
    _require(platform, _channel(platform, request), "send_messages")


def open_direct(platform: Platform, request: Request) -> Json:
    """Create DM: DOCS/resources/user#create-dm."""
    user = platform.world.users.get(int(request.form.get("recipient_id") or 0))
    if user is None or user.bot:
        raise Refused(Why.INVALID_RECIPIENT)
    return channel_json(platform.world.direct(user))


_ONE: Final = "/channels/{channel_id}/messages/{message_id}"
CHANNEL_ROUTES: Final[dict[str, Any]] = {
    "GET /channels/{channel_id}": get_channel,
    "POST /channels/{channel_id}/typing": typing,
    "GET /channels/{channel_id}/messages": get_messages,
    "POST /channels/{channel_id}/messages": create_message,
    "GET /channels/{channel_id}/messages/pins": get_pins,
    "PUT /channels/{channel_id}/messages/pins/{message_id}": pin,
    "DELETE /channels/{channel_id}/messages/pins/{message_id}": unpin,
    f"GET {_ONE}": get_message,
    f"PATCH {_ONE}": edit_message,
    f"DELETE {_ONE}": delete_message,
    "POST /users/@me/channels": open_direct,
}
