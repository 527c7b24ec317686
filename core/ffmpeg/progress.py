"""Reads what FFmpeg says of its progress, and makes rates of it; pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

TAIL_BYTES: Final = 1024
"""Enough of a progress file's end to hold one whole block (about 250 bytes) beside a half-written one."""

STEP_S: Final = 3.0
"""Longer than `-stats_period 2` takes from one step to the next."""

_END_OF_BLOCK: Final = b"\nprogress="


@dataclass(frozen=True, slots=True)
class Progress:
    """One block of FFmpeg's progress; cumulative numbers, None where it said N/A. `ended`: it said so itself."""

    out_time_s: float | None = None
    frame: int | None = None
    sent_bytes: int | None = None
    ended: bool = False


def parse_progress(tail: bytes) -> Progress | None:
    """Return the last whole block in the end of a progress file, None where there is none.

    The tail may begin and end within a block, and may hold NULs where the file was truncated under its writer.
    """
    block, mark, rest = tail.rpartition(_END_OF_BLOCK)
    state, line_end, _ = rest.partition(b"\n")
    if not mark or not line_end:
        return parse_progress(block + b"\n") if mark else None
    values = _read_pairs(block[block.rfind(_END_OF_BLOCK) + 1 :].replace(b"\0", b"").split(b"\n"))
    out_time_us = _read_count(values.get(b"out_time_us"))
    return Progress(
        out_time_s=None if out_time_us is None else out_time_us / 1_000_000,
        frame=_read_count(values.get(b"frame")),
        sent_bytes=_read_count(values.get(b"total_size")),
        ended=state.strip() == b"end",
    )


def _read_pairs(lines: Iterable[bytes]) -> dict[bytes, bytes]:
    return {name: value for name, _, value in (line.partition(b"=") for line in lines)}


def _read_count(value: bytes | None) -> int | None:
    """Return a number, None for what is missing, N/A, cut off or below 0 (a first timestamp that is not yet known)."""
    value = (value or b"").strip()
    return int(value) if value.isdigit() else None


class RateWindow:
    """Speed and bitrate over the last `window_s`, since FFmpeg's own are averages over its whole life.

    Progress comes in steps of 2 s, and is looked at as often: a reading that merely came before the next step says
    nothing, or a stream that has just begun would seem to limp. After `STEP_S` it says that nothing moves.
    """

    def __init__(self, window_s: float = 30.0) -> None:
        self._window_s = window_s
        self._points: deque[tuple[float, float, int]] = deque()

    def add(self, at_s: float, out_time_s: float | None, sent_bytes: int | None) -> None:
        """Take a reading; one without both numbers is passed over, and numbers that fell begin a new window."""
        if out_time_s is None or sent_bytes is None:
            return
        if self._points and (out_time_s < self._points[-1][1] or sent_bytes < self._points[-1][2]):
            self._points.clear()
        if self._points and out_time_s == self._points[-1][1] and at_s - self._points[-1][0] <= STEP_S:
            return
        self._points.append((at_s, out_time_s, sent_bytes))
        while len(self._points) > 2 and at_s - self._points[1][0] >= self._window_s:  # noqa: PLR2004 - its two ends
            self._points.popleft()

    @property
    def full_since_s(self) -> float | None:
        """When the present window began; None while it is shorter than it shall be."""
        if not self._points or self._points[-1][0] - self._points[0][0] < self._window_s:
            return None
        return self._points[0][0]

    @property
    def speed(self) -> float | None:
        """Seconds of output per second, 1 is real time; None before there are two readings."""
        return self._rate(1)

    @property
    def bitrate_kbps(self) -> float | None:
        """What FFmpeg wrote per second, in kbit/s; None before there are two readings."""
        rate = self._rate(2)
        return None if rate is None else rate * 8 / 1000

    def _rate(self, column: int) -> float | None:
        if len(self._points) < 2:  # noqa: PLR2004 - a rate lies between two readings
            return None
        first, last = self._points[0], self._points[-1]
        elapsed_s = last[0] - first[0]
        return (last[column] - first[column]) / elapsed_s if elapsed_s > 0 else None


class LossWindow:
    """What part of the bytes of the last `window_s` had to be sent again.

    FFmpeg's own count of drops is 0 for a copy, which drops no frame. What the network loses, TCP sends once more: that
    eats an uplink's room long before a stream falls behind.
    """

    def __init__(self, window_s: float = 30.0) -> None:
        self._window_s = window_s
        self._points: deque[tuple[float, int, int]] = deque()

    def add(self, at_s: float, acked_bytes: int | None, resent_bytes: int | None) -> None:
        """Take a reading; one without both numbers is passed over, and numbers that fell begin a new window."""
        if acked_bytes is None or resent_bytes is None:
            return
        if self._points and (acked_bytes < self._points[-1][1] or resent_bytes < self._points[-1][2]):
            self._points.clear()
        self._points.append((at_s, acked_bytes, resent_bytes))
        while len(self._points) > 2 and at_s - self._points[1][0] >= self._window_s:  # noqa: PLR2004 - its two ends
            self._points.popleft()

    @property
    def share(self) -> float | None:
        """0 to 1, of all that went out; None before there are two readings, or where nothing did."""
        if len(self._points) < 2:  # noqa: PLR2004 - it lies between two readings
            return None
        (_, acked, resent), (_, acked_now, resent_now) = self._points[0], self._points[-1]
        sent = (acked_now - acked) + (resent_now - resent)
        return (resent_now - resent) / sent if sent else None
