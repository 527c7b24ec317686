"""Cron expressions, read as cron reads them."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.schedule.cron import EXPRESSION_MAX, FIELDS, walls_after, walls_until
from core.schedule.errors import CronFieldCount, CronFieldInvalid, CronNeverRuns, PlanError
from core.schedule.repeat import Cron

MONDAY = datetime(2026, 11, 23)  # noqa: DTZ001  # a wall clock's time


def first(expression: str, count: int) -> list[str]:
    """Return the first matches from a certain Monday on."""
    before = MONDAY - timedelta(minutes=1)
    return [f"{wall:%a %d %b %H:%M}" for wall in islice(walls_after(Cron(expression).expression, before), count)]


@pytest.mark.parametrize(
    ("expression", "matches"),
    [
        ("0 18 * * *", ["Mon 23 Nov 18:00", "Tue 24 Nov 18:00"]),
        ("0 18 * * 0", ["Sun 29 Nov 18:00", "Sun 06 Dec 18:00"]),
        ("0 18 * * 7", ["Sun 29 Nov 18:00", "Sun 06 Dec 18:00"]),
        ("0 18 * * sun", ["Sun 29 Nov 18:00", "Sun 06 Dec 18:00"]),
        ("0 18 * * 1", ["Mon 23 Nov 18:00", "Mon 30 Nov 18:00"]),
        ("0 18 * * tue,Thu", ["Tue 24 Nov 18:00", "Thu 26 Nov 18:00"]),
        ("0 18 * * 5-7", ["Fri 27 Nov 18:00", "Sat 28 Nov 18:00", "Sun 29 Nov 18:00", "Fri 04 Dec 18:00"]),
        ("0,30 6-7 * * *", ["Mon 23 Nov 06:00", "Mon 23 Nov 06:30", "Mon 23 Nov 07:00", "Mon 23 Nov 07:30"]),
        ("*/45 0 * * *", ["Mon 23 Nov 00:00", "Mon 23 Nov 00:45", "Tue 24 Nov 00:00"]),
        ("10-59/25 0 * * *", ["Mon 23 Nov 00:10", "Mon 23 Nov 00:35", "Tue 24 Nov 00:10"]),
        ("0 0 1 jan *", ["Fri 01 Jan 00:00"]),
        ("0 0 29 2 *", ["Tue 29 Feb 00:00"]),
        ("0 0 L * *", ["Mon 30 Nov 00:00", "Thu 31 Dec 00:00"]),
        ("0 0 13 * 5", ["Fri 27 Nov 00:00", "Fri 04 Dec 00:00", "Fri 11 Dec 00:00", "Sun 13 Dec 00:00"]),
        ("0 0 * * 5", ["Fri 27 Nov 00:00", "Fri 04 Dec 00:00"]),
        ("0 0 13 * *", ["Sun 13 Dec 00:00", "Wed 13 Jan 00:00"]),
    ],
)
def test_expression(expression: str, matches: list[str]) -> None:
    """Lists, ranges, steps and names work; a day of the month and one of the week, both given, are either enough."""
    assert first(expression, len(matches)) == matches


@pytest.mark.parametrize(
    "expression", ["0 0 * * 3-3/2", "0 0 * * wed-3/2", "0 0 * * WED-wed/1", "0 0 * * 3"], ids=lambda e: e.split()[-1]
)
def test_step_over_a_range_of_one(expression: str) -> None:
    """'3-3/2' is Wednesday alone: the library beneath would take it for '3 and every second day after'."""
    assert first(expression, 2) == ["Wed 25 Nov 00:00", "Wed 02 Dec 00:00"]


@pytest.mark.parametrize(
    ("expression", "field", "value"),
    [
        ("60 * * * *", "minute", "60"),
        ("*/0 * * * *", "minute", "*/0"),
        ("* 24 * * *", "hour", "24"),
        ("* 9-5 * * *", "hour", "9-5"),
        ("* * 0 * *", "day-of-month", "0"),
        ("* * 32 * *", "day-of-month", "32"),
        ("* * * 13 *", "month", "13"),
        ("* * * juni *", "month", "juni"),
        ("* * * * 8", "day-of-week", "8"),
        ("* * * * senin", "day-of-week", "senin"),
        ("* * * \N{ARABIC-INDIC DIGIT ONE} *", "month", "\N{ARABIC-INDIC DIGIT ONE}"),
        ("1,,2 * * * *", "minute", "1,,2"),
    ],
)
def test_wrong_field(expression: str, field: str, value: str) -> None:
    """A wrong field is refused by its name, with what stands there and what may."""
    with pytest.raises(CronFieldInvalid) as refused:
        Cron(expression)

    assert refused.value.data() == {"field": field, "value": value, "allowed": FIELDS[field]}


@pytest.mark.parametrize(("expression", "found"), [("", 0), ("0 18 * *", 4), ("0 0 18 * * *", 6), ("@daily", 1)])
def test_wrong_number_of_fields(expression: str, found: int) -> None:
    """Anything but five fields is refused with their number, one for seconds included."""
    with pytest.raises(CronFieldCount) as refused:
        Cron(expression)

    assert (refused.value.found, refused.value.wanted) == (found, 5)


def test_endless_expression() -> None:
    """An expression that is longer than any sense is refused and not carried around."""
    with pytest.raises(CronFieldCount) as refused:
        Cron("1," * 5000 + "1 * * * *")

    assert len(refused.value.expression) == EXPRESSION_MAX


@pytest.mark.parametrize("expression", ["0 0 30 2 *", "0 0 31 apr,jun *", "0 0 */29 2 mon#5"])
def test_date_that_never_comes(expression: str) -> None:
    """A schedule for 30 February is refused when it is made, instead of waiting for ever."""
    with pytest.raises(CronNeverRuns):
        Cron(expression)


@given(st.text("0123456789*/,-#LWmonsunjand ", max_size=30))
def test_any_text_is_cron_or_refused(text: str) -> None:
    """Whatever is typed, the answer is a schedule or a refusal, never a fault."""
    with suppress(PlanError):
        assert first(text, 1)


def test_walking_back_meets_the_same_times() -> None:
    """What came before a moment is what would have been announced for it."""
    ahead = list(islice(walls_after("*/7 3 * * *", MONDAY), 20))

    back = list(islice(walls_until("*/7 3 * * *", ahead[-1]), 20))

    assert back == ahead[::-1]
    assert next(walls_until("*/7 3 * * *", ahead[-1] - timedelta(microseconds=1))) == ahead[-2]
