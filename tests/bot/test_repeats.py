"""How a schedule repeats, begins and ends, as people type it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.repeats import parse_length, parse_repeat, parse_start
from core.errors import InvalidValue
from core.schedule.errors import CronFieldCount, CronFieldInvalid, PlanError
from core.schedule.repeat import DAILY, WEEKDAYS, WEEKENDS, Cron, Day, Days, Once, Repeat

JAKARTA = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)  # a Sunday, 19:30 in Jakarta
MON_WED_FRI = Days(frozenset({Day.MON, Day.WED, Day.FRI}))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("once", Once()),
        ("sekali", Once()),
        ("daily", DAILY),
        ("Harian", DAILY),
        ("setiap hari", DAILY),
        ("weekdays", WEEKDAYS),
        ("hari kerja", WEEKDAYS),
        ("mon-fri", WEEKDAYS),
        ("senin-jumat", WEEKDAYS),
        ("senin sampai jumat", WEEKDAYS),
        ("weekends", WEEKENDS),
        ("sat-sun", WEEKENDS),
        ("mon,wed,fri", MON_WED_FRI),
        ("Monday, Wednesday and Friday", MON_WED_FRI),
        ("senin, rabu dan jum'at", MON_WED_FRI),
        ("mon wed fri", MON_WED_FRI),
        ("every mon,wed,fri", MON_WED_FRI),
        ("setiap minggu", Days(frozenset({Day.SUN}))),
        ("sundays", Days(frozenset({Day.SUN}))),
        ("fri-mon", Days(frozenset({Day.FRI, Day.SAT, Day.SUN, Day.MON}))),
        ("cron 0 18 * * 0", Cron("0 18 * * 0")),
        ("cron  0 18 * *  MON-FRI", Cron("0 18 * * mon-fri")),
        ("0 18 * * 1-5", Cron("0 18 * * 1-5")),
        ("*/30 * * * *", Cron("*/30 * * * *")),
    ],
)
def test_repeat(typed: str, meant: Repeat) -> None:
    """A repeat is read as a word, as names of days in either language, or as a cron expression."""
    assert parse_repeat("repeat", typed) == meant


@pytest.mark.parametrize("typed", ["", "often", "mon,", "mon,funday", "1,3,5", "mon-", "-", "every"])
def test_no_repeat(typed: str) -> None:
    """Numbers of days are refused with the rest: nobody knows whether yours begin with Sunday."""
    with pytest.raises(InvalidValue) as refused:
        parse_repeat("repeat", typed)

    assert refused.value.data() == {"param": "repeat", "value": typed, "expected": "repeat"}


def test_wrong_cron_names_the_field() -> None:
    """A wrong cron expression is refused with the field at fault and what it may hold."""
    with pytest.raises(CronFieldInvalid) as refused:
        parse_repeat("repeat", "cron 0 25 * * *")

    assert refused.value.data() == {"field": "hour", "value": "25", "allowed": "0-23"}
    with pytest.raises(CronFieldCount):
        parse_repeat("repeat", "cron 0 18 *")


@given(st.text(max_size=40).map("cron ".__add__) | st.text(max_size=40))
def test_any_text_is_a_repeat_or_refused(typed: str) -> None:
    """Whatever is typed, the answer is a repeat or a refusal, never a fault."""
    try:
        parse_repeat("repeat", typed)
    except (InvalidValue, PlanError):
        return


def test_start_fits_the_repeat() -> None:
    """A single run starts at a date and time, a repeated one at a time of day, and cron says it itself."""
    assert parse_start("start", "18:00", Once(), NOW, JAKARTA) == datetime(2026, 11, 23, 18)  # noqa: DTZ001  # wall time
    assert parse_start("start", "18:00 UTC", Once(), NOW, JAKARTA) == datetime(2026, 11, 23, 1)  # noqa: DTZ001  # wall time
    assert parse_start("start", "18.00", DAILY, NOW, JAKARTA) == time(18)
    assert parse_start("start", None, Cron("0 18 * * *"), NOW, JAKARTA) is None


@pytest.mark.parametrize(
    ("typed", "repeat", "expected"),
    [
        ("besok 18:00", DAILY, "time"),
        (None, DAILY, "time"),
        (None, Once(), "moment"),
        ("2020-01-01 18:00", Once(), "past"),
        ("18:00", Cron("0 18 * * *"), "no_start"),
    ],
)
def test_start_that_does_not_fit(typed: str | None, repeat: Repeat, expected: str) -> None:
    """A start that the repeat can't have is refused."""
    with pytest.raises(InvalidValue) as refused:
        parse_start("start", typed, repeat, NOW, JAKARTA)

    assert refused.value.expected == expected


def test_length_of_a_schedule() -> None:
    """Runs last for a length, until a time of day, or without an end."""
    assert parse_length("5h", None, time(18), NOW, JAKARTA) == timedelta(hours=5)
    assert parse_length(None, "02.00", time(18), NOW, JAKARTA) == time(2)
    assert parse_length(None, None, time(18), NOW, JAKARTA) is None


def test_single_run_until_a_date() -> None:
    """A single run may last until a moment days away, but not until one before it starts."""
    start = datetime(2026, 11, 23, 18)  # noqa: DTZ001  # wall time

    assert parse_length(None, "2026-11-25 18:00", start, NOW, JAKARTA) == timedelta(days=2)
    with pytest.raises(InvalidValue) as refused:
        parse_length(None, "2026-11-23 17:00", start, NOW, JAKARTA)
    assert refused.value.expected == "past"


def test_two_lengths() -> None:
    """`for=` and `until=` together are refused."""
    with pytest.raises(InvalidValue) as refused:
        parse_length("5h", "23:00", time(18), NOW, JAKARTA)

    assert refused.value.expected == "both"
    with pytest.raises(InvalidValue, match="time"):
        parse_length(None, "besok 23:00", time(18), NOW, JAKARTA)
