"""Which chats are giving orders right now: whoever is being answered need not be told the same unasked."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.clock import Clock
    from core.push import ChatRef

AFTER_S: Final = 2.0
"""What an order caused is heard of a moment after its answer."""


class Acting:
    """Counts orders that are being carried out; nothing is left of a chat soon after its last one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._now: Counter[ChatRef] = Counter()

    @contextmanager
    def order_of(self, chat: ChatRef) -> Iterator[None]:
        """Count an order while it is carried out, and shortly after."""
        self._now[chat] += 1
        try:
            yield
        finally:
            self._clock.call_later(AFTER_S, lambda: self._end(chat))

    def is_acting(self, chat: ChatRef) -> bool:
        """Return whether it gives an order, or just did."""
        return chat in self._now

    def _end(self, chat: ChatRef) -> None:
        self._now[chat] -= 1
        if self._now[chat] <= 0:
            del self._now[chat]
