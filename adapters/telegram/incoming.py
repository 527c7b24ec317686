"""What came from Telegram, as the bot wants to know it: an order, a file, something to be told, or nothing; pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from adapters.telegram.buttons import Nature, decode
from adapters.telegram.errors import PLATFORM
from adapters.telegram.text import clean
from bot.channel import ChatRef
from bot.commands import COMMANDS
from bot.spec import Invocation

if TYPE_CHECKING:
    from telegram import Animation, Audio, CallbackQuery, Chat, Document, Message, User, Video, VideoNote

    AnyMedia = Animation | Audio | Document | Video | VideoNote

MAX_NAME: Final = 64
IMPORT: Final = "/import"
ANONYMOUS_ADMIN: Final = 1087968824
"""The account that stands for every anonymous administrator (core.telegram.org/bots/api#message)."""

_COMMAND_NAMES: Final = frozenset(name for spec in COMMANDS for name in (spec.name, *spec.aliases))
_MEDIA: Final = ("document", "video", "audio", "animation", "video_note")
_MADE_UP_NAMES: Final = {"video": "video.mp4", "animation": "animation.mp4", "video_note": "video.mp4"}


@dataclass(frozen=True, slots=True)
class Order:
    """What a person typed."""

    invocation: Invocation = field(repr=False)
    message: int


@dataclass(frozen=True, slots=True)
class Media:
    """A file that a person sent; its caption is the invocation's text."""

    invocation: Invocation = field(repr=False)
    message: int
    file_id: str
    name: str
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that is no order, and why: `key` is the catalogue's."""

    chat: ChatRef
    message: int
    key: str
    language: str | None


@dataclass(frozen=True, slots=True)
class Press:
    """A button that a person pressed, under which message, and what that is."""

    invocation: Invocation
    query: str
    message: int
    nature: Nature


Said = Order | Media | Remark


def read_message(message: Message, bot_name: str, *, edited: bool = False) -> Said | None:
    """Return what a message is to us; None: talk of others, or the platform's own notes."""
    text = _text_for_us(message, bot_name)
    if text is None or message.is_automatic_forward:
        return None
    if (key := _why_no_order(message, text, edited=edited)) is not None:
        return _remark(message, text, key)
    if message.from_user is None:
        return None
    if (media := _find_media(message)) is not None:
        return _read_media(message, media, text)
    return Order(_invoke(message.from_user, message.chat, message, text), message.message_id)


def read_press(query: CallbackQuery) -> Press | None:
    """Return what was pressed; None where it bears no data of ours."""
    if query.data is None or query.message is None:
        return None
    order, run, nature = decode(clean(query.data))
    message = query.message
    thread = getattr(message, "message_thread_id", None) if getattr(message, "is_topic_message", False) else None
    invocation = Invocation(
        PLATFORM,
        str(query.from_user.id),
        _name(query.from_user),
        ChatRef(PLATFORM, str(message.chat.id), str(thread or "")),
        text=order,
        private_chat=message.chat.type == "private",
        pressed=True,
        bound_run=run,
        language=query.from_user.language_code,
        username=query.from_user.username,
    )
    return Press(invocation, query.id, message.message_id, nature)


def place_of(message: Message) -> ChatRef:
    """Return chat and topic of a message."""
    thread = message.message_thread_id if message.is_topic_message else None
    return ChatRef(PLATFORM, str(message.chat.id), str(thread or ""))


def _text_for_us(message: Message, bot_name: str) -> str | None:
    """Return what was said to the bot: all of it in private; in groups commands, mentions, and files sent to it."""
    text = clean(message.text or message.caption or "").strip()
    if message.chat.type == "private":
        return None if _is_service(message) else text
    first = text.split(maxsplit=1)[0] if text else ""
    if first.casefold() == f"@{bot_name}".casefold():
        return text.removeprefix(first).strip()
    if first.startswith("/"):
        _, at, addressed = first.partition("@")
        return text if not at or addressed.casefold() == bot_name.casefold() else None
    asked = message.reply_to_message
    to_us = asked is not None and asked.from_user is not None and asked.from_user.username == bot_name
    return text if to_us and _find_media(message) is not None else None


def _is_service(message: Message) -> bool:
    """Whether it is the platform's own note (pinned, migrated, joined), not something that a person wrote."""
    return message.pinned_message is not None or (message.effective_attachment is None and message.text is None)


def _why_no_order(message: Message, text: str, *, edited: bool) -> str | None:
    sender = message.from_user
    if message.sender_chat is not None or sender is None or sender.is_bot or sender.id == ANONYMOUS_ADMIN:
        return "telegram.as_yourself"
    if edited:
        return "telegram.edited"
    forwarded_words = message.forward_origin is not None and (_find_media(message) is None or not _is_private(message))
    return "telegram.forwarded" if forwarded_words and text else None


def _remark(message: Message, text: str, key: str) -> Remark | None:
    """Say so in private, and in groups where it is a command of ours: there much is not for us."""
    name = text.split(maxsplit=1)[0].removeprefix("/").split("@")[0].casefold() if text else ""
    ours = text.startswith("/") and name in _COMMAND_NAMES
    if not ours and (not _is_private(message) or key == "telegram.edited"):
        return None
    language = message.from_user.language_code if message.from_user else None
    return Remark(place_of(message), message.message_id, key, language)


def _is_private(message: Message) -> bool:
    return bool(message.chat.type == "private")


def _find_media(message: Message) -> AnyMedia | None:
    return next((found for name in _MEDIA if (found := getattr(message, name))), None)


def _read_media(message: Message, media: AnyMedia, text: str) -> Media:
    """In a group a file that is sent to the bot is for the library, whether its caption says so or not."""
    assert message.from_user is not None  # noqa: S101 - the caller looked
    kind = next(name for name in _MEDIA if getattr(message, name) is media)
    name = clean(getattr(media, "file_name", None) or _MADE_UP_NAMES.get(kind, kind))
    caption = text if _is_private(message) or text.startswith("/") else IMPORT
    invocation = _invoke(message.from_user, message.chat, message, caption)
    return Media(invocation, message.message_id, media.file_id, name, media.file_size)


def _invoke(person: User, chat: Chat, message: Message, text: str) -> Invocation:
    return Invocation(
        PLATFORM,
        str(person.id),
        _name(person),
        place_of(message),
        text=text,
        at=message.date,
        private_chat=chat.type == "private",
        language=person.language_code,
        username=person.username,
    )


def _name(person: User) -> str:
    name = " ".join(clean(person.full_name).split())
    return name[:MAX_NAME] or str(person.id)
