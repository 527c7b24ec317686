"""How often each chat is written to, so that a platform's allowance is kept, threads included; it sends nothing."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.channel import Channel
    from core.clock import Clock
    from core.push import ChatRef

WINDOW_S: Final = 60.0


class Pace:
    """Remembers what was sent within the last minute."""

    def __init__(self, clock: Clock, channels: Mapping[str, Channel]) -> None:
        """Chats of other platforms than those of `channels` are not to be asked for."""
        self._clock = clock
        self._channels = channels
        self._sent: dict[ChatRef, deque[float]] = {}

    def key(self, chat: ChatRef) -> ChatRef:
        """Return what all chats have in common that share an allowance."""
        return self._channels[chat.platform].allowance_of(chat)

    def note(self, chat: ChatRef) -> None:
        """Count a message or an edit."""
        self._sent.setdefault(self.key(chat), deque()).append(self._clock.monotonic())

    def wait_s(self, chat: ChatRef, per_minute: float) -> float:
        """Return how long to wait until another is within `per_minute`; 0: now."""
        sent, now = self._recent(self.key(chat)), self._clock.monotonic()
        allowed = max(1, int(per_minute))
        return 0.0 if len(sent) < allowed else max(0.0, sent[-allowed] + WINDOW_S - now)

    def _recent(self, key: ChatRef) -> deque[float]:
        sent, now = self._sent.get(key, deque()), self._clock.monotonic()
        while sent and now - sent[0] >= WINDOW_S:
            sent.popleft()
        if not sent:
            self._sent.pop(key, None)
        return sent
