"""The numbers that the platform publishes, each beside its page; checks nothing itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one request may hold; the defaults are those of api.telegram.org.

    Lengths are counted in UTF-16 units, the unit of entity offsets: never fewer than characters, so what fits here
    fits the platform.
    """

    # https://core.telegram.org/bots/api#sendmessage "1-4096 characters after entities parsing"
    text_chars: int = 4096
    # https://core.telegram.org/bots/api#sendphoto "0-1024 characters after entities parsing"
    caption_chars: int = 1024
    # The server reads no longer field, markup included (telegram-bot-api: 'Text is too long').
    raw_text_bytes: int = 32 * 1024
    # https://core.telegram.org/bots/api#inlinekeyboardbutton "callback_data ... 1-64 bytes"
    callback_data_bytes: int = 64
    # Not published; the values that python-telegram-bot documents (constants.InlineKeyboardMarkupLimit).
    keyboard_buttons: int = 100
    row_buttons: int = 8
    # https://core.telegram.org/bots/api#answercallbackquery "text ... 0-200 characters"
    callback_answer_chars: int = 200
    # https://core.telegram.org/bots/api#answercallbackquery asks for an answer 'after pressing'; for how long one is
    # taken is not published, bots see 'query is too old' from about 15 s.
    callback_life_s: float = 15.0
    # https://core.telegram.org/bots/api#botcommand "1-32 characters", "1-256 characters"
    command_chars: int = 32
    command_description_chars: int = 256
    # https://core.telegram.org/bots/api#setmycommands "At most 100 commands can be specified"
    commands: int = 100
    # https://core.telegram.org/bots/api#deletemessage "can only be deleted if it was sent less than 48 hours ago"
    delete_age_s: float = 48 * 3600.0
    # https://core.telegram.org/bots/api#getfile "bots can download files of up to 20MB in size"
    download_bytes: int | None = 20 * MIB
    # https://core.telegram.org/bots/api#senddocument "files of any type of up to 50 MB in size"
    upload_bytes: int = 50 * MIB
    # https://core.telegram.org/bots/api#sendphoto "at most 10 MB in size", "width and height must not exceed 10000 in
    # total. Width and height ratio must be at most 20"
    photo_bytes: int = 10 * MIB
    photo_sides_px: int = 10_000
    photo_ratio: int = 20
    # https://core.telegram.org/bots/api#getting-updates "they will not be kept longer than 24 hours"
    update_life_s: float = 24 * 3600.0
    # https://core.telegram.org/bots/api#getupdates "Values between 1-100 are accepted"; the server cuts the time-out.
    updates: int = 100
    poll_s: float = 50.0


# https://core.telegram.org/bots/api#using-a-local-bot-api-server "Download files without a size limit", "Upload files
# up to 2000 MB"
LOCAL_SERVER: Final = Limits(download_bytes=None, upload_bytes=2000 * MIB)


@dataclass(frozen=True, slots=True, kw_only=True)
class FloodLimits:
    """How fast a bot may send; https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this.

    Sent messages and edits count; deleting, answering a button and chat actions don't.
    """

    # "In a single chat, avoid sending more than one message per second. We may allow short bursts that go over this
    # limit": how many is not published.
    per_chat_per_s: float = 1.0
    chat_burst: int = 3
    # "In a group, bots are not be able to send more than 20 messages per minute."
    per_group_per_min: int = 20
    # "For bulk notifications, bots are not able to broadcast more than about 30 messages per second"
    overall_per_s: int = 30


def utf16_length(text: str) -> int:
    """Return the length in UTF-16 code units, the unit of https://core.telegram.org/bots/api#messageentity."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
