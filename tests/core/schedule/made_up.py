"""Plans that hypothesis makes up, each with the question 'does it start when the wall clock shows this?'."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from core.schedule.plan import Plan
from core.schedule.repeat import Cron, Day, Days, Once
from tests.core.schedule.brute_force import DAY, ZONES, Seen, changes, watch

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class MadeUp:
    """A plan and the same thing said in another way."""

    plan: Plan
    matches: Callable[[datetime], bool]

    def since(self, moment: datetime) -> MadeUp:
        """Return the same as if it had been made at that moment."""
        return replace(self, plan=replace(self.plan, since=moment))

    def seen(self, begin: datetime, end: datetime) -> list[Seen]:
        """Return its runs as the brute-force calendar sees them, with two days to spare on either side."""
        single = isinstance(self.plan.repeat, Once)
        plan, around = self.plan, (begin - 2 * DAY, end + 2 * DAY)
        runs = watch(self.matches, plan.length, plan.zone, *around, lost_dates=single)
        return [run for run in runs if begin <= run.start < end]


def times_of_day(minutes: int = 1) -> st.SearchStrategy[time]:
    """Draw times of day, whole multiples of so many minutes; mostly by night, when clocks are changed."""
    nightly = st.integers(0, 4 * 60 // minutes)
    any_time = st.integers(0, (24 * 60 - 1) // minutes)
    return st.one_of(nightly, any_time).map(lambda n: time(n * minutes // 60, n * minutes % 60))


def lengths(minutes: int = 1) -> st.SearchStrategy[timedelta | time | None]:
    """Draw `for=`, `until=` and neither; 40 hours at most."""
    elapsed = st.integers(1, 40 * 60 // minutes).map(lambda n: timedelta(minutes=n * minutes))
    return st.one_of(st.none(), elapsed, times_of_day(minutes))


_MOSTLY: Final = st.integers(0, 4).map(bool)


@st.composite
def moments(draw: st.DrawFn, zone: str) -> datetime:
    """Draw a moment between 2011 and 2035, mostly within two days of a change of the zone's offset."""
    known = changes(zone, 2011, 2035)
    near_one = draw(_MOSTLY)
    if known and near_one:
        start = draw(st.sampled_from(known)) - 2 * DAY
    else:
        start = datetime(2011, 1, 10, tzinfo=UTC) + DAY * draw(st.integers(0, 24 * 365))
    return start + timedelta(minutes=draw(st.integers(0, 2 * 24 * 60)))


def zones() -> st.SearchStrategy[str]:
    """Draw one of the odd zones."""
    return st.sampled_from(ZONES)


@st.composite
def daily_plans(draw: st.DrawFn, zone: str) -> MadeUp:
    """Draw a plan for some days of the week."""
    days = draw(st.frozensets(st.sampled_from(Day), min_size=1))
    start = draw(times_of_day())
    numbers = {int(day) for day in days}
    plan = Plan("days", Days(days), start, zone, draw(lengths()))
    return MadeUp(plan, lambda wall: wall.time() == start and (wall.weekday() + 1) % 7 in numbers)


@st.composite
def single_plans(draw: st.DrawFn, zone: str, near: datetime) -> MadeUp:
    """Draw a plan for one run within five days of `near`."""
    start = near.replace(tzinfo=None) + timedelta(minutes=draw(st.integers(-5 * 1440, 5 * 1440)))
    plan = Plan("once", Once(), start, zone, draw(lengths()))
    return MadeUp(plan, lambda wall: wall == start)


@st.composite
def _fields(draw: st.DrawFn, low: int, high: int) -> tuple[str, set[int]]:
    everything = set(range(low, high + 1))
    values = st.integers(low, high)
    kind = draw(st.sampled_from(["star", "star step", "list", "range", "range step"]))
    first, last = sorted((draw(values), draw(values)))
    step = draw(st.integers(1, 20))
    many = draw(st.sets(values, min_size=1, max_size=3))
    return {
        "star": ("*", everything),
        "star step": (f"*/{step}", {n for n in everything if (n - low) % step == 0}),
        "list": (",".join(map(str, sorted(many))), many),
        "range": (f"{first}-{last}", set(range(first, last + 1))),
        "range step": (f"{first}-{last}/{step}", set(range(first, last + 1, step))),
    }[kind]


@st.composite
def cron_plans(draw: st.DrawFn, zone: str) -> MadeUp:
    """Draw a plan by a cron expression, with its own reading of the five fields."""
    minute, minutes = draw(_fields(0, 59))
    hour, hours = draw(_fields(0, 23))
    day, days = draw(_fields(1, 31))
    week, week_days = draw(_fields(0, 6))
    either = not day.startswith("*") and not week.startswith("*")

    def matches(wall: datetime) -> bool:
        if wall.minute not in minutes or wall.hour not in hours:
            return False
        by_day, by_week = wall.day in days, (wall.weekday() + 1) % 7 in week_days
        return (by_day or by_week) if either else (by_day and by_week)

    expression = f"{minute} {hour} {day} * {week}"
    return MadeUp(Plan("cron", Cron(expression), None, zone, draw(lengths())), matches)


def plans(zone: str, near: datetime) -> st.SearchStrategy[MadeUp]:
    """Draw a plan of any kind."""
    return st.one_of(daily_plans(zone), single_plans(zone, near), cron_plans(zone))
