"""When a schedule's runs begin and end, told in clock times that a user reads off the wall."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.schedule.errors import PlanError, PlanFieldInvalid, UnknownZone
from core.schedule.plan import LENGTH_MAX, Occurrence, Plan, next_runs, occurrence_at
from core.schedule.repeat import DAILY, WEEKDAYS, Cron, Day, Days, Once, Repeat, Start

EVENING = Plan("7", DAILY, time(18), "Asia/Jakarta", timedelta(hours=5))
"""'Go live every evening at six for five hours, Jakarta time.'"""


def utc(text: str) -> datetime:
    """Return a moment written in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local(text: str) -> datetime:
    """Return a time on the wall, of no zone."""
    return datetime.fromisoformat(text)


def on_the_wall(run: Occurrence | None, zone: str) -> tuple[str, str | None]:
    """Return when a run begins and ends, as its zone's clock shows it."""
    assert run is not None
    start, end = (moment and moment.astimezone(ZoneInfo(zone)) for moment in (run.start, run.end))
    assert start is not None
    return f"{start:%a %d %H:%M}", f"{end:%a %d %H:%M}" if end else None


def walls(plan: Plan, after: str, count: int) -> list[tuple[str, str | None]]:
    """Return the next runs as the plan's own clock shows them."""
    return [on_the_wall(run, plan.zone) for run in next_runs(plan, utc(after), count)]


def test_every_evening_in_jakarta() -> None:
    """'Every evening at six for five hours' runs from 18:00 to 23:00 on the clock in Jakarta."""
    assert walls(EVENING, "2026-11-22 05:00", 3) == [
        ("Sun 22 18:00", "Sun 22 23:00"),
        ("Mon 23 18:00", "Mon 23 23:00"),
        ("Tue 24 18:00", "Tue 24 23:00"),
    ]


def test_run_that_begins_now_is_not_a_coming_one() -> None:
    """The next runs are those after now: the one that begins this moment is the present one."""
    run = next_runs(EVENING, utc("2026-11-22 05:00"), 1)[0]

    assert next_runs(EVENING, run.start, 1)[0].start == run.start + timedelta(days=1)
    assert occurrence_at(EVENING, run.start) == run


def test_window_has_its_start_but_not_its_end() -> None:
    """A run that ends at 23:00 is over at 23:00."""
    assert occurrence_at(EVENING, utc("2026-11-22 15:59:59")) is not None
    assert occurrence_at(EVENING, utc("2026-11-22 16:00")) is None
    assert occurrence_at(EVENING, utc("2026-11-22 10:59:59")) is None


def test_working_days() -> None:
    """'weekdays' leaves out Saturday and Sunday."""
    friday = "2026-11-27 12:00"

    assert walls(replace(EVENING, repeat=WEEKDAYS), friday, 2) == [
        ("Mon 30 18:00", "Mon 30 23:00"),
        ("Tue 01 18:00", "Tue 01 23:00"),
    ]


def test_named_days_count_from_sunday() -> None:
    """Sunday is Sunday and Monday is Monday, however the libraries beneath count."""
    plan = replace(EVENING, repeat=Days(frozenset({Day.SUN, Day.WED})))

    assert [start for start, _ in walls(plan, "2026-11-22 12:00", 3)] == [
        "Wed 25 18:00",
        "Sun 29 18:00",
        "Wed 02 18:00",
    ]


def test_cron_sunday_is_0() -> None:
    """In a cron schedule 0 and 7 are Sunday and 1 is Monday."""
    by_number = {n: walls(replace(EVENING, repeat=Cron(f"0 18 * * {n}"), start=None), "2026-11-22", 1) for n in "0167"}

    assert {n: run[0][0] for n, run in by_number.items()} == {
        "0": "Sun 22 18:00",
        "1": "Mon 23 18:00",
        "6": "Sat 28 18:00",
        "7": "Sun 22 18:00",
    }


def test_single_run_runs_once() -> None:
    """'once' has one run, and none after it."""
    plan = replace(EVENING, repeat=Once(), start=local("2026-12-01 18:00"))

    assert walls(plan, "2026-11-22", 5) == [("Tue 01 18:00", "Tue 01 23:00")]
    assert walls(plan, "2026-12-02", 5) == []


def test_until_past_midnight() -> None:
    """'until=02:00' from 18:00 ends in the night of the next day."""
    assert walls(replace(EVENING, length=time(2)), "2026-11-22", 1) == [("Sun 22 18:00", "Mon 23 02:00")]


