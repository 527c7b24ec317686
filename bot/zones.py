"""Time zones as people name them: WIB, jakarta, UTC+7, Asia/Jakarta; pure but for reading the list of zones once."""

from __future__ import annotations

import re
from collections import defaultdict
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from zoneinfo import available_timezones

from core.errors import InvalidValue, NotFound
from core.schedule.errors import UnknownZone
from core.schedule.local_time import load_zone

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

SHORT: Final[Mapping[str, str]] = {
    "wib": "Asia/Jakarta",
    "wita": "Asia/Makassar",
    "wit": "Asia/Jayapura",
    "utc": "UTC",
    "gmt": "UTC",
}
"""Names that may also stand behind a time: `18:00 WIB`."""

_NO_ZONES: Final = frozenset({"localtime", "Factory", "posixrules"})
_HOURS_AHEAD: Final = re.compile(r"(?:utc|gmt) ?([+-])(\d{1,2})(?::?00)?", re.ASCII)
_LONGEST: Final = 64
_NEAREST: Final = 3


def parse_zone(param: str, text: str) -> ZoneInfo:
    """Return the zone that is meant: an IANA name in any case, its city alone where that is unique, or a short form.

    `UTC+7` is seven hours ahead of UTC, as people mean it, though the zone of that is called `Etc/GMT-7`.

    Raises:
        core.errors.NotFound: kind zone, with the nearest names.
        core.errors.InvalidValue: expected zone; nothing is near.
    """
    typed = " ".join(text.split())
    name = _find_name(typed.casefold())
    if name is not None:
        return load_zone(name)
    near = suggest_zones(typed)
    if near:
        raise NotFound("zone", typed[:_LONGEST], near)
    raise InvalidValue(param, typed[:_LONGEST], "zone")


def _find_name(typed: str) -> str | None:
    known, cities = _zones()
    ahead = _HOURS_AHEAD.fullmatch(typed)
    if ahead is not None:
        sign, hours = ahead.groups()
        # Etc/GMT counts the other way round, as POSIX does: -7 is east.
        typed = f"etc/gmt{'-' if sign == '+' else '+'}{int(hours)}" if int(hours) else "utc"
    spelled = typed.replace(" ", "_")
    same_city = cities.get(spelled, ())
    return SHORT.get(typed) or known.get(spelled) or (same_city[0] if len(same_city) == 1 else None)


def suggest_zones(typed: str) -> tuple[str, ...]:
    """Return up to three IANA names that look like what was typed, the nearest first."""
    known, cities = _zones()
    spelled = typed.casefold().replace(" ", "_")[:_LONGEST]
    if spelled in cities:
        return cities[spelled][:_NEAREST]
    near = get_close_matches(spelled, [*known, *cities], n=2 * _NEAREST)
    names = [name for word in near for name in ((known[word],) if word in known else cities[word])]
    return tuple(dict.fromkeys(names))[:_NEAREST]


@lru_cache(maxsize=1)
def _zones() -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Return the zones by their name in small letters, and those of each city or island."""
    cities: defaultdict[str, list[str]] = defaultdict(list)
    names = [name for name in sorted(available_timezones() - _NO_ZONES) if _is_loadable(name)]
    for name in names:
        if "/" in name and not name.startswith("Etc/"):
            cities[name.rpartition("/")[2].casefold()].append(name)
    return {name.casefold(): name for name in names}, {city: tuple(same) for city, same in cities.items()}


def _is_loadable(name: str) -> bool:
    try:
        load_zone(name)
    except UnknownZone:
        return False
    return True


def split_zone(text: str) -> tuple[str, ZoneInfo | None]:
    """Return a time without the short zone name behind it, and that zone: `18:00 WIB`; None where there is none."""
    rest, _, last = text.strip().rpartition(" ")
    name = SHORT.get(last.casefold())
    return (rest.strip(), load_zone(name)) if rest and name is not None else (text.strip(), None)
