"""Who is on air at a moment to come, compared with what happens when the planned starts and stops are played."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.model import ScheduleId, SpaceName, State, StreamId, UserId
from core.schedule.on_air import LOOKS_BEFORE, Seat, foresee, next_look, run_before
from core.schedule.plan import Plan
from core.schedule.repeat import Cron
from core.streams.limits import Slot

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
MINUTES = st.integers(0, 20)


def seat(stream: int, ends: int | None) -> Seat:
    """Return a stream that is on air until so many minutes from now."""
    slot = Slot(SpaceName("main"), f"s{stream}", UserId(1), "Rina", frozenset({f"key-{stream}"}), NOW, State.LIVE)
    return Seat(StreamId(stream), slot, None if ends is None else NOW + timedelta(minutes=ends))


def play(running: dict[int, int | None], coming: list[tuple[int, int, int | None]], at: int) -> set[str]:
    """Live through the minutes before `at`: what runs ends, what is planned begins or goes on until its later end."""
    on_air = dict(running)
    for minute in range(at + 1):
        on_air = {stream: end for stream, end in on_air.items() if end is None or end > minute}
        for stream, start, end in coming:
            if start == minute:
                known = on_air.get(stream, -1)
                on_air[stream] = None if known is None or end is None else max(known, end)
    return {f"s{stream}" for stream, end in on_air.items() if end is None or end > at}


@given(
    running=st.dictionaries(st.integers(1, 4), st.none() | st.integers(1, 20)),
    coming=st.lists(st.tuples(st.integers(1, 6), MINUTES, st.none() | st.integers(1, 10))),
    at=MINUTES,
)
def test_what_is_counted_is_what_will_be_on_air(
    running: dict[int, int | None], coming: list[tuple[int, int, int | None]], at: int
) -> None:
    """Of what runs and what begins before, exactly that counts which goes on at that moment, each stream once."""
    planned = [(stream, start, length and start + length) for stream, start, length in coming if start <= at]
    seats = [seat(stream, end) for stream, _, end in planned]
    found = [
        slot.stream for slot in foresee([seat(*one) for one in running.items()], seats, NOW + timedelta(minutes=at))
    ]
    assert len(found) == len(set(found))
    assert set(found) == play(running, planned, at)


@given(every=st.integers(1, 30), lasts_s=st.integers(1, 3600), first=MINUTES, at=st.integers(1, 60))
def test_a_run_counts_if_it_begins_before_and_goes_on(every: int, lasts_s: int, first: int, at: int) -> None:
    """Of a schedule that runs every few minutes that run counts which is on air then and has not begun yet."""
    plan = Plan("1", Cron(f"*/{every} * * * *"), None, "UTC", timedelta(seconds=lasts_s))
    coming, then = NOW + timedelta(minutes=first), NOW + timedelta(minutes=at)
    starts = [NOW + timedelta(minutes=minute) for hour in (0, 60) for minute in range(hour, hour + 60, every)]
    latest = max(start for start in starts if start < then)
    goes_on = latest + timedelta(seconds=lasts_s) > then and then not in starts
    found = run_before(plan, ScheduleId(2), coming, then, ScheduleId(1))
    assert (found.start if found else None) == (latest if goes_on and latest >= coming else None)


def test_of_two_that_begin_at_once_the_older_comes_first() -> None:
    """Two schedules of one minute: only the newer one counts the other, as that one is started first."""
    plan = Plan("1", Cron("0 18 * * *"), None, "UTC", timedelta(hours=1))
    then = datetime.combine(NOW.date(), time(18), UTC)
    assert run_before(plan, ScheduleId(1), NOW, then, ScheduleId(2)) is not None
    assert run_before(plan, ScheduleId(2), NOW, then, ScheduleId(1)) is None


@given(before_s=st.integers(0, 1200), troubled=st.booleans())
def test_looks_never_cease_before_the_start(before_s: int, troubled: bool) -> None:
    """What was found is looked at again until a minute before the start, each minute while something is in the way."""
    now, start = NOW - timedelta(seconds=before_s), NOW
    at = next_look(start, now, troubled=troubled)
    if at is None:
        assert before_s <= 60
    else:
        assert now < at < start
        assert at - now <= max(LOOKS_BEFORE[0], timedelta(seconds=before_s) - LOOKS_BEFORE[0])
        assert not troubled or at - now <= timedelta(minutes=1) or at == start - LOOKS_BEFORE[0]
