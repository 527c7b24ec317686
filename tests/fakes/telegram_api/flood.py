"""Flood control: may the bot send into this chat now, and if not, when; knows nothing of messages."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from typing import TYPE_CHECKING, Final

from tests.fakes.telegram_api.errors import too_many_requests

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.telegram_api.limits import FloodLimits

MINUTE_S: Final = 60.0
OVERALL: Final = 0  # no chat has this id


class FloodGate:
    """Counts what was sent over the windows of `FloodLimits`, by the injected clock."""

    def __init__(self, limits: FloodLimits | None, clock: Callable[[], float]) -> None:
        self.limits = limits
        self._clock = clock
        self._sent_at: defaultdict[int, deque[float]] = defaultdict(deque)
        self._tokens: dict[int, tuple[float, float]] = {}
        self._closed_until: dict[int, float] = {}

    def spend(self, chat_id: int, *, is_group: bool) -> None:
        """Count one message for the chat.

        Raises:
            ApiError: 429 with the whole seconds to wait. Until they have passed everything is refused, as the
                platform does to a bot that goes on.
        """
        if self.limits is None:
            return
        now = self._clock()
        for key in (chat_id, OVERALL):
            self._refuse_until(key, self._closed_until.get(key, now), now)
        self._refuse_until(chat_id, now + self._chat_wait_s(chat_id, now), now)
        if is_group:
            self._refuse_until(chat_id, now + self._window_wait_s(chat_id, self.limits.per_group_per_min, now), now)
        self._refuse_until(OVERALL, now + self._window_wait_s(OVERALL, self.limits.overall_per_s, now), now)
        self._take(chat_id, now)

    def _refuse_until(self, key: int, until: float, now: float) -> None:
        if until <= now:
            return
        wait_s = max(1, math.ceil(until - now))
        self._closed_until[key] = now + wait_s
        raise too_many_requests(wait_s)

    def _chat_wait_s(self, chat_id: int, now: float) -> float:
        assert self.limits is not None
        level = self._level(chat_id, now)
        return 0.0 if level >= 1 else (1 - level) / self.limits.per_chat_per_s

    def _level(self, chat_id: int, now: float) -> float:
        assert self.limits is not None
        level, at = self._tokens.get(chat_id, (float(self.limits.chat_burst), now))
        return min(self.limits.chat_burst, level + (now - at) * self.limits.per_chat_per_s)

    def _window_wait_s(self, key: int, most: int, now: float) -> float:
        window_s = 1.0 if key == OVERALL else MINUTE_S
        sent = self._sent_at[key]
        while sent and sent[0] <= now - window_s:
            sent.popleft()
        return 0.0 if len(sent) < most else sent[len(sent) - most] + window_s - now

    def _take(self, chat_id: int, now: float) -> None:
        self._tokens[chat_id] = (self._level(chat_id, now) - 1, now)
        self._sent_at[chat_id].append(now)
        self._sent_at[OVERALL].append(now)
