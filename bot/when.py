"""Lengths, times of day and moments as people type them, in English and Indonesian; pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Final

from bot.zones import parse_zone, split_zone
from core.errors import InvalidValue
from core.schedule.local_time import first_instant, has_day, to_local
from core.schedule.repeat import YEARS, Day, day_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["parse_duration", "parse_moment", "parse_time", "parse_time_range", "parse_zone"]

DURATION_MAX: Final = timedelta(days=3660)

_UNITS: Final[Mapping[str, timedelta]] = {
    name: unit
    for unit, names in {
        timedelta(weeks=1): "w week weeks minggu mgg pekan",
        timedelta(days=1): "d day days hari hr",
        timedelta(hours=1): "h hour hours hrs jam j",
        timedelta(minutes=1): "m min mins minute minutes menit mnt",
        timedelta(seconds=1): "s sec secs second seconds detik dtk",
    }.items()
    for name in names.split()
}
_NEXT_SMALLER: Final = {
    timedelta(days=1): timedelta(hours=1),
    timedelta(hours=1): timedelta(minutes=1),
    timedelta(minutes=1): timedelta(seconds=1),
}
_PART: Final = re.compile(r"(\d{1,8}(?:[.,]\d{1,3})?) ?([a-z]*)(?:[ ,]*(?:and|dan)? ?)", re.ASCII)

_TIME: Final = re.compile(r"(?:jam |pukul |at )?(\d{1,2})(?:[:.](\d\d)(?:[:.](\d\d))?)? ?(am|pm)?", re.ASCII)
_RANGE: Final = re.compile(r"(.+?) ?(?:-|–|—|\.\.| to | until | sampai | s/d | hingga ) ?(.+)")  # noqa: RUF001  # a dash as phones type it

DAY_NAMES: Final[Mapping[str, Day]] = {
    name: day
    for day, names in {
        Day.SUN: "sun sunday minggu min ahad",
        Day.MON: "mon monday senin sen",
        Day.TUE: "tue tues tuesday selasa sel",
        Day.WED: "wed wednesday rabu rab",
        Day.THU: "thu thur thurs thursday kamis kam",
        Day.FRI: "fri friday jumat jum'at jum",
        Day.SAT: "sat saturday sabtu sab",
    }.items()
    for name in names.split()
}
_DAYS_AHEAD: Final[Mapping[str, int]] = {
    name: days
    for days, names in enumerate(
        (("today", "hari ini", "tonight", "nanti malam", "nanti"), ("tomorrow", "besok"), ("lusa",))
    )
    for name in names
}
_DATE: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_ISO_T: Final = re.compile(r"(?<=\d)t(?=\d)")
_AHEAD: Final = re.compile(r"(?:\+ ?|in |dalam )(.+)|(.+) lagi")
_DAYS_LOOKED_AT: Final = 8


def parse_duration(param: str, text: str) -> timedelta:
    """Return a length: `90s`, `45m`, `6h`, `1d12h`, `11h30`, `1.5h`, `6 jam`, `1 jam 30 menit`; 1 s to ten years.

    A number without a unit at the end counts in the next smaller unit; a number alone is not guessed at.

    Raises:
        core.errors.InvalidValue: expected duration.
    """
    total, last = timedelta(), timedelta.max
    for number, unit in _parts(param, text):
        if not last > unit:
            raise _refuse(param, text, "duration")
        total, last = total + number * unit, unit
    if not timedelta(seconds=1) <= total <= DURATION_MAX:
        raise _refuse(param, text, "duration")
    return total


def _parts(param: str, text: str) -> Iterator[tuple[float, timedelta]]:
    typed, position = _plain(text), 0
    unit: timedelta | None = None
    while position < len(typed):
        part = _PART.match(typed, position)
        if part is None:
            raise _refuse(param, text, "duration")
        position = part.end()
        name = part[2]
        bare = not name and position == len(typed) and unit is not None
        unit = _NEXT_SMALLER.get(unit or timedelta()) if bare else _UNITS.get(name)
        if unit is None:
            raise _refuse(param, text, "duration")
        yield float(part[1].replace(",", ".")), unit


def parse_time(param: str, text: str) -> time:
    """Return a time of day: `18:00`, `18.00`, `6 pm`, `pukul 18`; `24:00` is midnight.

    Raises:
        core.errors.InvalidValue: expected time.
    """
    found = _find_time(_plain(text))
    if found is None:
        raise _refuse(param, text, "time")
    return found


def _find_time(typed: str) -> time | None:
    match = _TIME.fullmatch(typed)
    if match is None or (typed[0].isdigit() and match[2] is None and match[4] is None):
        return None  # `18` alone may be anything
    hour, minute, second = (int(part or 0) for part in match.group(1, 2, 3))
    if match[4] is not None:
        if not 1 <= hour <= 12:  # noqa: PLR2004  # the face of a clock
            return None
        hour = hour % 12 + (12 if match[4] == "pm" else 0)
    if (hour, minute, second) == (24, 0, 0):
        return time()
    try:
        return time(hour, minute, second)
    except ValueError:
        return None


def parse_time_range(param: str, text: str) -> tuple[time, time]:
    """Return a part of the day, past midnight too: `22:00-06:00`, `22.00 sampai 06.00`.

    Raises:
        core.errors.InvalidValue: expected time_range; no two times, or twice the same.
    """
    match = _RANGE.fullmatch(_plain(text))
    start, end = (_find_time(part.strip()) for part in match.groups()) if match else (None, None)
    if start is None or end is None or start == end:
        raise _refuse(param, text, "time_range")
    return start, end


def parse_moment(param: str, text: str, now: datetime, zone: tzinfo) -> datetime:
    """Return a moment to come, in UTC, of what the clock shows in `zone` or in a zone named behind it (`18:00 WIB`).

    `18:00` is the next one; `tomorrow 18:00`, `besok 18:00`, `friday 18:00`, `2026-12-01 18:00`, `+2h`, `2 jam lagi`.
    A time that daylight saving leaves out is the moment after the gap; of one that comes twice, the first to come.

    Raises:
        core.errors.InvalidValue: expected moment, or expected past where it is not to come.
    """
    rest, named = split_zone(text)
    typed, clock = _ISO_T.sub(" ", _plain(rest)), named or zone
    ahead = _AHEAD.fullmatch(typed)
    if ahead is not None:
        return now.astimezone(UTC) + parse_duration(param, ahead[1] or ahead[2])
    at, days = _read_moment(param, text, typed, to_local(now, clock).date())
    found = next((moment for day in days for moment in _instants(day, at, clock) if moment > now), None)
    if found is None:
        raise _refuse(param, text, "past")
    return found


def _read_moment(param: str, text: str, typed: str, today: date) -> tuple[time, list[date]]:
    """Return the time of day and the days that it may be on, the first that fits wins."""
    coming = [today + timedelta(days=n) for n in range(_DAYS_LOOKED_AT)]
    at = _find_time(typed)
    if at is not None:
        return at, coming
    for day_words, time_words in _splits(typed):
        at = _find_time(time_words)
        days = _find_days(day_words, coming)
        if at is not None and days:
            late = timedelta(days=1 if time_words.startswith(("24", "jam 24", "pukul 24", "at 24")) else 0)
            return at, [day + late for day in days]
    raise _refuse(param, text, "moment")


def _splits(typed: str) -> Iterator[tuple[str, str]]:
    """Yield each way to read it as a day and a time, in either order."""
    words = typed.split()
    for place in range(1, len(words)):
        before, behind = " ".join(words[:place]), " ".join(words[place:])
        yield before, behind
        yield behind, before


def _find_days(typed: str, coming: list[date]) -> list[date]:
    if typed in _DAYS_AHEAD:
        return [coming[_DAYS_AHEAD[typed]]]
    if typed in DAY_NAMES:
        return [day for day in coming if day_of(day) is DAY_NAMES[typed]]
    match = _DATE.fullmatch(typed)
    try:
        day = date(*map(int, match.groups())) if match else None
    except ValueError:
        return []
    return [day] if day is not None and day.year in YEARS else []


def _instants(day: date, at: time, clock: tzinfo) -> Iterator[datetime]:
    """Yield when it is that time on that day: twice in the hour that comes twice, never on a day that never came."""
    if has_day(day, clock):
        yield from (first_instant(datetime.combine(day, at.replace(fold=fold)), clock) for fold in (0, 1))


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _refuse(param: str, text: str, expected: str) -> InvalidValue:
    return InvalidValue(param, text[:64], expected)
