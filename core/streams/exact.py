"""Has a looped source that is copied lost a small track, as its sound? Pure; it ends nothing.

Copied, whole passes of one source hold the same bytes to within a thousandth. So every stretch that is longer than some
whole passes holds at least as much as any that is shorter, wherever either begins; if one does not, a track is gone.
That needs no guess about the source's shape. It needs its length: whether that is right is proven on the stream itself
before anything is judged, and where it is not, nothing ever is.
"""

from __future__ import annotations

from collections import deque
from math import ceil, inf
from typing import Final

LEAST_S: Final = 600.0
"""So long a stretch shows a loss of 4 % of all bytes: sound of 128 kbit/s beside 3 Mbit/s. Progress comes each 2 s."""

POINTS: Final = 300
"""Of a stretch are kept: 35 KB."""

SLACK: Final = 0.005
"""By this share stretches are longer or shorter than whole passes: containers' lengths are rounded."""

TOLERANCE: Final = 0.01
"""Sound that is encoded beside a copied picture is not the same to the byte in each pass."""


class ExactPasses:
    """Follows one attempt of a copy; `lost` once a track is gone. It judges after two stretches, never before."""

    def __init__(self, pass_s: float) -> None:
        self._stretch_s = ceil(LEAST_S / pass_s) * pass_s
        self.lost = False
        self._begin()

    def _begin(self) -> None:
        self._marks: deque[tuple[float, int]] = deque()
        self._most_of_short = 0
        self._least_of_long = inf
        self._proven_at_s: float | None = None
        self._wrong = False

    def add(self, out_time_s: float, sent_bytes: int | None) -> None:
        """Take a reading of FFmpeg's cumulative numbers; numbers that fell begin anew."""
        if sent_bytes is None or self._wrong:
            return
        if self._marks and (out_time_s < self._marks[-1][0] or sent_bytes < self._marks[-1][1]):
            self._begin()
        while len(self._marks) > 1 and self._is_long(out_time_s - self._marks[1][0]):
            self._marks.popleft()
        if self._marks and self._is_long(out_time_s - self._marks[0][0]):
            self._compare(out_time_s, sent_bytes)
        if not self._marks or out_time_s - self._marks[-1][0] >= self._stretch_s / POINTS:
            self._marks.append((out_time_s, sent_bytes))

    def _is_long(self, length_s: float) -> bool:
        return length_s >= self._stretch_s * (1 + SLACK)

    def _compare(self, out_time_s: float, sent_bytes: int) -> None:
        if self._proven_at_s is None:
            self._proven_at_s = out_time_s + self._stretch_s
        shortest_start_s = out_time_s - self._stretch_s * (1 - SLACK)
        short = next((sent_bytes - sent for at_s, sent in self._marks if at_s >= shortest_start_s), 0)
        self._most_of_short = max(self._most_of_short, short)
        self._least_of_long = min(self._least_of_long, sent_bytes - self._marks[0][1])
        if self._least_of_long >= self._most_of_short * (1 - TOLERANCE):
            return
        if out_time_s < self._proven_at_s:
            self._wrong = True
            self._marks.clear()
        else:
            self.lost = True