def test_until_its_own_start_is_a_whole_day() -> None:
    """'18:00 until=18:00' is a whole day, not nothing."""
    assert walls(replace(EVENING, length=time(18)), "2026-11-22", 1) == [("Sun 22 18:00", "Mon 23 18:00")]


def test_run_without_an_end_covers_all_up_to_the_next() -> None:
    """A run without an end has none, and can be started late until the next one begins."""
    plan = replace(EVENING, length=None)

    run = occurrence_at(plan, utc("2026-11-23 05:00"))

    assert on_the_wall(run, plan.zone) == ("Sun 22 18:00", None)
    assert run is not None
    assert run.lapses_at == utc("2026-11-23 11:00")


def test_length_of_forty_days() -> None:
    """A run may be longer than the 24.8 days at which the predecessor's timers overflowed."""
    plan = replace(EVENING, repeat=Once(), start=local("2026-12-01 18:00"), length=timedelta(days=40))

    run = occurrence_at(plan, utc("2027-01-10 10:59"))

    assert run is not None
    assert run.end == utc("2027-01-10 11:00")


def test_start_in_the_gap_is_the_next_valid_minute() -> None:
    """'02:30' on the night when clocks jump from two to three runs at three, and for its whole length."""
    plan = replace(EVENING, zone="America/New_York", start=time(2, 30), length=timedelta(hours=1))

    assert walls(plan, "2026-03-07 12:00", 2) == [("Sun 08 03:00", "Sun 08 04:00"), ("Mon 09 02:30", "Mon 09 03:30")]


def test_end_in_the_gap_is_the_next_valid_minute() -> None:
    """'until=02:30' on that night ends at three."""
    plan = replace(EVENING, zone="America/New_York", start=time(1), length=time(2, 30))

    assert walls(plan, "2026-03-08 05:30", 1) == [("Sun 08 01:00", "Sun 08 03:00")]


def test_window_in_the_gap_moves_as_a_whole() -> None:
    """'02:15 until=02:45' on that night is half an hour from three on, not nothing."""
    plan = replace(EVENING, zone="America/New_York", start=time(2, 15), length=time(2, 45))

    assert walls(plan, "2026-03-08 05:30", 1) == [("Sun 08 03:00", "Sun 08 03:30")]


def test_gap_at_midnight() -> None:
    """'00:00' in São Paulo, where the day began at one when summer time came, runs at one."""
    plan = replace(EVENING, zone="America/Sao_Paulo", start=time(0), length=timedelta(hours=1))

    assert walls(plan, "2018-11-03 12:00", 1) == [("Sun 04 01:00", "Sun 04 02:00")]


def test_hour_that_comes_twice_runs_once() -> None:
    """'01:30' on the night when it comes twice runs the first time only."""
    plan = replace(EVENING, zone="America/New_York", start=time(1, 30), length=timedelta(minutes=10))

    runs = next_runs(plan, utc("2026-10-31 12:00"), 2)

    assert [run.start for run in runs] == [utc("2026-11-01 05:30"), utc("2026-11-02 06:30")]


def test_until_spans_the_hour_that_comes_twice() -> None:
    """'00:00 until=02:00' on that night lasts three hours: it ends when the clock shows two."""
    plan = replace(EVENING, zone="America/New_York", start=time(0), length=time(2))

    run = next_runs(plan, utc("2026-10-31 12:00"), 1)[0]

    assert run.end == run.start + timedelta(hours=3)


def test_single_run_may_mean_the_second_pass() -> None:
    """'+2h' that lands in the second pass of the hour means that one, and not an hour before."""
    second_pass = local("2026-11-01 01:30").replace(fold=1)
    plan = Plan("1", Once(), second_pass, "America/New_York", time(1, 45))

    assert next_runs(plan, utc("2026-10-31"), 1)[0].start == utc("2026-11-01 06:30")
    assert next_runs(plan, utc("2026-10-31"), 1)[0].end == utc("2026-11-01 06:45")


def test_hourly_cron_on_the_night_of_the_gap() -> None:
    """Runs that the gap throws together are one."""
    plan = Plan("1", Cron("*/20 * * * *"), None, "America/New_York", timedelta(minutes=5))

    assert [start for start, _ in walls(plan, "2026-03-08 06:40", 3)] == [
        "Sun 08 03:00",
        "Sun 08 03:20",
        "Sun 08 03:40",
    ]


def test_date_that_never_came_has_no_run() -> None:
    """Apia went from Thursday to Saturday: Friday's run is left out, not put on Saturday as well."""
    daily = replace(EVENING, zone="Pacific/Apia")

    assert [start for start, _ in walls(daily, "2011-12-29 12:00", 2)] == ["Thu 29 18:00", "Sat 31 18:00"]


