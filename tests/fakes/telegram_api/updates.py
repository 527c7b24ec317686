"""The queue of updates and its one long poll: what was not confirmed is given again; knows no messages."""

from __future__ import annotations

import asyncio
from collections import deque
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from tests.fakes.telegram_api.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.telegram_api.limits import Limits

FIRST_UPDATE_ID: Final = 730_000_001
# https://core.telegram.org/bots/api#getupdates "Specify an empty list to receive all update types except chat_member,
# message_reaction, and message_reaction_count (default)"
NOT_BY_DEFAULT: Final = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
CONFLICT: Final = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


class Updates:
    """https://core.telegram.org/bots/api#getting-updates."""

    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        self._limits = limits
        self._clock = clock
        self._next_id = FIRST_UPDATE_ID
        self._queue: deque[tuple[float, dict[str, Any]]] = deque()
        self._allowed: frozenset[str] = frozenset()
        self._waiting: asyncio.Future[None] | None = None

    def add(self, kind: str, payload: dict[str, Any]) -> None:
        """Queue an update, unless the bot did not ask for its kind, and wake the poll."""
        wanted = kind in self._allowed if self._allowed else kind not in NOT_BY_DEFAULT
        if not wanted:
            return
        self._queue.append((self._clock(), {"update_id": self._next_id, kind: payload}))
        self._next_id += 1
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def allow(self, kinds: list[str] | None) -> None:
        """Choose the kinds of the updates to come; None: as before, empty: the default."""
        if kinds is not None:
            self._allowed = frozenset(kinds)

    @property
    def pending(self) -> list[dict[str, Any]]:
        """What the bot has not confirmed yet."""
        oldest = self._clock() - self._limits.update_life_s
        while self._queue and self._queue[0][0] < oldest:
            self._queue.popleft()
        return [update for _, update in self._queue]

    @property
    def is_polled(self) -> bool:
        """Whether a bot waits for updates now."""
        return self._waiting is not None

    def clear(self) -> None:
        """Drop everything: `drop_pending_updates`."""
        self._queue.clear()

    def confirm(self, offset: int) -> None:
        """Forget what the offset confirms; a negative one keeps only that many of the newest."""
        while self._queue and offset > self._queue[0][1]["update_id"]:
            self._queue.popleft()
        while offset < 0 and len(self._queue) > -offset:
            self._queue.popleft()

    async def poll(self, limit: int, timeout_s: float) -> list[dict[str, Any]]:
        """Return up to `limit` updates, waiting for the first of them where there is none.

        The wait is real time: it is the client's own HTTP time-out that runs against it.

        Raises:
            ApiError: 409, to the one that waited, as soon as another begins to wait.
        """
        if not self.pending and timeout_s > 0:
            await self._wait(timeout_s)
        return self.pending[:limit]

    async def _wait(self, timeout_s: float) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ApiError(HTTPStatus.CONFLICT, CONFLICT))
        waiting = self._waiting = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(timeout_s):
                await waiting
        except TimeoutError:
            pass
        finally:
            if self._waiting is waiting:
                self._waiting = None
