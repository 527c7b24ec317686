"""Reading FFmpeg's progress, whole, cut and spoiled; and the rates made of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ffmpeg.progress import TAIL_BYTES, LossWindow, Progress, RateWindow, parse_progress

BLOCK = b"""frame=%d
fps=30.40
stream_0_0_q=-1.0
bitrate=1023.8kbits/s
total_size=%d
out_time_us=%d
out_time_ms=2020000
out_time=00:00:02.020000
dup_frames=0
drop_frames=0
speed=1.01x
progress=%s
"""


def block(frame: int, *, end: bool = False) -> bytes:
    """A block as FFmpeg writes it, all its numbers following the frame's."""
    return BLOCK % (frame, frame * 1000, frame * 33_000, b"end" if end else b"continue")


def test_last_whole_block_counts() -> None:
    """What is shown is FFmpeg's newest word, in seconds and bytes."""
    seen = parse_progress(block(60) + block(120))

    assert seen == Progress(out_time_s=3.96, frame=120, sent_bytes=120_000, ended=False)


def test_end_is_seen() -> None:
    """An end that FFmpeg announced itself is told from one that it did not."""
    assert parse_progress(block(60) + block(90, end=True)) == Progress(2.97, 90, 90_000, ended=True)


@given(st.integers(0, len(block(180)) - 1))
def test_half_written_block_waits(cut: int) -> None:
    """A block that is still being written changes nothing, wherever it is cut."""
    assert parse_progress(block(60) + block(120) + block(180)[:cut]) == Progress(3.96, 120, 120_000)


@given(st.integers(0, len(block(60))))
def test_tail_may_begin_anywhere(cut: int) -> None:
    """Only the end of the file is read, so its first block is nearly always a torn one."""
    assert parse_progress(block(60)[cut:] + block(120)) == Progress(3.96, 120, 120_000)


def test_zeros_after_a_truncate() -> None:
    """A file that was cut under FFmpeg's hands and filled with zeros is read on without a break."""
    assert parse_progress(b"\0" * 500 + block(120)) == Progress(3.96, 120, 120_000)


@pytest.mark.parametrize("value", [b"N/A", b"-577014", b"", b"12x"])
def test_unknown_numbers(value: bytes) -> None:
    """N/A, a time before the start and nonsense are 'not known', never 0."""
    seen = parse_progress(b"frame=%b\ntotal_size=%b\nout_time_us=%b\nprogress=continue\n" % (value, value, value))

    assert seen == Progress()


@pytest.mark.parametrize("text", [b"", b"\n", b"frame=1\n", b"progress=continue", b"\0" * 1024])
def test_nothing_yet(text: bytes) -> None:
    """Before the first whole block nothing is known."""
    assert parse_progress(text) is None


@given(st.binary(max_size=TAIL_BYTES))
def test_never_falls_over(junk: bytes) -> None:
    """No content of the file can stop the watch over a stream."""
    parse_progress(junk)
    parse_progress(b"\nprogress=" * 90 + junk)


def test_speed_is_that_of_the_window() -> None:
    """A stream that stood still after an hour of good running shows it at once, unlike FFmpeg's own number."""
    window = RateWindow(window_s=30)
    for at_s in range(0, 3600, 2):
        window.add(at_s, at_s, at_s * 100_000)
    assert window.speed == pytest.approx(1)
    assert window.bitrate_kbps == pytest.approx(800)

    for at_s in range(3600, 3640, 2):
        window.add(at_s, 3598, 3598 * 100_000)
    assert window.speed == 0
    assert window.bitrate_kbps == 0


def test_rates_need_two_readings() -> None:
    """No rate is made up from one reading, from N/A, or across a restart."""
    window = RateWindow()
    window.add(0, 100.0, 5_000_000)
    assert window.speed is None

    window.add(2, None, None)
    assert window.bitrate_kbps is None

    window.add(4, 1.0, 100)
    assert _read(window) == (None, None)
    window.add(6, 3.0, 250_100)
    assert _read(window) == (1, 1000)


def _read(window: RateWindow) -> tuple[float | None, float | None]:
    return window.speed, window.bitrate_kbps


def test_young_stream_does_not_limp() -> None:
    """A stream that runs in real time reads 1.00x from its second step on, whenever it is looked at."""
    window = RateWindow()
    for quarter in range(4 * 9):
        at_s = quarter / 4
        window.add(at_s, at_s // 2 * 2, int(at_s // 2 * 2) * 100_000)
        if at_s >= 4:
            assert window.speed == pytest.approx(1)


def test_window_is_bounded() -> None:
    """A stream that runs for weeks needs no more memory than one that runs for a minute."""
    # R13
    window = RateWindow(window_s=30)
    for at_s in range(0, 20_000, 2):
        window.add(at_s, at_s, at_s)

    assert len(window._points) <= 17


def test_loss_is_that_of_the_last_half_minute() -> None:
    """What an hour ago was lost says nothing of now; a connection that is new begins anew."""
    window = LossWindow(window_s=30)
    assert window.share is None
    for second in range(100):
        acked = second * 900
        window.add(second, acked, second * 100 if second < 40 else 4000)
        window.add(second, None, None)
        if second == 30:
            assert window.share == pytest.approx(0.1)
    assert window.share == 0.0
    window.add(100, 50, 0)
    assert window.share is None
    window.add(101, 50, 0)
    assert window.share is None
