"""Which imports are under way and how the last ones went; it starts none and touches no file."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from itertools import count
from typing import TYPE_CHECKING, Final

from core.errors import LimitExceeded, NotFound
from core.media.import_files import UnderWay, name_part
from core.media.import_room import reserved
from core.media.import_view import ENDED, ImportState, ImportView

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.model import Actor, SpaceName, UserId

PER_USER: Final = 5
"""Imports of one person that wait or run."""
REMEMBERED: Final = 20
"""Imports that ended, kept to be looked at."""


class Ledger:
    """The imports of all spaces, by number."""

    def __init__(self) -> None:
        self._ids = count(1)
        self._running: dict[int, UnderWay] = {}
        self._ended: OrderedDict[int, ImportView] = OrderedDict()
        self._used: dict[UserId, int] = {}  # bytes in the library, of those who import right now

    def __iter__(self) -> Iterator[UnderWay]:
        """Give those that are under way, oldest first."""
        return iter(list(self._running.values()))

    def enter(self, actor: Actor, folder: Path, given: str | None, name: str, origin: str, used_bytes: int) -> UnderWay:
        """Note one that is to begin, so that it counts from now on. `used_bytes`: the person's in the library.

        Raises:
            LimitExceeded: imports.
        """
        under_way = sum(one.view.user == actor.user for one in self)
        if under_way >= PER_USER:
            raise LimitExceeded("imports", under_way, PER_USER)
        self._used[actor.user] = used_bytes
        number = next(self._ids)
        view = ImportView(number, actor.space, actor.user, name, origin, ImportState.WAITING)
        one = UnderWay(view, name_part(folder, number), given, asyncio.Event())
        self._running[number] = one
        return one

    def leave(self, one: UnderWay) -> None:
        """Keep nothing of it but how it ended."""
        del self._running[one.view.id]
        if all(other.view.user != one.view.user for other in self):
            self._used.pop(one.view.user, None)
        if one.view.state in ENDED:
            self._ended[one.view.id] = one.view
        while len(self._ended) > REMEMBERED:
            self._ended.popitem(last=False)
        one.heard.set()

    def under_way(self, number: int) -> UnderWay | None:
        """Return one that is under way."""
        return self._running.get(number)

    def find(self, number: int) -> ImportView | None:
        """Return how one is, or went; None once it is forgotten."""
        one = self._running.get(number)
        return one.view if one else self._ended.get(number)

    def get(self, number: int) -> ImportView:
        """Return how one is, or went.

        Raises:
            NotFound: kind import.
        """
        view = self.find(number)
        if view is None:
            raise NotFound("import", f"#{number}")
        return view

    def all(self, space: SpaceName) -> list[ImportView]:
        """Return the space's imports, those under way first, then how the last ones went, newest first."""
        running = [one.view for one in self]
        return [view for view in (*running, *reversed(self._ended.values())) if view.space == space]

    def taken_bytes(self, one: UnderWay) -> int:
        """Return what its person has in the library, and what his other imports have taken or will."""
        others = (other.view for other in self if other is not one)
        return self._used[one.view.user] + reserved(others, one.view.user)

    def count_in(self, one: UnderWay, size_bytes: int) -> None:
        """Take note that so much of it lies in the library now."""
        self._used[one.view.user] += size_bytes
