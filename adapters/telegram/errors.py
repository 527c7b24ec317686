"""What Telegram's refusals mean for whoever wanted to say something; it retries nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.channel import ChannelAway, ChannelError, ChannelRefused, ChatGone, ChatMoved, ChatRef, MessageGone

if TYPE_CHECKING:
    from collections.abc import Callable

PLATFORM: Final = "telegram"

NOT_MODIFIED: Final = "message is not modified"

_CHAT_GONE: Final = (
    "chat not found",
    "chat_write_forbidden",
    "message thread not found",
    "need administrator rights in the channel chat",
    "not enough rights to send",
    "peer_id_invalid",
    "topic_closed",
    "topic_deleted",
    "user_is_blocked",
)
_MESSAGE_GONE: Final = (
    "message can't be edited",
    "message to edit not found",
    "message_id_invalid",
    "there is no text in the message to edit",
)


class TokenRefused(ChannelRefused):
    """Telegram does not know the token, so nothing can be done until somebody puts in another."""

    def __init__(self) -> None:
        super().__init__(
            "Telegram refuses the token. Copy it again from @BotFather into telegram.token (or look at "
            "telegram.api_url), then start the service anew."
        )


def translate(error: TelegramError, chat: ChatRef) -> ChannelError:
    """Return what it means for `chat`. It carries no cause: the library's errors may hold the token."""
    meaning = next((make for kind, make in _MEANINGS if isinstance(error, kind)), None)
    return meaning(error, chat) if meaning else ChannelError(str(error))


def read_retry_after(error: RetryAfter) -> float:
    """Return for how many seconds Telegram wants to hear nothing."""
    wanted = error.retry_after
    return wanted.total_seconds() if isinstance(wanted, timedelta) else float(wanted)


def says(error: TelegramError, *words: str) -> bool:
    """Return whether Telegram's words for it hold any of these, in lower case."""
    said = str(error).casefold()
    return any(word in said for word in words)


def _judge_bad_request(error: TelegramError, _: ChatRef) -> ChannelError:
    if says(error, *_MESSAGE_GONE):
        return MessageGone(str(error))
    return ChatGone(str(error)) if says(error, *_CHAT_GONE) else ChannelError(str(error))


def _move(error: TelegramError, _: ChatRef) -> ChannelError:
    assert isinstance(error, ChatMigrated)  # noqa: S101 - only called on these
    return ChatMoved(ChatRef(PLATFORM, str(error.new_chat_id)))


def _wait(error: TelegramError, _: ChatRef) -> ChannelError:
    assert isinstance(error, RetryAfter)  # noqa: S101 - only called on these
    return ChannelAway("too many messages", read_retry_after(error))


def _away(error: TelegramError, _: ChatRef) -> ChannelError:
    return ChannelAway(str(error))


_MEANINGS: Final[tuple[tuple[type[TelegramError], Callable[[TelegramError, ChatRef], ChannelError]], ...]] = (
    (ChatMigrated, _move),
    (RetryAfter, _wait),
    (Forbidden, lambda error, _: ChatGone(str(error))),
    (BadRequest, _judge_bad_request),
    # Whether the token is really gone, polling finds out: until then what is to be said waits.
    (InvalidToken, lambda _, __: ChannelAway("the token is refused")),
    (NetworkError, _away),
    (Conflict, _away),
)
"""In order: a BadRequest is a NetworkError to the library."""
