"""Keeps what a test has asked to go wrong, and says for each request which of it happens now."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from fnmatch import fnmatchcase


@dataclass(eq=False)
class Fault:
    """Something that goes wrong on matching routes.

    Args:
        route: `METHOD /path/{template}`, with `*` for any run of characters.
        times: How often; None: until it is lifted.
        status: Answered in place of doing it; None: the request hangs, or its answer is lost.
        code: The JSON code that goes with it.
        message: The text that goes with it.
        retry_after_s: For 429.
        is_global: A 429 for all routes.
        banned: A 429 as a ban looks: HTML, and no `Via`.
        lose_answer: It is done, and the connection breaks before the answer.
    """

    route: str
    times: int | None = 1
    status: int | None = None
    code: int = 0
    message: str = "injected by the test"
    retry_after_s: float | None = None
    is_global: bool = False
    banned: bool = False
    lose_answer: bool = False
    hits: int = 0
    lifted: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def over(self) -> bool:
        """Whether it happens no more."""
        return self.lifted.is_set() or (self.times is not None and self.hits >= self.times)

    def lift(self) -> None:
        """End it; what hangs goes on and is done."""
        self.lifted.set()


@dataclass
class Faults:
    """All faults, in the order in which they were asked for."""

    planned: list[Fault] = field(default_factory=list)

    def next_for(self, route: str) -> Fault | None:
        """Return the first fault that matches, counted as hit; None where all is well."""
        for fault in self.planned:
            if not fault.over and fnmatchcase(route, fault.route):
                fault.hits += 1
                return fault
        return None

    def lift_all(self) -> None:
        """End every fault."""
        for fault in self.planned:
            fault.lift()
        self.planned.clear()
