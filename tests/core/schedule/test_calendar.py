"""The rules of schedules against a calendar by brute force, over years of odd zones."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.schedule.overlap import overlaps
from core.schedule.plan import Occurrence, Plan, next_runs, occurrence_at, runs_after
from core.schedule.repeat import DAILY
from tests.core.schedule.brute_force import DAY, MINUTE, ZONES, Seen, watch
from tests.core.schedule.made_up import moments, plans, zones

if TYPE_CHECKING:
    from tests.core.schedule.made_up import MadeUp

SPAN = 3 * DAY
QUARTER = timedelta(minutes=15)
slow = settings(
    max_examples=settings().max_examples // 4,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def told(run: Occurrence) -> tuple[datetime, datetime | None, str]:
    """Return what a run says of itself, its wall time read from its key."""
    return run.start, run.end, run.key.split("@")[1].split("[")[0]


def noted(run: Seen) -> tuple[datetime, datetime | None, str]:
    """Return what the brute-force calendar says of a run."""
    return run.start, run.end, run.wall.isoformat()


def _shows(at: time, wall: datetime) -> bool:
    return wall.time() == at


@pytest.mark.parametrize("zone", ZONES)
def test_ten_years_of_daily_schedules(zone: str) -> None:
    """A daily schedule runs when the clock on the wall says so, on each of 3,652 days, in every zone."""
    begin, end = datetime(2011, 6, 1, tzinfo=UTC), datetime(2021, 6, 1, tzinfo=UTC)
    first, last = begin + 3 * DAY, end - 3 * DAY
    days: list[tuple[time, time | timedelta]] = [(time(2, 15), time(2, 30)), (time(0), timedelta(hours=30))]
    for start, length in days:
        plan = Plan("p", DAILY, start, zone, length)
        expected = watch(partial(_shows, start), length, zone, begin, end, QUARTER)

        runs = takewhile(lambda run: run.start < last, runs_after(plan, first - MINUTE))

        assert [told(run) for run in runs] == [noted(run) for run in expected if first <= run.start < last]


@slow
@given(st.data())
def test_next_runs_are_those_that_a_patient_watcher_sees(data: st.DataObject) -> None:
    """Whatever the repeat and the zone, runs begin and end when the clock on the wall says so."""
    zone = data.draw(zones())
    now = data.draw(moments(zone))
    made: MadeUp = data.draw(plans(zone, now))
    expected = made.seen(now + MINUTE, now + SPAN)

    runs = list(takewhile(lambda run: run.start < now + SPAN, runs_after(made.plan, now)))

    assert [told(run) for run in runs] == [noted(run) for run in expected]
    assert next_runs(made.plan, now, 3)[: len(expected)] == runs[:3]


@slow
@given(st.data())
def test_the_run_of_a_moment_is_the_one_that_a_watcher_would_name(data: st.DataObject) -> None:
    """At any moment, the run that could be on air is the one that began last and is not over."""
    zone = data.draw(zones())
    now = data.draw(moments(zone))
    made = data.draw(plans(zone, now)).since(now - SPAN)
    on_air = [run for run in made.seen(now - SPAN, now + MINUTE) if run.lapses is None or run.lapses > now]

    found = occurrence_at(made.plan, now)

    assert ([told(found)] if found else []) == [noted(run) for run in on_air]


@slow
@given(st.data())
def test_two_schedules_overlap_where_a_watcher_sees_both_on_air(data: st.DataObject) -> None:
    """Overlaps are found at the very minute at which both would first run, and nowhere else."""  # R9
    zone, other = data.draw(zones()), data.draw(zones())
    now = data.draw(moments(zone))
    a = data.draw(plans(zone, now)).since(now - SPAN)
    b = data.draw(plans(other, now)).since(now - SPAN)
    both = _minutes_on_air(a, now) & _minutes_on_air(b, now)

    found = overlaps(a.plan, b.plan, now, SPAN)
    mirrored = overlaps(b.plan, a.plan, now, SPAN)

    assert (mirrored and mirrored.start) == (found and found.start)
    if found is not None and found.start >= now + SPAN:  # where one begins late, it is looked for beyond the watcher
        found = None
    assert (found and found.start) == (now + min(both) * MINUTE if both else None)
    if found is not None:
        assert found.first == occurrence_at(a.plan, found.start)
        assert found.second == occurrence_at(b.plan, found.start)
        ends = [run.lapses_at for run in (found.first, found.second) if run.lapses_at is not None]
        assert found.end == (min(ends) if ends else None)


def _minutes_on_air(made: MadeUp, now: datetime) -> set[int]:
    """Return the minutes from `now` on, within `SPAN`, in which it runs."""
    minutes: set[int] = set()
    for run in made.seen(now - SPAN, now + SPAN + DAY):
        lapses = min(run.lapses or now + SPAN, now + SPAN)
        minutes.update(range(max(0, (run.start - now) // MINUTE), (lapses - now) // MINUTE))
    return minutes


@slow
@given(st.data())
def test_a_run_has_one_key_however_it_is_come_upon(data: st.DataObject) -> None:
    """Keys are unique within a plan, and the same whether a run is looked at from before or from within."""
    zone = data.draw(zones())
    now = data.draw(moments(zone))
    made: MadeUp = data.draw(plans(zone, now))
    runs = list(takewhile(lambda run: run.start < now + SPAN, runs_after(made.plan, now)))[:200]

    assert len({run.key for run in runs}) == len(runs)
    assert all(occurrence_at(made.plan, run.start) == run for run in runs)
