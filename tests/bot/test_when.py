"""Lengths, times and moments as people type them."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.when import DURATION_MAX, parse_duration, parse_moment, parse_time, parse_time_range
from core.errors import InvalidValue

JAKARTA = ZoneInfo("Asia/Jakarta")
NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)  # a Sunday, 19:30 in Jakarta


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("90s", timedelta(seconds=90)),
        ("45m", timedelta(minutes=45)),
        ("6h", timedelta(hours=6)),
        ("6H", timedelta(hours=6)),
        ("1d12h", timedelta(hours=36)),
        ("1d12", timedelta(hours=36)),
        ("11h30", timedelta(hours=11, minutes=30)),
        ("5m30", timedelta(minutes=5, seconds=30)),
        ("1.5h", timedelta(minutes=90)),
        ("1,5 jam", timedelta(minutes=90)),
        ("6 jam", timedelta(hours=6)),
        ("30 menit", timedelta(minutes=30)),
        ("10 detik", timedelta(seconds=10)),
        ("1 jam 30 menit", timedelta(minutes=90)),
        ("2 hours and 5 minutes", timedelta(hours=2, minutes=5)),
        ("1 hari, 2 jam", timedelta(hours=26)),
        ("2 minggu", timedelta(weeks=2)),
        ("40d", timedelta(days=40)),  # longer than the 24.8 days at which the predecessor's timers overflowed
    ],
)
def test_length(typed: str, meant: timedelta) -> None:
    """A length is read as people write it in a chat, in either language."""
    assert parse_duration("for", typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "90",
        "h",
        "6 hh",
        "0s",
        "0.2s",
        "1h1h",
        "30m1h",
        "1h -5m",
        "-6h",
        "6h x",
        "٣h",
        "99999999w99999999d",
        "4000d",
    ],
)
def test_no_length(typed: str) -> None:
    """What may mean anything, or nothing, is not guessed at: the refusal names it and shows examples."""
    with pytest.raises(InvalidValue) as refused:
        parse_duration("for", typed)

    assert refused.value.data() == {"param": "for", "value": typed, "expected": "duration"}


@given(st.timedeltas(timedelta(seconds=1), DURATION_MAX))
def test_length_written_out(length: timedelta) -> None:
    """Any length can be written in days, hours, minutes and seconds, and is read as it was meant."""
    seconds = int(length.total_seconds())
    typed = f"{seconds // 86400}d{seconds // 3600 % 24}h{seconds // 60 % 60}m{seconds % 60}s"

    assert parse_duration("for", typed) == timedelta(seconds=seconds)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(typed: str) -> None:
    """Whatever is typed, the answer is a time or a refusal, never a fault."""
    for read in (parse_duration, parse_time, parse_time_range):
        with suppress(InvalidValue):
            read("for", typed)
    with suppress(InvalidValue):
        assert parse_moment("until", typed, NOW, JAKARTA) > NOW


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("18:00", time(18)),
        ("18.00", time(18)),
        ("6:05", time(6, 5)),
        ("18:00:05", time(18, 0, 5)),
        ("6pm", time(18)),
        ("6:30 PM", time(18, 30)),
        ("12am", time(0)),
        ("12 pm", time(12)),
        ("24:00", time(0)),
        ("pukul 18", time(18)),
        ("jam 18.30", time(18, 30)),
    ],
)
def test_time_of_day(typed: str, meant: time) -> None:
    """A time of day is read with a colon or a full stop, by 24 hours or by 12."""
    assert parse_time("start", typed) == meant


@pytest.mark.parametrize("typed", ["", "18", "1800", "25:00", "18:60", "24:30", "13pm", "0am", "6:3", "tomorrow"])
def test_no_time_of_day(typed: str) -> None:
    """A number alone or an hour that no clock shows is refused."""
    with pytest.raises(InvalidValue) as refused:
        parse_time("start", typed)

    assert refused.value.expected == "time"


@pytest.mark.parametrize("typed", ["22:00-06:00", "22.00 - 6.00", "22:00–06:00", "10pm to 6am", "22.00 sampai 06.00"])  # noqa: RUF001  # a dash as phones type it
def test_part_of_the_day(typed: str) -> None:
    """Quiet hours may go past midnight."""
    assert parse_time_range("quiet", typed) == (time(22), time(6))


@pytest.mark.parametrize("typed", ["22:00", "22:00-", "-06:00", "22:00-22:00", "night"])
def test_no_part_of_the_day(typed: str) -> None:
    """One time alone, or twice the same, is no part of a day."""
    with pytest.raises(InvalidValue) as refused:
        parse_time_range("quiet", typed)

    assert refused.value.expected == "time_range"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("20:00", (22, 20, 0)),  # still to come today
        ("18:00", (23, 18, 0)),  # passed today, so tomorrow
        ("19.30", (23, 19, 30)),  # just now is not to come
        ("tomorrow 18:00", (23, 18, 0)),
        ("besok 18.00", (23, 18, 0)),
        ("18:00 besok", (23, 18, 0)),
        ("hari ini 20:00", (22, 20, 0)),
        ("lusa 06:00", (24, 6, 0)),
        ("friday 18:00", (27, 18, 0)),
        ("jumat 18.00", (27, 18, 0)),
        ("minggu 20:00", (22, 20, 0)),
        ("sunday 18:00", (29, 18, 0)),
        ("2026-11-30 18:00", (30, 18, 0)),
        ("2026-11-30T18:00", (30, 18, 0)),
        ("2026-11-29 24:00", (30, 0, 0)),
        ("+2h", (22, 21, 30)),
        ("2 jam lagi", (22, 21, 30)),
        ("in 90 minutes", (22, 21, 0)),
        ("20:00 WIB", (22, 20, 0)),
        ("22:00 wita", (22, 21, 0)),
        ("15:00 UTC", (22, 22, 0)),
    ],
)
def test_moment(typed: str, meant: tuple[int, int, int]) -> None:
    """A moment is the next one that fits, in the reader's zone or the one named behind it."""
    day, hour, minute = meant

    moment = parse_moment("until", typed, NOW, JAKARTA)

    assert moment == datetime(2026, 11, day, hour, minute, tzinfo=JAKARTA)
    assert moment.tzinfo is UTC  # or subtracting would ignore daylight saving


