"""How much the machine has, and how busy it is; it knows no streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import psutil

from core.ffmpeg.contract import Capacity

if TYPE_CHECKING:
    from collections.abc import Callable

STEADY_S: Final = 5.0
"""The kernel counts in steps of 10 ms: over less than this, one process more or less decides the figure."""


class Host:
    """Asked again soon, it says again how busy the CPU was; nobody spoils another's measurement by asking."""

    def __init__(self, monotonic: Callable[[], float], cpu_percent: Callable[[], float] = psutil.cpu_percent) -> None:
        """`cpu_percent` gives the share since its last call."""
        self._monotonic = monotonic
        self._read_cpu = cpu_percent
        self._cpu_percent = 0.0
        self._read_cpu()
        self._read_s = monotonic()

    def look(self) -> Capacity:
        """Return what there is now; the CPU's share is that of at least 5 s, 0 before."""
        now_s = self._monotonic()
        if now_s - self._read_s >= STEADY_S:
            self._cpu_percent, self._read_s = self._read_cpu(), now_s
        memory = psutil.virtual_memory()
        return Capacity(psutil.cpu_count() or 1, memory.total, memory.available, self._cpu_percent)
