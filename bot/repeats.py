"""How a schedule repeats, begins and ends, as people type it, in English and Indonesian; pure."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Final

from bot.when import DAY_NAMES, parse_duration, parse_moment, parse_time
from core.errors import InvalidValue
from core.schedule.local_time import first_instant, to_local
from core.schedule.repeat import DAILY, WEEKDAYS, WEEKENDS, Cron, Day, Days, Once, Repeat, Start

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import tzinfo

    from core.schedule.plan import Length

_WORDS: Final[Mapping[str, Repeat]] = {
    word: repeat
    for repeat, words in (
        (Once(), ("once", "sekali", "satu kali", "one time")),
        (DAILY, ("daily", "every day", "everyday", "harian", "setiap hari", "tiap hari")),
        (WEEKDAYS, ("weekdays", "weekday", "workdays", "hari kerja")),
        (WEEKENDS, ("weekends", "weekend", "akhir pekan")),
    )
    for word in words
}
_CRON: Final = re.compile(r"cron[: ](.+)")
_FIVE_FIELDS: Final = re.compile(r"[\d*]\S*( \S+){4}")
_EVERY: Final = re.compile(r"\A(?:every|each|on|setiap|tiap|hari) ")
_BETWEEN: Final = re.compile(r" ?[,&+;/] ?| (?:and|dan) | ")
_DAY_RANGE: Final = re.compile(r" ?(?:-|–| to | sampai | s/d ) ?")  # noqa: RUF001  # a dash as phones type it


def parse_repeat(param: str, text: str) -> Repeat:
    """Return `once`, `daily`, `weekdays`, `weekends`, `mon,wed,fri`, `senin-jumat`, or a cron expression.

    Raises:
        core.errors.InvalidValue: expected repeat.
        core.schedule.errors.PlanError: a cron expression that is wrong, with the field at fault.
    """
    typed = " ".join(text.casefold().split())
    if typed in _WORDS:
        return _WORDS[typed]
    cron = _CRON.fullmatch(typed)
    if cron is not None or _FIVE_FIELDS.fullmatch(typed):
        return Cron(cron[1].strip() if cron else typed)
    try:
        return Days(frozenset(_read_days(_EVERY.sub("", typed, count=1))))
    except KeyError as error:
        raise InvalidValue(param, text[:64], "repeat") from error


def _read_days(typed: str) -> Iterator[Day]:
    for term in _BETWEEN.split(_DAY_RANGE.sub("-", typed)):
        first, dash, last = term.partition("-")
        start = _read_day(first)
        span = (_read_day(last) - start) % 7 if dash else 0
        yield from (Day((start + n) % 7) for n in range(span + 1))


def _read_day(name: str) -> Day:
    return DAY_NAMES[name if name in DAY_NAMES else name.removesuffix("s")]


def parse_start(param: str, text: str | None, repeat: Repeat, now: datetime, zone: tzinfo) -> Start:
    """Return a plan's start, local in `zone`, its zone: a date and time, a time of day, or nothing for cron.

    Split off a zone behind the time before (`bot.zones.split_zone`): for a repeated schedule it is the plan's zone.

    Raises:
        core.errors.InvalidValue: expected moment, past, time, or no_start where cron says when.
    """
    match repeat:
        case Once():
            return to_local(parse_moment(param, text or "", now, zone), zone)
        case Days():
            return parse_time(param, text or "")
        case Cron() if text:
            raise InvalidValue(param, text[:64], "no_start")
    return None


def parse_length(length: str | None, until: str | None, start: Start, now: datetime, zone: tzinfo) -> Length:
    """Return how long a plan's runs last, by `for=` or `until=`; None, without an end, where neither is given.

    `until=` is a time of day, past midnight too; for a single run it may be any moment after its start.

    Raises:
        core.errors.InvalidValue: for or until; expected duration, time, moment, past, or both.
    """
    if length and until:
        raise InvalidValue("for", "until", "both")
    if length:
        return parse_duration("for", length)
    if not until:
        return None
    try:
        return parse_time("until", until)
    except InvalidValue:
        if not isinstance(start, datetime):
            raise
    span = parse_moment("until", until, now, zone) - first_instant(start, zone)
    if span.total_seconds() <= 0:
        raise InvalidValue("until", until[:64], "past")
    return span