@pytest.mark.parametrize("typed", ["2020-01-01 18:00", "today 18:00", "hari ini 18.00"])
def test_moment_that_has_passed(typed: str) -> None:
    """A moment that has passed is refused as such, not as unreadable."""
    with pytest.raises(InvalidValue) as refused:
        parse_moment("until", typed, NOW, JAKARTA)

    assert refused.value.expected == "past"


@pytest.mark.parametrize(
    "typed", ["", "soon", "tomorrow", "2026-12-01", "2026-13-01 18:00", "9999-12-31 18:00", "1/12/2026 18:00", "18"]
)
def test_no_moment(typed: str) -> None:
    """A day without a time, or a date that is written in an ambiguous way, is refused."""
    with pytest.raises(InvalidValue) as refused:
        parse_moment("until", typed, NOW, JAKARTA)

    assert refused.value.expected == "moment"


def test_moment_in_the_hour_that_comes_twice() -> None:
    """In the autumn night a time means the next pass of that hour: the first, then the second, then tomorrow."""
    first_pass = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)  # 01:30, for the first time

    coming = [
        parse_moment("until", "01:30", now, NEW_YORK) - first_pass
        for now in (
            first_pass - timedelta(minutes=10),
            first_pass + timedelta(minutes=10),
            first_pass + timedelta(minutes=70),
        )
    ]

    assert coming == [timedelta(0), timedelta(hours=1), timedelta(hours=25)]


def test_moment_in_the_hour_that_is_left_out() -> None:
    """In the spring night a time that never comes is the moment after the gap."""
    before = datetime(2026, 3, 8, 6, 0, tzinfo=UTC)  # 01:00; at 02:00 it becomes 03:00

    assert parse_moment("until", "02:30", before, NEW_YORK) == datetime(2026, 3, 8, 3, 0, tzinfo=NEW_YORK)
