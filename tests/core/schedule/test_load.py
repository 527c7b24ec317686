"""Whether schedules would together break a limit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from core.schedule.load import first_excess
from core.schedule.plan import Plan
from core.schedule.repeat import DAILY, WEEKENDS

NOW = datetime(2026, 11, 23, 5, tzinfo=UTC)  # Monday noon in Jakarta
EVENING = Plan("1", DAILY, time(18), "Asia/Jakarta", timedelta(hours=5))
NIGHT = Plan("2", DAILY, time(22), "Asia/Jakarta", time(4))
WEEKEND = Plan("3", WEEKENDS, time(22, 30), "Asia/Jakarta", timedelta(hours=1))


def test_as_many_as_allowed() -> None:
    """As many schedules at once as are allowed are no reason to warn."""  # R4
    assert first_excess([EVENING, NIGHT], 2, NOW) is None


def test_first_time_that_it_is_too_many() -> None:
    """A third schedule at weekends is warned of for Saturday 22:30, naming all three."""  # R4
    found = first_excess([EVENING, NIGHT, WEEKEND], 2, NOW)

    assert found is not None
    assert found.at == datetime(2026, 11, 28, 15, 30, tzinfo=UTC)
    assert [plan.id for plan in found.plans] == ["1", "2", "3"]


def test_beyond_the_horizon() -> None:
    """What comes later than it is asked for is not told."""
    assert first_excess([EVENING, NIGHT, WEEKEND], 2, NOW, timedelta(days=3)) is None


def test_what_runs_now_counts_from_now() -> None:
    """Runs that are on air already count, from this moment."""  # R4
    late = datetime(2026, 11, 23, 15, 45, tzinfo=UTC)

    found = first_excess([EVENING, NIGHT], 1, late)

    assert found is not None
    assert found.at == late


def test_end_makes_room() -> None:
    """A run that ends as another begins does not count with it."""  # R4
    assert first_excess([EVENING, replace(NIGHT, start=time(23))], 1, NOW) is None
