"""A calendar by brute force: it sits before the clock on the wall and writes down, step by step, what passes.

It shares no code and no idea with `core.schedule`: the one thing that it asks of a zone is what the clock shows now.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Callable

ZONES = (
    "Africa/Casablanca",  # an hour back for each Ramadan
    "America/Caracas",  # half an hour forth, for good, in 2016
    "America/New_York",
    "America/Nuuk",  # the gap is late on Saturday evening
    "America/Sao_Paulo",  # the gap was at midnight
    "Antarctica/Troll",  # two hours forth and back
    "Asia/Jakarta",
    "Asia/Kathmandu",  # +5:45
    "Asia/Pyongyang",  # half an hour back in 2015, forth in 2018
    "Asia/Tehran",  # midnight, by another calendar
    "Atlantic/Azores",
    "Australia/Lord_Howe",  # half an hour forth and back
    "Europe/London",
    "Pacific/Apia",  # had no 30 December 2011
    "Pacific/Chatham",  # +12:45
)

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Seen:
    """A run as it was seen to pass. `lapses` is its end or, where it has none, the next one's start."""

    start: datetime
    end: datetime | None
    wall: datetime
    lapses: datetime | None


def watch(
    matches: Callable[[datetime], bool],
    length: timedelta | time | None,
    zone: str,
    begin: datetime,
    end: datetime,
    step: timedelta = MINUTE,
    *,
    lost_dates: bool = False,
) -> list[Seen]:
    """Return the runs that begin in `begin..end`; whatever happens less than two days from either is not complete.

    `lost_dates`: a date that the zone left out counts, as for a single run; a repeated one has none that day.
    """
    passing = _passing(zone, begin, end, step)
    dawned = None if lost_dates else {shown.date() for _, shown in passing}
    runs: list[Seen] = []
    waiting: list[tuple[int, datetime]] = []  # place in runs, the wall time that its end waits for
    highest = passing[0][1]
    for now, shown in passing:
        if shown <= highest:
            continue
        for place, wall_end in waiting:
            if shown >= wall_end:
                runs[place] = replace(runs[place], end=now)
        waiting = [(place, wall_end) for place, wall_end in waiting if shown < wall_end]
        wall = _first_match(matches, highest, shown, step, dawned)
        highest = shown
        if wall is None:
            continue
        runs.append(Seen(now, now + length if isinstance(length, timedelta) else None, wall, None))
        if isinstance(length, time):
            wall_end = _next_showing(length, wall, step)
            if shown >= wall_end:
                runs[-1] = replace(runs[-1], end=now + (wall_end - wall))
            else:
                waiting.append((len(runs) - 1, wall_end))
    return _cut(runs)


@lru_cache(maxsize=2)
def _passing(zone: str, begin: datetime, end: datetime, step: timedelta) -> list[tuple[datetime, datetime]]:
    clock = ZoneInfo(zone)
    count = (end - begin) // step
    moments = [begin + step * n for n in range(count)]
    return [(now, now.astimezone(clock).replace(tzinfo=None, fold=0)) for now in moments]


def _first_match(
    matches: Callable[[datetime], bool],
    highest: datetime,
    shown: datetime,
    step: timedelta,
    dawned: set[date] | None,
) -> datetime | None:
    wall = shown if shown - highest == step else highest + step  # the same, sooner
    while wall <= shown:
        if matches(wall) and (dawned is None or wall.date() in dawned):
            return wall
        wall += step
    return None


def _next_showing(wanted: time, wall: datetime, step: timedelta) -> datetime:
    wall += step
    while wall.time() != wanted:
        wall += step
    return wall


def _cut(runs: list[Seen]) -> list[Seen]:
    cut = []
    for place, run in enumerate(runs):
        following = runs[place + 1].start if place + 1 < len(runs) else None
        ends = [moment for moment in (run.end, following) if moment is not None]
        end = None if run.end is None else min(ends)
        cut.append(replace(run, end=end, lapses=end or following))
    return cut


@lru_cache(maxsize=32)
def changes(zone: str, first_year: int, last_year: int) -> list[datetime]:
    """Return the midnights (UTC) before each change of the zone's offset."""
    clock = ZoneInfo(zone)
    moment, found = datetime(first_year, 1, 1, tzinfo=UTC), []
    while moment.year <= last_year:
        if moment.astimezone(clock).utcoffset() != (moment + DAY).astimezone(clock).utcoffset():
            found.append(moment)
        moment += DAY
    return found
