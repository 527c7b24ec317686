"""People who are not on the list: how often they are answered, and telling those who can let them in."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from core.clock import Clock
    from core.model import SpaceName
    from core.push import ChatRef

ANSWERED_EVERY_S: Final = 3600
MAX_REMEMBERED: Final = 10_000


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody without a role, as the admins of `space` are told of him; `username` is his @name without the @."""

    platform: str
    platform_id: str
    name: str
    space: SpaceName
    username: str | None = None


class Strangers:
    """Remembers, in memory, whom it answered within the hour."""

    def __init__(
        self, clock: Clock, on_stranger: Callable[[Stranger, ChatRef | None], Awaitable[bool]] | None = None
    ) -> None:
        """`on_stranger` tells the admins and returns whether any was there to be told; see `tell_admins`."""
        self._clock = clock
        self.on_stranger = on_stranger
        self._seen: OrderedDict[tuple[str, str], tuple[float, Stranger]] = OrderedDict()

    def is_due(self, stranger: Stranger) -> bool:
        """Return whether an hour has passed since the last answer; from now on it counts as answered."""
        key, now = (stranger.platform, stranger.platform_id), self._clock.monotonic()
        if key in self._seen and now - self._seen[key][0] < ANSWERED_EVERY_S:
            return False
        self._seen[key] = now, stranger
        self._seen.move_to_end(key)
        while len(self._seen) > MAX_REMEMBERED:
            self._seen.popitem(last=False)
        return True

    def find(self, platform: str, username: str, space: SpaceName) -> Stranger | None:
        """Return who wrote to a space under that @name, None where none is remembered."""
        wanted = (platform, username.casefold(), space)
        seen = (stranger for _, stranger in reversed(self._seen.values()))
        return next((one for one in seen if (one.platform, (one.username or "").casefold(), one.space) == wanted), None)

    def find_by_id(self, platform: str, platform_id: str, space: SpaceName) -> Stranger | None:
        """Return who wrote to a space under that id, None where none is remembered."""
        _, stranger = self._seen.get((platform, platform_id), (0.0, None))
        return stranger if stranger is not None and stranger.space == space else None

    async def tell_admins(self, stranger: Stranger, chat: ChatRef | None) -> bool:
        """Return whether an admin was told of this stranger. `chat`: where he wrote, if others read there."""
        return self.on_stranger is not None and await self.on_stranger(stranger, chat)
