"""What goes wrong on request: failures, hangs and dropped connections, each for so many requests."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final, Literal

EVERY: Final = "*"


@dataclass(slots=True)
class Fault:
    """One thing that goes wrong.

    Attributes:
        method: Name of a Bot API method in lower case, `file` for downloads, `*` for all.
        left: For how many requests still; None until `Faults.heal`.
        carried_out: The request takes effect and only its answer is lost.
    """

    kind: Literal["fail", "hang", "drop"]
    method: str
    left: int | None
    carried_out: bool = False
    status: int = 500
    description: str = ""
    retry_after_s: int | None = None


class Faults:
    """The faults that are set, first in, first out."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self.healed = asyncio.Event()

    def add(self, fault: Fault) -> None:
        """Set one more fault."""
        fault.method = fault.method.lower()
        self._faults.append(fault)
        self.healed.clear()

    def take(self, method: str) -> Fault | None:
        """Return the fault that this request meets, and count it."""
        for fault in self._faults:
            if fault.method in {EVERY, method.lower()}:
                self._count(fault)
                return fault
        return None

    def lasting(self, method: str) -> Fault | None:
        """Return the fault without an end that has come up while a request was carried out."""
        return next((it for it in self._faults if it.left is None and it.method in {EVERY, method.lower()}), None)

    def heal(self) -> None:
        """Forget all faults; what hangs is let go, unanswered."""
        self._faults.clear()
        self.healed.set()

    def _count(self, fault: Fault) -> None:
        if fault.left is None:
            return
        fault.left -= 1
        if fault.left == 0:
            self._faults.remove(fault)
