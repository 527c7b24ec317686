"""Cron expressions over a wall clock that never jumps: checking them and walking them; zones are no matter here.

`cronsim` does both as Debian's cron does: Sunday is 0 or 7, and where day of the month and day of the week are both
restricted, either is enough. It is given naive times only, for its own idea of daylight saving is not ours.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from cronsim import CronSim, CronSimError

from core.schedule.errors import CronFieldCount, CronFieldInvalid, CronNeverRuns

if TYPE_CHECKING:
    from collections.abc import Iterator

FIELDS: Final = {
    "minute": "0-59",
    "hour": "0-23",
    "day-of-month": "1-31, L",
    "month": "1-12, jan-dec",
    "day-of-week": "0-7, sun-sat (0 and 7: Sunday)",
}
EXPRESSION_MAX: Final = 120
"""Characters; the longest that anyone needs is half of that."""

_NUMBERS: Final = {
    name: str(number)
    for names, first in (("jan feb mar apr may jun jul aug sep oct nov dec", 1), ("sun mon tue wed thu fri sat", 0))
    for number, name in enumerate(names.split(), first)
}
_STEPPED_RANGE: Final = re.compile(r"(\w+)-(\w+)/\d+")
_ANY_MONDAY: Final = datetime(2001, 1, 1)  # noqa: DTZ001  # a wall clock's time, of no zone


def check(expression: str) -> None:
    """Refuse what is no cron expression, or one that no date fits.

    Raises:
        CronFieldCount: not five fields.
        CronFieldInvalid: a field that holds what it may not.
        CronNeverRuns: such as 30 February.
    """
    fields = expression.split()
    if len(fields) != len(FIELDS) or len(expression) > EXPRESSION_MAX:
        raise CronFieldCount(expression[:EXPRESSION_MAX], len(fields))
    for position, name in enumerate(FIELDS):
        alone = ["*"] * len(FIELDS)
        alone[position] = fields[position]
        if not fields[position].isascii() or not _is_readable(alone):
            raise CronFieldInvalid(name, fields[position], FIELDS[name])
    if not _is_readable(fields) or next(walls_after(expression, _ANY_MONDAY), None) is None:
        raise CronNeverRuns(expression)


def _is_readable(fields: list[str]) -> bool:
    try:
        _walker(" ".join(fields), _ANY_MONDAY)
    except CronSimError:
        return False
    return True


def _walker(expression: str, wall: datetime, *, back: bool = False) -> CronSim:
    """Start a walk; cronsim 2.8 takes `5-5/2` for `5/2`, which is `5-59/2`, so such a range goes in as its number."""
    return CronSim(_STEPPED_RANGE.sub(_unless_single, expression), wall, reverse=back)


def _unless_single(term: re.Match[str]) -> str:
    first, last = (_NUMBERS.get(word.lower(), word.lstrip("0")) for word in term.group(1, 2))
    return term[1] if first == last else term[0]


def walls_after(expression: str, wall: datetime) -> Iterator[datetime]:
    """Yield the matching wall times after `wall`, ascending; ends after 50 years without one."""
    return iter(_walker(expression, wall))


def walls_until(expression: str, wall: datetime) -> Iterator[datetime]:
    """Yield the matching wall times up to and with `wall`, descending; ends after 50 years without one."""
    return iter(_walker(expression, wall.replace(microsecond=0) + timedelta(seconds=1), back=True))
