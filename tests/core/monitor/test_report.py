"""The daily report's numbers: what people are told of yesterday is what happened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.model import (
    MAIN_SPACE,
    Cause,
    CauseCode,
    Mode,
    Outcome,
    OutputId,
    RunId,
    RunRecord,
    StreamId,
    Trouble,
    UserId,
)
from core.monitor.report import StreamReport, build_report
from core.monitor.sample import Measured

UNTIL = datetime(2026, 11, 23, 8, tzinfo=UTC)
SINCE = UNTIL - timedelta(days=1)
HOUR = timedelta(hours=1)


def a_run(number: int, start: datetime, end: datetime | None, stream: int = 1, **more: Any) -> RunRecord:
    """A run of stream `s1`, `s2` ... to one destination."""
    known: dict[str, Any] = {"destination_names": "youtube", "attempts": 1, "outcome": end and Outcome.STOPPED}
    return RunRecord(
        id=RunId(number),
        stream=StreamId(stream),
        space=MAIN_SPACE,
        stream_name=f"s{stream}",
        source_name="lofi",
        mode=Mode.COPY,
        started_at=start,
        started_by=UserId(1),
        ended_at=end,
        **{**known, **more},
    )


def build(*runs: RunRecord, measured: Any = None, causes: Any = None) -> tuple[StreamReport, ...]:
    """The report of these."""
    return build_report(runs, measured or {}, causes or {}, SINCE, UNTIL)


def test_a_run_within_the_day_counts_as_it_is() -> None:
    """What began and ended within the day: its length, its darkness, its restarts, what it sent."""  # N11
    run = a_run(1, SINCE + HOUR, SINCE + 3 * HOUR, dark_s=72.0, attempts=4, planned_breaks=1, bytes_sent=9_000)

    [found] = build(run)

    assert found == StreamReport("s1", 7200.0, 72.0, 2, 9_000)
    assert found.percent == 99.0


def test_a_run_of_weeks_counts_with_what_was_measured() -> None:
    """Of a stream that has been on air for weeks the report tells yesterday, not the weeks."""
    run = a_run(1, SINCE - 30 * 24 * HOUR, None, dark_s=50_000.0, attempts=99, bytes_sent=10**12)
    lives = [0.0 if n == 12 else 1.0 for n in range(24)]
    day = [
        Measured(SINCE + n * HOUR, StreamId(1), kbps=3000.0, loss=n / 1000, live=live, restarts=50 if n < 12 else 51)
        for n, live in enumerate(lives)
    ]

    [found] = build(run, measured={StreamId(1): day})

    assert (found.ran_s, round(found.dark_s), found.restarts) == (86_400.0, 3600, 1)
    assert found.bytes_sent == 3000 * 125 * 86_400
    assert found.percent == 95.8
    assert found.loss == pytest.approx(0.0115)


def test_what_was_not_measured_is_shared_out() -> None:
    """Where nothing was measured a run's own sums are shared out over its length."""
    [found] = build(a_run(1, SINCE - 24 * HOUR, UNTIL, dark_s=100.0, attempts=3, bytes_sent=1000))

    assert (found.ran_s, found.dark_s, found.restarts, found.bytes_sent) == (86_400.0, 50.0, 1, 500)


def test_all_runs_of_a_stream_are_one_line_and_the_worst_is_first() -> None:
    """Who reads no further than the first line has read of the worst stream; causes are named once each."""
    cause = Cause(CauseCode.SOURCE_MISSING, "no such file")
    runs = [
        a_run(1, SINCE, SINCE + HOUR),
        a_run(2, SINCE + 2 * HOUR, SINCE + 3 * HOUR),
        a_run(3, SINCE, UNTIL, stream=2, dark_s=600.0, outcome=Outcome.FAILED, cause=cause),
    ]

    worst, other = build(*runs, causes={StreamId(2): ["reset", "reset"]})

    assert (worst.name, worst.causes) == ("s2", ("reset", "source_missing"))
    assert (other.name, other.ran_s, other.percent) == ("s1", 7200.0, 100.0)


def test_a_moment_of_darkness_is_never_hidden_by_rounding() -> None:
    """100 % is said of no stream that was dark for a second."""
    [found] = build(a_run(1, SINCE, UNTIL, dark_s=1.0))

    assert found.percent == 99.9


def test_what_ended_before_is_not_told() -> None:
    """Runs before the day are nobody's news."""
    assert build(a_run(1, SINCE - 2 * HOUR, SINCE)) == ()


def a_day(of: range, without: range, restarts_after: int) -> list[Measured]:
    """Samples of every half hour on air, none of those in `without`, after which so many restarts have been."""
    return [
        Measured(
            SINCE + n * HOUR / 2,
            StreamId(1),
            kbps=3000.0,
            live=1.0,
            restarts=restarts_after if n >= without.stop else 0,
        )
        for n in of
        if n not in without
    ]


def test_hours_without_a_host_are_dark() -> None:
    """Six hours in which service and FFmpegs were away, as after a power cut, are six hours off air."""
    run = a_run(1, SINCE - 30 * 24 * HOUR, None)

    [found] = build(run, measured={StreamId(1): a_day(range(48), range(21, 32), 1)})

    assert (found.ran_s, found.dark_s, found.restarts, found.percent) == (86_400.0, 6 * 3600.0, 1, 75.0)
    assert found.bytes_sent == 3000 * 125 * 18 * 3600


def test_hours_without_the_service_alone_are_not_dark() -> None:
    """What was taken over by a service that came back after six hours was on air all the time."""
    run = a_run(1, SINCE - 30 * 24 * HOUR, None)

    [found] = build(run, measured={StreamId(1): a_day(range(48), range(21, 32), 0)})

    assert (found.dark_s, found.percent) == (0.0, 100.0)


def test_what_is_dark_now_counts() -> None:
    """A stream that went dark in the evening and is so still is not said to have been on air all night."""
    dark = Trouble(OutputId("s1-d1"), SINCE + 12 * HOUR, told=True, tries=99)

    [found] = build(a_run(1, SINCE, None, dark_s=60.0, troubles=(dark,)))

    assert found.dark_s == 60.0 + 12 * 3600
