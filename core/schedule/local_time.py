"""From a zone's wall clock to instants and back; all that daylight saving does to a schedule is decided here."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from core.schedule.errors import UnknownZone

_ZONE_NAME: Final = re.compile(r"(?!posix/|right/)[A-Za-z0-9_+-]{1,32}(/[A-Za-z0-9_+-]{1,32}){0,2}")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)


@lru_cache(maxsize=64)
def load_zone(name: str) -> ZoneInfo:
    """Return the IANA zone of exactly that name.

    `posix/` and `right/` are refused: the second counts leap seconds and would be half a minute off.

    Raises:
        UnknownZone: there is none.
    """
    if _ZONE_NAME.fullmatch(name) is None:
        raise UnknownZone(name[:64])
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise UnknownZone(name) from error


def to_local(instant: datetime, zone: tzinfo) -> datetime:
    """Return what the wall clock shows at an aware instant, naive; `fold` is 1 in the second pass of an hour."""
    return instant.astimezone(zone).replace(tzinfo=None)


def first_instant(wall: datetime, zone: tzinfo) -> datetime:
    """Return the first instant, in UTC, at which the wall clock shows `wall` or later.

    So a time in the spring gap is the moment after the gap, and one in the repeated hour is its first pass
    (its second, if `wall.fold` is 1). The result never goes back as `wall` goes on.
    """
    instant = wall.replace(tzinfo=zone).astimezone(UTC)
    if to_local(instant, zone) == wall:
        return instant
    return _gap_end(wall, zone)


def _gap_end(wall: datetime, zone: tzinfo) -> datetime:
    """Bisect to the second at which the clock jumps over `wall`; PEP 495's two readings of it lie on either side."""
    early, late = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (1, 0))
    before = (early - _EPOCH) // _SECOND
    after = -((_EPOCH - late) // _SECOND)
    while after - before > 1:
        middle = (before + after) // 2
        if to_local(_EPOCH + middle * _SECOND, zone) >= wall:
            after = middle
        else:
            before = middle
    return _EPOCH + after * _SECOND


def has_day(day: date, zone: tzinfo) -> bool:
    """Return whether that date dawned there: Apia had no 30 December 2011."""
    return to_local(first_instant(datetime.combine(day, time()), zone), zone).date() == day


def highest_shown(instant: datetime, zone: tzinfo) -> datetime:
    """Return a wall time that the clock has not passed yet by `instant`, though it may have been set back since."""
    wall = to_local(instant, zone)
    if not wall.fold:
        return wall
    first, second = (wall.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    return wall + (first - second)
