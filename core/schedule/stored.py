"""A schedule's fields as short texts and back, for whoever stores them: a format that later versions read."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final

from core.schedule.hindrance import Hindrance
from core.schedule.model import Looked
from core.schedule.repeat import Cron, Day, Days, Once, Repeat, Start

_FOLDED: Final = "/2"  # isoformat drops the fold


def repeat_to_text(repeat: Repeat) -> str:
    """Return `once`, `days 1,3,5` (Sunday is 0) or `cron 0 18 * * *`."""
    match repeat:
        case Once():
            return "once"
        case Days(days):
            return f"days {','.join(str(int(day)) for day in sorted(days))}"
        case Cron(expression):
            return f"cron {expression}"


def repeat_from_text(text: str) -> Repeat:
    """Read what `repeat_to_text` wrote.

    Raises:
        ValueError: it did not write this.
        PlanError: it did, but the rules of what a repeat may be have changed since.
    """
    match text.split(" ", 1):
        case ["once"]:
            return Once()
        case ["days", days]:
            return Days(frozenset(Day(int(day)) for day in days.split(",")))
        case ["cron", expression]:
            return Cron(expression)
    raise ValueError(text)


def start_to_text(start: Start) -> str:
    """Return the ISO form of a date and time or of a time of day; nothing for none."""
    if start is None:
        return ""
    return start.isoformat() + _FOLDED * start.fold


def start_from_text(text: str) -> Start:
    """Read what `start_to_text` wrote.

    Raises:
        ValueError: it did not write this.
    """
    if not text:
        return None
    iso = text.removesuffix(_FOLDED)
    read = datetime.fromisoformat(iso) if "T" in iso else time.fromisoformat(iso)
    return read.replace(fold=int(iso != text))


def length_to_text(length: timedelta | time | None) -> str:
    """Return `for SECONDS`, `until HH:MM:SS`, or nothing for no end."""
    match length:
        case None:
            return ""
        case timedelta():
            return f"for {length.total_seconds()}"
        case time():
            return f"until {length.isoformat()}"


def length_from_text(text: str) -> timedelta | time | None:
    """Read what `length_to_text` wrote.

    Raises:
        ValueError: it did not write this.
    """
    match text.split(" ", 1):
        case [""]:
            return None
        case ["for", seconds]:
            return timedelta(seconds=float(seconds))
        case ["until", iso]:
            return time.fromisoformat(iso)
    raise ValueError(text)


def looked_to_text(looked: Looked) -> str:
    """Return `KEY`, or `KEY PROBLEM WHAT` where something was found; a key holds no space."""
    return " ".join((looked.key, *(looked.hindrance or ())))


def looked_from_text(text: str | None) -> Looked | None:
    """Read what `looked_to_text` wrote; None for none."""
    if text is None:
        return None
    key, *found = text.split(" ", 2)
    return Looked(key, Hindrance(*found) if found else None)