def test_single_run_on_a_date_that_never_came() -> None:
    """A single run that was asked for on that Friday still happens, as soon as the clock goes on."""
    single = replace(EVENING, zone="Pacific/Apia", repeat=Once(), start=local("2011-12-30 18:00"))

    assert walls(single, "2011-12-29 12:00", 2) == [("Sat 31 00:00", "Sat 31 05:00")]


def test_whole_days_meet_on_the_short_one() -> None:
    """'daily for=24h' does not run into itself on the day of 23 hours."""
    plan = replace(EVENING, zone="Europe/London", length=timedelta(hours=24))

    runs = next_runs(plan, utc("2026-03-27 12:00"), 4)

    assert [run.end for run in runs[:3]] == [run.start for run in runs[1:]]
    assert min((run.end or run.start) - run.start for run in runs) == timedelta(hours=23)


def test_schedule_made_within_its_window_waits_for_the_next() -> None:
    """'18:00' made at seven in the evening first runs tomorrow, as its answer says."""
    made = utc("2026-11-22 12:00")
    plan = replace(EVENING, since=made)

    assert occurrence_at(plan, made) is None
    assert walls(plan, "2026-11-01", 1) == [("Mon 23 18:00", "Mon 23 23:00")]
    assert occurrence_at(replace(EVENING, since=utc("2026-11-22 11:00")), made) is not None


def test_key_outlives_changed_zone_rules() -> None:
    """A run's key tells what was meant, so that new rules for a zone don't make it another run."""
    run = next_runs(EVENING, utc("2026-11-22 05:00"), 1)[0]

    assert run.key == "7@2026-11-22T18:00:00[Asia/Jakarta]"


def test_same_plan_edited_in_length_keeps_its_keys() -> None:
    """A longer run tonight is the same run: it is not started a second time."""
    longer = replace(EVENING, length=timedelta(hours=6))

    assert next_runs(longer, utc("2026-11-22"), 1)[0].key == next_runs(EVENING, utc("2026-11-22"), 1)[0].key


@pytest.mark.parametrize(
    ("repeat", "start", "allowed"),
    [
        (DAILY, local("2026-12-01 18:00"), "time_of_day"),
        (DAILY, None, "time_of_day"),
        (Once(), time(18), "date_and_time"),
        (Once(), utc("2026-12-01"), "without_zone"),
        (Once(), local("9999-12-01"), "1970-2199"),
        (Once(), local("1066-10-14"), "1970-2199"),
        (Cron("0 18 * * *"), time(18), "nothing"),
        (DAILY, time(18, tzinfo=UTC), "without_zone"),
    ],
)
def test_start_that_does_not_fit(repeat: Repeat, start: Start, allowed: str) -> None:
    """A start that the repeat can't have is refused with what it takes instead."""
    with pytest.raises(PlanFieldInvalid) as refused:
        replace(EVENING, repeat=repeat, start=start)

    assert (refused.value.field, refused.value.allowed) == ("start", allowed)


@pytest.mark.parametrize("length", [timedelta(0), timedelta(hours=-1), LENGTH_MAX + timedelta(seconds=1)])
def test_length_out_of_bounds(length: timedelta) -> None:
    """A run of no length, or of more than ten years, is refused."""
    with pytest.raises(PlanFieldInvalid) as refused:
        replace(EVENING, length=length)

    assert refused.value.field == "length"


def test_naive_values_are_told_from_aware_ones() -> None:
    """A moment without a zone, or an end with one, is a fault of the caller and never guessed at."""
    with pytest.raises(PlanFieldInvalid):
        replace(EVENING, since=local("2026-11-22"))
    with pytest.raises(PlanFieldInvalid):
        replace(EVENING, length=time(18, tzinfo=UTC))


def test_no_days() -> None:
    """A schedule for no day of the week is refused."""
    with pytest.raises(PlanFieldInvalid):
        Days(frozenset())


@pytest.mark.parametrize(
    "zone",
    ["", "Asia/Jakrta", "../../etc/passwd", "/etc/localtime", "right/UTC", "Asia", "a" * 5000, "tzdata.zi", "\0"],
)
def test_unknown_zone(zone: str) -> None:
    """A zone that is none, or a path, is refused by name."""
    with pytest.raises(UnknownZone) as refused:
        replace(EVENING, zone=zone)

    assert isinstance(refused.value, PlanError)
    assert refused.value.zone == zone[:64]
