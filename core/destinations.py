"""Destinations: ingests with their keys; the only place that sees a stream key in clear, and only for an attempt."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from core.errors import KeyExists, NotFound
from core.ingest import build_lock_text, check_key, parse_ingest
from core.model import DestinationId
from core.names import check_name, find, parse_reference

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.model import Destination, SpaceName
    from core.secrets import Secret
    from core.store.destinations import Destinations as Rows

log = logging.getLogger(__name__)

WORD_MAX: Final = 12
"""A key's name of fewer characters (`stream?token=...`) may be an ordinary word."""


class Ring(Protocol):
    """Seals keys, opens them, and tells equal ones by a digest."""

    def seal(self, clear: str) -> str:
        """Return it sealed."""
        ...

    def open(self, sealed: str) -> Secret:
        """Return what was sealed."""
        ...

    def digest(self, clear: str) -> str:
        """Return a keyed digest."""
        ...


class Cutter(Protocol):
    """Cuts secrets out of logs and replies."""

    def add(self, secret: str) -> None:
        """Cut this one out from now on."""
        ...


@dataclass(frozen=True, slots=True)
class Ingest:
    """Where FFmpeg pushes to: the address without the key, and the key, which one `/` would join; `lock` is its own."""

    url: str
    playpath: Secret
    lock: str


class Destinations:
    """The destinations of all spaces.

    Args:
        rows: Where they are kept, their keys sealed.
        ring: Seals and opens keys.
        redactor: Is told each key that is stored or used.
    """

    def __init__(self, rows: Rows, ring: Ring, redactor: Cutter) -> None:
        self._rows = rows
        self._ring = ring
        self._redactor = redactor
        self._told: set[str] = set()

    def cut_out(self, sealed_keys: Iterable[str]) -> None:
        """Have these keys cut out from now on, also those that no stream uses yet."""
        for sealed in sealed_keys:
            self._tell(self._ring.open(sealed).reveal())

    async def relock(self) -> None:
        """Have every stored lock be what this release makes of it: an earlier one may have told addresses apart."""
        for name in await self._rows.relock(lambda url, sealed: self._lock(url, self._ring.open(sealed).reveal())):
            log.warning("destination %s pushes the same key to the same place as another of its space", name)

    async def all(self, space: SpaceName) -> list[Destination]:
        """Return the space's destinations by name."""
        return await self._rows.all(space)

    async def find(self, space: SpaceName, typed: str) -> Destination:
        """Return the destination that was typed (`#3`: by id).

        Raises:
            NotFound, Ambiguous: kind destination.
        """
        number = parse_reference(typed)
        if number is not None:
            return await self._get(space, DestinationId(number))
        return find("destination", typed, {known.name: known for known in await self._rows.all(space)})

    async def add(self, space: SpaceName, name: str, target: str, key: str) -> Destination:
        """Add one; never overwrites.

        Args:
            space: Whose it is.
            name: What it is called.
            target: A platform's name or an rtmp(s) URL; one that ends with the key is stored without.
            key: The stream key; the whole push address is forgiven.

        Raises:
            InvalidName, InvalidAddress, InvalidKey: That part can't be one.
            NameInUse: The space has one of that name.
            KeyExists: The space has one that pushes the same key to the same ingest.
        """
        name = check_name("destination", name)
        where, key = parse_ingest(target, key)
        self._tell(key)
        return await self._rows.add(
            space, name, where.platform, where.url, self._ring.seal(key), self._lock(where.url, key)
        )

    async def check_key(self, space: SpaceName, destination: DestinationId, key: str) -> str:
        """Return the lock that the destination would have with this key.

        Raises:
            InvalidKey, KeyExists, NotFound: As `set_key`.
        """
        known = await self._get(space, destination)
        key = check_key(key, known.url)
        self._tell(key)
        lock = self._lock(known.url, key)
        for other in await self._rows.all(space):
            if other.lock == lock and other.id != destination:
                raise KeyExists(other.name)
        return lock

    async def set_key(self, space: SpaceName, destination: DestinationId, key: str) -> Destination:
        """Give it another key; what is on air goes on with the old one until its next attempt.

        Raises:
            InvalidKey: It can't be one.
            KeyExists: Another destination of the space pushes that key to the same ingest.
            NotFound: kind destination.
        """
        known = await self._get(space, destination)
        key = check_key(key, known.url)
        self._tell(key)
        return await self._rows.set_key(destination, self._ring.seal(key), self._lock(known.url, key))

    async def remove(self, space: SpaceName, destination: DestinationId) -> None:
        """Delete it and its key.

        Raises:
            InUse: Streams, running or not, go there.
            NotFound: kind destination.
        """
        await self._get(space, destination)
        await self._rows.remove(destination)

    async def ingest(self, destination: DestinationId) -> Ingest:
        """Return where to push to, with the key as it is now.

        Raises:
            NotFound: kind destination.
            DataFolderUnusable: key_wrong: another key file sealed it.
        """
        known = await self._rows.get(destination)
        key = self._ring.open(await self._rows.sealed_key(destination))
        self._tell(key.reveal())
        return Ingest(known.url, key, self._lock(known.url, key.reveal()))

    async def _get(self, space: SpaceName, destination: DestinationId) -> Destination:
        found = await self._rows.get(destination)
        if found.space != space:
            raise NotFound("destination", f"#{destination}")
        return found

    def _lock(self, url: str, key: str) -> str:
        return self._ring.digest(build_lock_text(url, key))

    def _tell(self, key: str) -> None:
        """Have a key cut out of everything, and what stands before its arguments too, unless that is just a word."""
        name = key.partition("?")[0]
        for secret in {key, name if len(name) >= WORD_MAX else key}:
            digest = self._ring.digest(secret)
            if digest not in self._told:
                self._told.add(digest)
                self._redactor.add(secret)
