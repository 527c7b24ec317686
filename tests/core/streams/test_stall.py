"""A stream's samples: when it counts as dead, and when it is only that nobody can see."""

import pytest

from core.config import StallConfig
from core.ffmpeg.contract import Sample
from core.model import CauseCode, OutputId
from core.streams.stall import Sight, Watch

STEP_S = 2.0


class Stream:
    """A watched stream; each look comes 2 s after the one before."""

    def __init__(self) -> None:
        self.watch = Watch(StallConfig(), 0.0)
        self.at_s = 0.0
        self.out_s = 0.0
        self.acked = 0
        self.frame: int | None = None

    def look(self, *, out: bool = True, acks: bool | None = True, age_s: float = 0.0) -> Sight:
        """Take the next sample. `acks` None: nobody can read them; `age_s`: of what moved last."""
        self.at_s += STEP_S
        self.out_s += STEP_S * out
        self.acked += 100_000 * (acks is not False)
        acked = None if acks is None else self.acked
        return self.watch.observe(
            Sample(
                OutputId("s1-d1"),
                1,
                self.at_s,
                out_time_s=self.out_s,
                frame=self.frame,
                sent_bytes=int(self.out_s * 50_000),
                acked_bytes=acked,
                progress_age_s=age_s,
                ack_age_s=age_s,
                acks_readable=acks is not None,
            )
        )

    def looks(self, count: int, *, out: bool = True, acks: bool | None = True) -> set[Sight]:
        """Look so many times, and return what was seen."""
        return {self.look(out=out, acks=acks) for _ in range(count)}


def test_unreadable_acknowledgements_end_nothing() -> None:
    """Streams go on while acknowledged bytes can't be read, for however long, and after it."""
    stream = Stream()

    assert stream.looks(5) == {Sight.MOVING}
    assert stream.looks(60, acks=None) == {Sight.MOVING}
    assert stream.looks(60) == {Sight.MOVING}


@pytest.mark.parametrize("last", [180, 210])
def test_sound_that_runs_ahead_of_the_picture_is_a_lost_picture(last: int) -> None:
    """A film whose picture has ended is told as that where FFmpeg sends all of its sound in one go, and soon."""
    stream = Stream()
    for stream.frame in (60, 120, 180):
        assert stream.look() is Sight.MOVING
    stream.frame = last  # its last pictures may stand in the same report
    stream.out_s += 100
    stream.look()
    seen = stream.looks(3, out=False)

    assert Sight.DEAD in seen
    assert stream.watch.cause is CauseCode.LOST_TRACK


def test_a_lost_picture_is_looked_for_when_it_is_due() -> None:
    """A picture that ends while its sound goes on is told after 15 s, not with the next look behind that."""
    stream = Stream()
    for stream.frame in (60, 120, 180):
        stream.look()
    ended_s = stream.at_s

    assert stream.looks(7) == {Sight.MOVING}
    assert stream.watch.due_s == ended_s + StallConfig().frozen_s


def test_a_leap_of_time_with_its_pictures_ends_nothing() -> None:
    """A source whose timestamps leap goes on: its pictures leap along, though a report may come late."""
    stream = Stream()
    for stream.frame, leap_s, out in ((60, 0, True), (120, 500, True), (120, 0, False), (180, 0, True), (240, 0, True)):
        stream.out_s += leap_s
        assert stream.look(out=out) is Sight.MOVING


def test_a_hang_that_a_new_service_finds_is_no_lost_picture() -> None:
    """A process that ran for long, is taken over and hangs is told as hanging."""
    stream = Stream()
    stream.frame, stream.out_s = 1_000_000, 36_000.0
    stream.look()
    stream.looks(8, out=False, acks=False)

    assert stream.watch.cause is CauseCode.STALLED


def test_a_gone_connection_is_a_standstill() -> None:
    """A connection that is gone while FFmpeg goes on counting is dead as soon as one that stands."""
    stream = Stream()
    stream.looks(5)

    assert stream.looks(7, acks=False) == {Sight.MOVING}
    assert stream.look(acks=False) is Sight.DEAD


def test_a_hung_ffmpeg_is_found_without_acknowledgements() -> None:
    """While acknowledged bytes can't be read, progress alone finds a standstill."""
    stream = Stream()
    stream.looks(5)

    assert stream.looks(7, out=False, acks=None) == {Sight.MOVING}
    assert stream.look(out=False, acks=None) is Sight.DEAD
    assert stream.watch.cause is CauseCode.STALLED


def test_a_blind_moment_does_not_end_a_stream_whose_progress_is_dead() -> None:
    """A stream that only acknowledged bytes prove alive outlives a moment in which they can't be read."""
    stream = Stream()
    stream.looks(5)
    stream.looks(20, out=False)
    assert stream.watch.progress_dead

    assert stream.looks(5, out=False, acks=None) == {Sight.MOVING}
    assert stream.looks(5, out=False) == {Sight.MOVING}


def test_a_standstill_counts_from_when_it_began() -> None:
    """15 s count from the last moved byte, however long after it somebody looked: dead within 17 s, not 19."""
    stream = Stream()
    stream.looks(5)
    stream.look(age_s=1.9)  # moved only just after the look before

    seen = [stream.look(out=False, acks=False) for _ in range(7)]

    assert seen == [Sight.MOVING] * 6 + [Sight.DEAD]


@pytest.mark.parametrize(("copies", "cause"), [(True, CauseCode.LOST_TRACK), (False, None)])
def test_a_copied_loop_without_its_sound_is_replaced(*, copies: bool, cause: CauseCode | None) -> None:
    """A sound of a few percent that is lost beside a picture is noticed where packets are copied."""
    watch = Watch(StallConfig(), 0.0, 10.0, copies=copies)
    sent = 0
    for step in range(1, 2100):
        sent += 750_000 + 32_000 * (step < 1800)
        watch.observe(Sample(OutputId("s1-d1"), 1, step * STEP_S, step * STEP_S, step * 60, sent))
        if watch.cause:
            break

    assert watch.cause is cause
