"""What a schedule looks like in a database, and that nothing is lost there."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.schedule.repeat import DAILY, Cron, Day, Days, Once
from core.schedule.stored import (
    length_from_text,
    length_to_text,
    repeat_from_text,
    repeat_to_text,
    start_from_text,
    start_to_text,
)


def test_format() -> None:
    """Later versions read these very texts: they never change."""
    assert repeat_to_text(Once()) == "once"
    assert repeat_to_text(DAILY) == "days 0,1,2,3,4,5,6"
    assert repeat_to_text(Cron("0 18 * * sun")) == "cron 0 18 * * sun"
    assert start_to_text(time(18)) == "18:00:00"
    assert start_to_text(datetime(2026, 11, 1, 1, 30, fold=1)) == "2026-11-01T01:30:00/2"  # noqa: DTZ001  # wall time
    assert length_to_text(timedelta(hours=5)) == "for 18000.0"
    assert length_to_text(time(2)) == "until 02:00:00"


@given(st.frozensets(st.sampled_from(Day), min_size=1))
def test_days_come_back(days: frozenset[Day]) -> None:
    """Any set of days is read as it was written."""
    assert repeat_from_text(repeat_to_text(Days(days))) == Days(days)


@pytest.mark.parametrize("repeat", [Once(), Cron("*/5 1-3 * jan,feb mon-fri")])
def test_repeats_come_back(repeat: Once | Cron) -> None:
    """A single run and a cron expression are read as they were written."""
    assert repeat_from_text(repeat_to_text(repeat)) == repeat


@given(st.none() | st.times() | st.datetimes(), st.sampled_from([0, 1]))
def test_starts_come_back(start: datetime | time | None, fold: int) -> None:
    """Any start is read as it was written, the second pass of an hour too."""
    written = start.replace(fold=fold) if start is not None else None

    read = start_from_text(start_to_text(written))

    assert read == written
    assert read is None or read.fold == fold


@given(st.none() | st.times() | st.timedeltas(timedelta(microseconds=1), timedelta(days=3660)))
def test_lengths_come_back(length: timedelta | time | None) -> None:
    """Any length is read as it was written."""
    assert length_from_text(length_to_text(length)) == length


@pytest.mark.parametrize("read", [repeat_from_text, start_from_text, length_from_text])
def test_foreign_text(read: object) -> None:
    """What was never written is refused, not guessed at."""
    assert callable(read)
    with pytest.raises(ValueError, match="sometimes"):
        read("sometimes")
