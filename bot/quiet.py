"""Whether it is night in a chat; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from core.push import AlertChat


def is_quiet(chat: AlertChat | None, now: datetime, zone: tzinfo) -> bool:
    """Return whether the chat's quiet hours hold now; `22:00-06:00` goes past midnight."""
    if chat is None or chat.quiet is None:
        return False
    local = now.astimezone(zone)
    minute, (begin, end) = local.hour * 60 + local.minute, chat.quiet
    return begin <= minute < end if begin < end else minute >= begin or minute < end
