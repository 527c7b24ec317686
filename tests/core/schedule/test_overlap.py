"""Whether two schedules would be on air together, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from core.schedule.overlap import Overlap, overlaps, overlaps_itself
from core.schedule.plan import Plan
from core.schedule.repeat import DAILY, WEEKDAYS, WEEKENDS, Cron, Day, Days, Once

NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)  # Sunday noon in Jakarta
LOFI = Plan("1", DAILY, time(18), "Asia/Jakarta", timedelta(hours=5))
JAKARTA_18 = datetime(2026, 11, 22, 11, tzinfo=UTC)


def hours(found: Overlap | None) -> tuple[float, float | None]:
    """Return an overlap in hours from 18:00 in Jakarta tonight."""
    assert found is not None
    start, end = ((moment - JAKARTA_18) / timedelta(hours=1) if moment else None for moment in (found.start, found.end))
    assert start is not None
    return start, end


def test_overlap_is_named_with_its_first_time() -> None:
    """'daily 17:00-20:00' is in the way of 'daily 18:00-23:00', tonight from 18:00 to 20:00."""  # R9
    evening = Plan("2", DAILY, time(17), "Asia/Jakarta", timedelta(hours=3))

    found = overlaps(LOFI, evening, NOW)

    assert hours(found) == (0, 2)
    assert found is not None
    assert found.first.key.startswith("1@")
    assert found.second.key.startswith("2@")


def test_one_after_the_other() -> None:
    """A schedule that begins as another ends is not in its way."""  # R9
    assert overlaps(LOFI, replace(LOFI, start=time(23)), NOW) is None
    assert overlaps(LOFI, replace(LOFI, start=time(13)), NOW) is None


def test_night_before_counts() -> None:
    """A run past midnight is in the way of the next morning's."""  # R9
    night = replace(LOFI, repeat=WEEKENDS, length=time(8))
    morning = replace(LOFI, repeat=Days(frozenset({Day.MON})), start=time(7), length=timedelta(hours=2))

    assert hours(overlaps(night, morning, NOW)) == (13, 14)


def test_different_days_never_meet() -> None:
    """The same hours on other days of the week are free."""  # R9
    assert overlaps(replace(LOFI, repeat=WEEKDAYS), replace(LOFI, repeat=WEEKENDS), NOW) is None


def test_run_without_an_end_is_in_the_way_of_everything_after_it() -> None:
    """A run that nobody will stop overlaps whatever comes, however late."""  # R9
    endless = replace(LOFI, repeat=Once(), start=datetime(2026, 11, 22, 18), length=None)  # noqa: DTZ001  # wall time
    later = replace(LOFI, repeat=Once(), start=datetime(2027, 6, 1, 18), length=None)  # noqa: DTZ001  # wall time

    found = overlaps(endless, later, NOW)

    assert found is not None
    assert (found.start, found.end) == (datetime(2027, 6, 1, 11, tzinfo=UTC), None)
    assert overlaps(endless, LOFI, NOW) is not None


def test_meeting_only_after_a_change_of_clocks() -> None:
    """Two zones that keep apart in winter and meet in summer are found in winter."""  # R9
    jakarta = replace(LOFI, length=timedelta(hours=1))  # 11:00 to 12:00 UTC all year
    london = Plan("2", DAILY, time(12), "Europe/London", timedelta(hours=1))  # 11:00 UTC in summer, 12:00 in winter

    found = overlaps(jakarta, london, NOW)

    assert found is not None
    assert found.start == datetime(2027, 3, 28, 11, tzinfo=UTC)


def test_plans_that_begin_years_ahead() -> None:
    """Single runs at the same hour of the year after next are in each other's way, and in a daily one's."""  # R9
    far = replace(LOFI, repeat=Once(), start=datetime(2028, 3, 1, 18), length=timedelta(hours=1))  # noqa: DTZ001  # wall time
    late = replace(far, start=datetime(2028, 3, 1, 18, 30))  # noqa: DTZ001  # wall time

    for first, second in ((far, late), (late, far), (LOFI, late), (late, LOFI)):
        found = overlaps(first, second, NOW)
        assert found is not None
        assert found.start == datetime(2028, 3, 1, 11, 30, tzinfo=UTC)
    assert overlaps(far, replace(far, start=datetime(2029, 3, 1, 18)), NOW) is None  # noqa: DTZ001  # wall time


def test_present_run_counts() -> None:
    """A run that is on air now is in the way from now on."""  # R9
    during = JAKARTA_18 + timedelta(hours=1)
    short = replace(LOFI, repeat=Once(), start=datetime(2026, 11, 22, 17), length=timedelta(hours=9))  # noqa: DTZ001  # wall time

    assert hours(overlaps(LOFI, short, during)) == (1, 5)


def test_two_that_are_over() -> None:
    """Single runs of which nothing is to come any more are in nobody's way, not each other's either."""  # R9
    over = replace(LOFI, repeat=Once(), start=datetime(2026, 11, 21, 18))  # noqa: DTZ001  # wall time

    for first, second in ((over, over), (over, LOFI), (LOFI, over)):
        assert overlaps(first, second, NOW) is None


def test_frequent_and_rare() -> None:
    """A schedule every five minutes and one on 29 February are compared without walking through the years."""
    often = Plan("2", Cron("*/5 * * * *"), None, "UTC", timedelta(minutes=1))
    rare = Plan("3", Cron("2 0 29 2 *"), None, "UTC", timedelta(minutes=2))
    meeting = replace(rare, length=timedelta(minutes=4))

    assert overlaps(often, rare, NOW, timedelta(days=3660)) is None
    found = overlaps(often, meeting, NOW, timedelta(days=3660))
    assert found is not None
    assert found.start == datetime(2028, 2, 29, 0, 5, tzinfo=UTC)


def test_schedule_in_its_own_way() -> None:
    """'daily for=30h' would have to run twice at once; 'daily for=24h' is right on the short day too."""  # R9
    day = replace(LOFI, zone="Europe/London", length=timedelta(hours=24))

    assert overlaps_itself(day, NOW) is None
    assert overlaps_itself(replace(day, length=None), NOW) is None
    found = overlaps_itself(replace(LOFI, length=timedelta(hours=30)), NOW)
    assert hours(found) == (24, 30)


@pytest.mark.parametrize(
    ("length", "in_the_way"),
    [(timedelta(hours=6), False), (timedelta(hours=7), True), (time(5), True), (time(6), True), (time(0, 30), True)],
)
def test_cron_in_its_own_way(length: timedelta | time, in_the_way: bool) -> None:
    """A schedule every six hours may last six; `until=` one time of day does not suit four starts."""  # R9
    plan = Plan("1", Cron("0 */6 * * *"), None, "Asia/Jakarta", length)

    assert (overlaps_itself(plan, NOW) is not None) is in_the_way


def test_single_run_is_never_in_its_own_way() -> None:
    """A single run of days is fine."""
    plan = replace(LOFI, repeat=Once(), start=datetime(2026, 12, 1, 18), length=timedelta(days=9))  # noqa: DTZ001  # wall time

    assert overlaps_itself(plan, NOW) is None
