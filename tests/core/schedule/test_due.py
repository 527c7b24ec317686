"""What a schedule calls for, whatever becomes of the service, the clock and the limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from core.schedule.due import MISSED_MAX, ON_TIME, Due, Mark, due
from core.schedule.plan import IfMissed, Occurrence, Plan, next_runs, occurrence_at
from core.schedule.repeat import DAILY, Cron, Once

LATE = Plan("7", DAILY, time(18), "Asia/Jakarta", timedelta(hours=5), since=datetime(2026, 11, 1, tzinfo=UTC))
SKIP = replace(LATE, missed=IfMissed.SKIP)
SIX = datetime(2026, 11, 22, 11, tzinfo=UTC)  # 18:00 in Jakarta
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def run_of(plan: Plan, start: datetime = SIX) -> Occurrence:
    """Return the run that begins at `start`."""
    run = occurrence_at(plan, start)
    assert run is not None
    assert run.start == start
    return run


def key_of(plan: Plan, start: datetime = SIX) -> str:
    """Return the key of the run that begins at `start`."""
    return run_of(plan, start).key


def started(answer: Due) -> tuple[Occurrence, timedelta] | None:
    """Return what is to be started, and how late."""
    return (answer.start.occurrence, answer.start.late_by) if answer.start else None


def test_on_the_second() -> None:
    """At 18:00 the run starts, not late, and until 23:00."""
    answer = due(LATE, SIX, {}, SIX - HOUR)

    assert started(answer) == (run_of(LATE), timedelta(0))
    assert answer.missed == ()
    assert answer.wake_at == SIX + 5 * HOUR


def test_before_the_second() -> None:
    """A second before nothing is called for but to wake at 18:00."""
    answer = due(LATE, SIX - timedelta(seconds=1), {}, SIX - HOUR)

    assert answer == Due(wake_at=SIX)


def test_never_a_second_time() -> None:
    """Once its mark is stored a run is not started again, whatever crashed in between."""
    marks = {key_of(LATE): Mark.RAN}

    answer = due(LATE, SIX + timedelta(seconds=5), marks, SIX - HOUR)

    assert answer.start is None
    assert answer.missed == ()


def test_stopped_by_hand_stays_stopped_until_the_next_run() -> None:
    """A stop by hand ends that run only: not again inside its window, and tomorrow as usual."""
    marks = {key_of(LATE): Mark.STOPPED}

    assert due(LATE, SIX + HOUR, marks, SIX) == Due(wake_at=SIX + 5 * HOUR)
    assert due(LATE, SIX + 6 * HOUR, marks, SIX).missed == ()
    assert started(due(LATE, SIX + DAY, marks, SIX)) == (run_of(LATE, SIX + DAY), timedelta(0))


def test_service_was_down_at_the_start() -> None:
    """Back within the window, the run starts late, for the rest of its window."""
    answer = due(LATE, SIX + 2 * HOUR, {}, SIX - HOUR)

    assert started(answer) == (run_of(LATE), 2 * HOUR)
    assert answer.start is not None
    assert answer.start.occurrence.end == SIX + 5 * HOUR


def test_service_was_down_and_the_schedule_says_skip() -> None:
    """With `missed=skip` it does not start late; the miss is told at once, and only once."""
    back = SIX + 2 * HOUR

    answer = due(SKIP, back, {}, SIX - HOUR)

    assert answer.start is None
    assert answer.missed == (run_of(SKIP),)
    marks = {key_of(SKIP): Mark.MISSED}
    assert due(SKIP, back + HOUR, marks, back) == Due(wake_at=SIX + 5 * HOUR)
    assert due(SKIP, back + 6 * HOUR, marks, back + HOUR).missed == ()


def test_skip_forgives_a_blocked_loop() -> None:
    """A loop that was blocked for a minute has not missed a run."""
    assert started(due(SKIP, SIX + timedelta(minutes=1), {}, SIX - HOUR)) == (run_of(SKIP), timedelta(minutes=1))
    assert due(SKIP, SIX + ON_TIME + timedelta(seconds=1), {}, SIX - HOUR).start is None


@pytest.mark.parametrize("plan", [LATE, SKIP], ids=["late", "skip"])
def test_start_that_was_refused_is_tried_again(plan: Plan) -> None:
    """A run that a limit kept from starting is tried within its window, and told as missed when that is over."""
    tries = [due(plan, SIX + n * HOUR / 2, {}, SIX + (n - 1) * HOUR / 2) for n in range(1, 10)]

    assert all(started(answer) is not None for answer in tries)
    assert [answer.missed for answer in tries] == [()] * 9
    assert due(plan, SIX + 5 * HOUR, {}, SIX + 4 * HOUR).missed == (run_of(plan),)
    assert due(plan, SIX + 5 * HOUR, {}, SIX + 4 * HOUR).start is None


@pytest.mark.parametrize("plan", [LATE, SKIP], ids=["late", "skip"])
def test_service_was_down_for_days(plan: Plan) -> None:
    """Runs whose window passed while the service was down are told, the oldest first, each once."""
    back = SIX + 3 * DAY - HOUR
    missed = tuple(run_of(plan, SIX + n * DAY) for n in range(3))

    answer = due(plan, back, {}, SIX - HOUR)

    assert answer == Due(missed=missed, wake_at=SIX + 3 * DAY)
    assert due(plan, back, {run.key: Mark.MISSED for run in missed}, SIX - HOUR).missed == ()
    assert due(plan, back + timedelta(minutes=1), {}, back).missed == ()


def test_service_was_down_for_a_year() -> None:
    """After a long time away the latest misses are listed, and that there were more."""
    answer = due(LATE, SIX + 365 * DAY - HOUR, {}, SIX)

    assert len(answer.missed) == MISSED_MAX
    assert answer.missed[-1] == run_of(LATE, SIX + 364 * DAY)
    assert answer.missed_before


def test_single_run_that_was_missed() -> None:
    """A single run whose window passed is told as missed and does not wait for ever."""
    plan = replace(LATE, repeat=Once(), start=datetime(2026, 11, 22, 18))  # noqa: DTZ001  # wall time

    answer = due(plan, SIX + 6 * HOUR, {}, SIX - HOUR)

    assert answer == Due(missed=(run_of(plan),), wake_at=None)


def test_paused() -> None:
    """A paused schedule calls for nothing and misses nothing."""
    assert due(replace(LATE, paused=True), SIX, {}, SIX - 9 * DAY) == Due()


def test_resumed_within_its_window() -> None:
    """Resumed at seven, it next runs tomorrow at six, and what it slept through was not missed."""
    resumed = replace(LATE, since=SIX + HOUR)

    answer = due(resumed, SIX + HOUR, {}, SIX - 9 * DAY)

    assert answer == Due(wake_at=SIX + DAY)


def test_asked_for_the_first_time() -> None:
    """A schedule that was made while the service was down starts late too; one with skip does not."""
    assert started(due(LATE, SIX + HOUR, {}, None)) == (run_of(LATE), HOUR)
    assert due(SKIP, SIX + HOUR, {}, None).start is None
    assert due(replace(LATE, since=None), SIX - HOUR, {}, None) == Due(wake_at=SIX)


def test_run_without_an_end_starts_late_until_the_next() -> None:
    """A run without an end is started whenever the service comes back before the next one."""
    plan = replace(LATE, length=None)

    answer = due(plan, SIX + 20 * HOUR, {}, SIX - HOUR)

    assert started(answer) == (run_of(plan), 20 * HOUR)
    assert answer.wake_at == SIX + DAY


def test_clock_set_back_after_the_start() -> None:
    """A clock that shows 17:30 again does not make the run start twice at its second 18:00."""
    marks = {key_of(LATE): Mark.RAN}

    assert due(LATE, SIX - HOUR / 2, marks, SIX + HOUR) == Due(wake_at=SIX)
    assert due(LATE, SIX, marks, SIX - HOUR / 2).start is None


@pytest.mark.parametrize("plan", [LATE, SKIP], ids=["late", "skip"])
def test_clock_that_went_ahead_and_came_back(plan: Plan) -> None:
    """A miss that a wrong clock made up does not keep the run from starting in its time."""
    wrong = due(plan, SIX + 6 * HOUR, {}, SIX - HOUR)
    assert wrong.missed == (run_of(plan),)
    marks = {run.key: Mark.MISSED for run in wrong.missed}

    assert due(plan, SIX - HOUR / 2, marks, SIX + 6 * HOUR).start is None
    assert started(due(plan, SIX, marks, SIX - HOUR / 2)) == (run_of(plan), timedelta(0))


def test_clock_that_was_years_ahead() -> None:
    """A last look that lies in the future hides no run and no miss once it is set right."""
    assert started(due(LATE, SIX, {}, SIX + 3650 * DAY)) == (run_of(LATE), timedelta(0))


def test_clock_set_ahead_past_a_frequent_schedule() -> None:
    """A leap over a year of runs every minute is answered from its end, not by counting half a million."""
    often = replace(LATE, repeat=Cron("* * * * *"), start=None, length=timedelta(seconds=30))

    answer = due(often, SIX + 365 * DAY, {}, SIX)

    assert answer.start is not None
    assert len(answer.missed) == MISSED_MAX
    assert answer.missed_before


def test_wakes_for_whatever_comes_first() -> None:
    """It wants to be asked at the next start or the present end, whichever is sooner."""
    often = replace(LATE, repeat=Cron("0 * * * *"), start=None, length=timedelta(hours=1))

    assert due(often, SIX, {}, SIX).wake_at == next_runs(often, SIX, 1)[0].start == SIX + HOUR
