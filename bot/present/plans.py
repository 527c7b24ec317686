"""When a schedule runs, in words: a plan, its next runs, what is in its way; pure, times are given."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from bot.i18n import Words
from core.schedule.plan import nominal_end
from core.schedule.repeat import DAILY, WEEKDAYS, WEEKENDS, Cron, Days, Once

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.schedule.plan import Occurrence, Plan
    from core.schedule.repeat import Day

SHORT: Final = timedelta(days=1)
"""A run of less is told by its end, a longer one by its length."""

_ANY_DAY: Final = date(2001, 1, 1)


def tell_plan(plan: Plan, t: Words) -> str:
    """Return when it runs, by the clock of its own zone: `every day 18:00-23:00 Jakarta`."""
    return t("plan.in_zone", when=f"{_tell_days(plan, t)} {_tell_times(plan, t)}".strip(), zone=tell_zone(plan.zone))


def tell_zone(zone: str) -> str:
    """Return a zone as people say it: its city."""
    return zone.rpartition("/")[2].replace("_", " ")


def _tell_days(plan: Plan, t: Words) -> str:
    match plan.repeat, plan.start:
        case Once(), datetime() as start:
            return Words(t.language).day(start.replace(tzinfo=UTC))
        case Cron(expression), _:
            return t("plan.cron", expression=expression)
        case Days(days), _ if plan.repeat in {DAILY, WEEKDAYS, WEEKENDS}:
            return t({DAILY: "plan.daily", WEEKDAYS: "plan.weekdays", WEEKENDS: "plan.weekends"}[plan.repeat])
        case Days(days), _:
            return t.listing(tuple(_tell_day(day, t) for day in sorted(days, key=_from_monday)), 7)
    return ""


def _from_monday(day: Day) -> int:
    return (day - 1) % 7


def _tell_day(day: Day, t: Words) -> str:
    return t(f"weekday.{_from_monday(day)}")


def _tell_times(plan: Plan, t: Words) -> str:
    if plan.start is None:
        return _tell_length(plan, t)
    start = plan.start if isinstance(plan.start, datetime) else datetime.combine(_ANY_DAY, plan.start)
    end = nominal_end(plan.length, start)
    if end is not None and end - start < SHORT:
        return f"{_clock(start, t)}-{_clock(end, t)}"
    return f"{_clock(start, t)}, {_tell_length(plan, t)}"


def _tell_length(plan: Plan, t: Words) -> str:
    if plan.length is None:
        return t("wizard.no_end")
    if isinstance(plan.length, time):
        return t("wizard.until", at=_clock(datetime.combine(_ANY_DAY, plan.length), t))
    return t.length(plan.length.total_seconds())


def _clock(wall: datetime, t: Words) -> str:
    return Words(t.language).clock(wall.replace(tzinfo=UTC))


def tell_moment(moment: datetime, t: Words, now: datetime) -> str:
    """Return a moment in the reader's zone: `today 18:00`, `Mon 23 Nov 18:00`."""
    today = moment.astimezone(t.zone).date() == now.astimezone(t.zone).date()
    return t("plan.today", at=t.clock(moment)) if today else t.moment(moment, now)


def tell_runs(runs: Sequence[Occurrence], t: Words, now: datetime) -> str:
    """Return when the next runs begin, in the reader's zone; where all begin at the same hour it is said once."""
    first = runs[0].start
    left = t("plan.left", left=t.length((first - now).total_seconds()))
    told = [f"{tell_moment(first, t, now)} {left}"]
    locals_ = [run.start.astimezone(t.zone) for run in runs]
    alike = len({(local.hour, local.minute) for local in locals_}) == 1
    told += [t.day(run.start, now) if alike else t.moment(run.start, now) for run in runs[1:]]
    return ", ".join(told)
