"""The life of a message: checked, created, edited, deleted, each with the event that the gateway sends."""

from __future__ import annotations

import copy
import mimetypes
import re
from typing import TYPE_CHECKING, Any

from . import limits
from .errors import Form, Refused, Why
from .interactions import APPLICATION_COMMAND
from .message_form import check_message, is_empty, pinged
from .model import CHAT_COMMAND, DEFAULT, EPHEMERAL, LOADING, REPLY, SILENT, SUPPRESS_EMBEDS, Message
from .payloads import event_json

if TYPE_CHECKING:
    from .errors import Json, Path
    from .interactions import Interaction
    from .model import Channel, File, User
    from .platform import Platform, Upload

KEPT_FLAGS = SUPPRESS_EMBEDS | EPHEMERAL | SILENT


def check(body: Json, files: dict[int, Upload], at: Path = ()) -> None:
    """Refuse a message's body that breaks a limit."""
    form = Form(at)
    check_message(body, form)
    form.count(("attachments",), max(len(files), len(body.get("attachments") or [])), 0, limits.FILES)
    if any(len(file.data) > limits.FILE_BYTES for file in files.values()):
        raise Refused(Why.TOO_LARGE)
    form.refuse_if_wrong()


def create(
    platform: Platform,
    channel: Channel,
    author: User,
    body: Json,
    files: dict[int, Upload],
    *,
    interaction: Interaction | None = None,
    reference: Message | None = None,
    loading: bool = False,
) -> Message:
    """Make a message and tell the gateway; an ephemeral one goes to its reader alone.

    Raises:
        Refused: Nothing would be seen (50006).
    """
    if is_empty(body, list(files)) and not loading:
        raise Refused(Why.EMPTY_MESSAGE)
    world = platform.world
    flags = (body.get("flags") or 0) & KEPT_FLAGS
    message = Message(world.new_id(), channel, author, platform.now(), interaction=interaction)
    message.kind = DEFAULT if reference is None else REPLY
    if interaction is not None and interaction.kind == APPLICATION_COMMAND:
        message.kind = CHAT_COMMAND
    message.flags = flags | LOADING if loading else flags
    message.reference = reference
    message.nonce = body.get("nonce")
    if interaction is not None and flags & EPHEMERAL:
        message.ephemeral_to = interaction.user
        world.ephemeral.append(message)
    else:
        message.flags &= ~EPHEMERAL
        channel.messages[message.id] = message
    _fill(platform, message, body, files)
    if not message.ephemeral:
        platform.gateway.dispatch("MESSAGE_CREATE", event_json(message))
    return message


def edit(platform: Platform, message: Message, body: Json, files: dict[int, Upload]) -> None:
    """Change what a body names, keep the rest, and tell the gateway.

    Raises:
        Refused: Nothing would be left to see (50006).
    """
    after = {"content": message.content, "embeds": message.embeds, "components": message.components} | body
    kept = message.files if "attachments" not in body else _kept(message, body)
    if is_empty(after, [*kept, *files]):
        raise Refused(Why.EMPTY_MESSAGE)
    message.history.append({"content": message.content, "embeds": message.embeds, "components": message.components})
    message.edited_s = platform.now()
    message.flags &= ~LOADING
    _fill(platform, message, body, files)
    if not message.ephemeral:
        platform.gateway.dispatch("MESSAGE_UPDATE", event_json(message))


def delete(platform: Platform, message: Message) -> None:
    """Remove a message and tell the gateway."""
    message.deleted = True
    if message.ephemeral:
        return
    message.channel.messages.pop(message.id, None)
    data = {"id": str(message.id), "channel_id": str(message.channel.id)}
    if message.channel.guild is not None:
        data["guild_id"] = str(message.channel.guild.id)
    platform.gateway.dispatch("MESSAGE_DELETE", data)


def _kept(message: Message, body: Json) -> list[File]:
    named = {str(part.get("id")) for part in body["attachments"] or []}
    return [file for file in message.files if str(file.id) in named]


def _fill(platform: Platform, message: Message, body: Json, uploads: dict[int, Upload]) -> None:
    if "attachments" in body or uploads:
        kept = _kept(message, body) if "attachments" in body else message.files
        message.files = [*kept, *_stored(platform, message.channel, body, uploads)]
    if "content" in body:
        message.content = (body["content"] or "").strip()
        message.allowed_mentions = body.get("allowed_mentions")
        message.pinged = pinged(
            platform.world,
            message.channel,
            message.content,
            message.allowed_mentions,
            interaction=message.interaction is not None,
        )
    if "embeds" in body:
        by_name = {file.filename: file.url for file in message.files}
        message.embeds = [_shown(embed, by_name) for embed in body["embeds"] or []]
    if "components" in body:
        message.components = _numbered(body["components"] or [])


def _stored(platform: Platform, channel: Channel, body: Json, uploads: dict[int, Upload]) -> list[File]:
    described = {str(part.get("id")): part for part in body.get("attachments") or []}
    found = []
    for number, upload in sorted(uploads.items()):
        part = described.get(str(number), {})
        name = re.sub(r"[^\w.-]", "_", part.get("filename") or upload.filename)
        kind = mimetypes.guess_type(name)[0]
        file = platform.world.store(name, upload.data, content_type=kind, description=part.get("description"))
        publish(platform, channel, file)
        found.append(file)
    return found


def publish(platform: Platform, channel: Channel, file: File) -> None:
    """Give a file its signed address: DOCS/reference#signed-attachment-cdn-urls."""
    issued = int(platform.now())
    signature = f"ex={issued + int(limits.CDN_LINK_S):x}&is={issued:x}&hm={file.id:064x}"
    file.url = f"{platform.cdn_url}/attachments/{channel.id}/{file.id}/{file.filename}?{signature}"


def _shown(embed: Json, files: dict[str, str]) -> Json:
    """Return an embed as the platform stores it: texts trimmed, attached pictures by their address.

    A picture that names a file which is not attached is left out, as people would see it.
    """
    shown: Json = {"type": "rich"} | {key: _trimmed(value) for key, value in embed.items()}
    for part in ("image", "thumbnail"):
        address = (shown.get(part) or {}).get("url", "")
        if not address.startswith("attachment://"):
            continue
        name = address.removeprefix("attachment://")
        if name in files:
            shown[part] = shown[part] | {"url": files[name], "proxy_url": files[name]}
        else:
            del shown[part]
    return shown


def _trimmed(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return [_trimmed(part) for part in value]
    if isinstance(value, dict):
        return {key: _trimmed(part) for key, part in value.items()}
    return value


def _numbered(rows: list[Json]) -> list[Json]:
    """Return action rows with the numeric ids that the platform gives to every component."""
    rows = copy.deepcopy(rows)
    number = 0
    for row in rows:
        for part in (row, *row.get("components", [])):
            number += 1
            part["id"] = part.get("id") or number
    return rows
