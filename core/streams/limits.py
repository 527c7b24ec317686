"""May one more stream start? Pure: who counts, what is allowed, whose key is taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import KeyInUse, LimitExceeded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from core.model import LimitUse, SpaceName, State, UserId


@dataclass(frozen=True, slots=True)
class Slot:
    """What a stream takes up from its order until its end: a place for its user and in all, and its keys.

    `locks` are those of the keys that it has (`Destination.lock`).
    """

    space: SpaceName
    stream: str
    user: UserId
    user_name: str
    locks: frozenset[str]
    since: datetime
    state: State


def check_limits(use: LimitUse) -> None:
    """Refuse one more stream of this user.

    Raises:
        LimitExceeded: the user's own limit, or the total, is reached.
    """
    if use.user_used >= use.user_allowed:
        raise LimitExceeded("per_user", use.user_used, use.user_allowed, use.names)
    if use.total_used >= use.total_allowed:
        raise LimitExceeded("total", use.total_used, use.total_allowed, use.names)


def check_keys(slots: Iterable[Slot], space: SpaceName, locks: Mapping[str, str]) -> None:
    """Refuse a second pusher of one key (N4), naming the stream in the way unless it is another space's.

    `locks` maps those that are asked for to their destinations' names.

    Raises:
        KeyInUse: one of `locks` is taken.
    """
    for slot in slots:
        for lock in locks.keys() & slot.locks:
            if slot.space != space:
                raise KeyInUse(locks[lock], None)
            raise KeyInUse(locks[lock], slot.stream, slot.state, slot.since, slot.user_name)
