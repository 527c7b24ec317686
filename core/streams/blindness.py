"""Whether an output's reporting is dead while its stream is well, and when a planned break is to bring it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.events import OutputBlind
from core.streams.stall import BLIND_AGAIN_S, BLIND_REPLACE_S, BLIND_SPREAD_S

if TYPE_CHECKING:
    from core.streams.order import Surroundings, Tell


class Blindness:
    """One output's; `now` is whether its progress is dead."""

    def __init__(self, around: Surroundings, tell: Tell) -> None:
        self.now = False
        self._around = around
        self._tell = tell
        self._renew_at_s = 0.0
        self._spread_s = 0.0

    def look(self, blind_s: float, at_s: float) -> bool:
        """Tell when FFmpeg's progress dies or is there again; return whether a planned break is to bring it back now.

        `blind_s`: for how long it has been dead at `at_s`. A break helps only once there is room for progress again.
        """
        if (blind_s > 0) is not self.now:
            self.now = not self.now
            self._spread_s = self._around.rng.uniform(0, BLIND_SPREAD_S)
            self._tell(OutputBlind, blind=self.now)
        if blind_s == 0:
            return False
        if blind_s < BLIND_REPLACE_S or not self._around.runner.has_room():
            self._renew_at_s = max(self._renew_at_s, at_s + self._spread_s)
            return False
        if at_s < self._renew_at_s:
            return False
        self._renew_at_s = at_s + BLIND_AGAIN_S
        return True
