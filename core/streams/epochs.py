"""Numbers for attempts, each higher than all before, whatever the wall clock does; kept in memory only."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class Epochs:
    """One count for all outputs of a service.

    Numbers begin at the wall clock's milliseconds, so that those of a later service are higher without being stored;
    where the clock was set back meanwhile, what was taken over tells how high they were.
    """

    def __init__(self) -> None:
        self._last = 0

    def next(self, now: datetime) -> int:
        """Return the number of an attempt that begins now."""
        self._last = max(self._last + 1, int(now.timestamp() * 1000))
        return self._last

    def saw(self, epoch: int) -> None:
        """Never give a number that is not higher than this one."""
        self._last = max(self._last, epoch)
