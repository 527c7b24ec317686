"""Does a looped source still bring as many bytes a pass as it did at first? Pure; it ends nothing.

A bitrate alone tells no lost track from a quiet passage: half a minute of black with sound of 128 kbit/s in a film of
3 Mbit/s is 4 % of its average, and a probe's average counts tracks and fonts that are not sent. But whole passes of one
file hold the same bytes, however they are spread. So what is compared are stretches of whole passes, with the first
such stretch of the same attempt. Of sources longer than the window a lost sound is noticed after a pass; a lost picture
is noticed by its frames, within 15 s.
"""

from __future__ import annotations

from collections import deque
from math import ceil
from typing import Final

WINDOW_S: Final = 30.0

MARKS: Final = 16
"""So many points of a window are kept: it slides on by a sixteenth, however long a pass is."""

THINNED: Final = 0.25
"""Below this share of the first stretch a track is gone. Stretches are up to a sixteenth and a step of 4 s longer than
whole passes; where all bytes of a pass lie in that rest, two sound stretches can differ by 0.42, never by more."""


class Passes:
    """Follows one attempt; `thinned` once a stretch held far fewer bytes than the first."""

    def __init__(self, pass_s: float) -> None:
        self._stretch_s = ceil(WINDOW_S / pass_s) * pass_s
        self._marks: deque[tuple[float, int]] = deque()
        self._first: float | None = None
        self.thinned = False

    def add(self, out_time_s: float, sent_bytes: int | None) -> None:
        """Take a reading of FFmpeg's cumulative numbers; numbers that fell begin anew."""
        if sent_bytes is None:
            return
        if self._marks and (out_time_s < self._marks[-1][0] or sent_bytes < self._marks[-1][1]):
            self._marks.clear()
        self._compare(out_time_s, sent_bytes)
        if not self._marks or out_time_s - self._marks[-1][0] >= self._stretch_s / MARKS:
            self._marks.append((out_time_s, sent_bytes))

    def _compare(self, out_time_s: float, sent_bytes: int) -> None:
        while len(self._marks) > 1 and out_time_s - self._marks[1][0] >= self._stretch_s:
            self._marks.popleft()
        if not self._marks or out_time_s - self._marks[0][0] < self._stretch_s:
            return
        rate = (sent_bytes - self._marks[0][1]) / (out_time_s - self._marks[0][0])
        if self._first is None:
            self._first = rate
        self.thinned = rate < self._first * THINNED
