"""How fast Telegram may be spoken to: waits until the next message is allowed; it sends nothing.

The numbers: core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from core.clock import Clock

SOON_S: Final = 1e-6
"""A shorter wait is the rounding of a float."""

MAX_CHATS: Final = 500
"""How many chats are remembered before those that were silent for a minute are forgotten."""


@dataclass(frozen=True, slots=True)
class Rates:
    """What is allowed; a little below what Telegram publishes, since it counts when messages arrive, not when they go.

    A chat takes one message a second, and `chat_burst` at once after a pause; windows are in seconds.
    """

    chat_per_s: float = 1.0
    chat_burst: int = 2
    group: int = 20
    group_window_s: float = 61.0
    overall: int = 28
    overall_window_s: float = 1.05


@dataclass(slots=True)
class _Line:
    """The messages of one chat; `tokens` as of `at_s`."""

    tokens: float
    at_s: float
    sent_at: deque[float] = field(default_factory=deque)
    closed_until_s: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Pace:
    """Lets messages through one after the other, in order per chat."""

    def __init__(self, clock: Clock, rates: Rates | None = None) -> None:
        self._clock = clock
        self._rates = rates or Rates()
        self._lines: dict[str, _Line] = {}
        self._sent_at: deque[float] = deque()

    async def wait_turn(self, chat: str, *, spare: int = 0) -> None:
        """Return once a message to `chat` is allowed; it counts from then on. Groups have negative ids.

        `spare`: so many more, below `chat_burst`, must be allowed at once then, which what is urgent may take first.
        """
        line = self._line(chat)
        while spare and (wait_s := self._until_tokens_s(line, 1 + spare)) > SOON_S:
            await self._clock.sleep(wait_s)
        async with line.lock:
            while (wait_s := self._wait_s(line, group=chat.startswith("-"))) > SOON_S:
                await self._clock.sleep(wait_s)
            now = self._clock.monotonic()
            line.tokens, line.at_s = self._tokens(line, now) - 1, now
            line.sent_at.append(now)
            self._sent_at.append(now)

    def hold(self, chat: str, seconds: float) -> None:
        """Let nothing through to `chat` for so long: Telegram asked for it."""
        self._line(chat).closed_until_s = self._clock.monotonic() + seconds

    def _line(self, chat: str) -> _Line:
        if chat not in self._lines:
            self._forget_silent()
            self._lines[chat] = _Line(float(self._rates.chat_burst), self._clock.monotonic())
        return self._lines[chat]

    def _forget_silent(self) -> None:
        if len(self._lines) < MAX_CHATS:
            return
        oldest_s = self._clock.monotonic() - self._rates.group_window_s
        for chat, line in list(self._lines.items()):
            if line.at_s < oldest_s and line.closed_until_s < oldest_s and not line.lock.locked():
                del self._lines[chat]

    def _wait_s(self, line: _Line, *, group: bool) -> float:
        now, rates = self._clock.monotonic(), self._rates
        waits = [line.closed_until_s - now, self._until_tokens_s(line, 1)]
        waits.append(_window_wait_s(self._sent_at, rates.overall, rates.overall_window_s, now))
        own_s = _window_wait_s(line.sent_at, rates.group, rates.group_window_s, now)
        return max(*waits, own_s if group else 0.0)

    def _until_tokens_s(self, line: _Line, tokens: int) -> float:
        return (tokens - self._tokens(line, self._clock.monotonic())) / self._rates.chat_per_s

    def _tokens(self, line: _Line, now: float) -> float:
        return min(float(self._rates.chat_burst), line.tokens + (now - line.at_s) * self._rates.chat_per_s)


def _window_wait_s(sent_at: deque[float], most: int, window_s: float, now: float) -> float:
    while sent_at and sent_at[0] <= now - window_s:
        sent_at.popleft()
    return 0.0 if len(sent_at) < most else sent_at[len(sent_at) - most] + window_s - now
