"""Files that come in, by link or through a chat: fetched beside the library, looked into, then put into it.

Whatever is wrong with a file, nobody sees it in the library before it was looked into. Nothing is left on the disk of
an import that failed, was cancelled, or was cut off by the end of the service (`sweep`).
"""

from __future__ import annotations

import asyncio
import logging
import shutil
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from core.errors import (
    CoreError,
    DataFolderUnusable,
    FetchFailed,
    NameInUse,
    NoRoom,
    NotFound,
    SourceUnreadable,
)
from core.media import folder as folders
from core.media.import_files import find_size, sweep
from core.media.import_ledger import Ledger
from core.media.import_names import clean_name, free_name, read_name, with_ending
from core.media.import_room import check_room
from core.media.import_view import ImportState, ImportView
from core.media.import_watch import watch
from core.media.link import check_url
from core.names import check_name

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from core.clock import Clock
    from core.config import CoreConfig
    from core.media.fetch import Fetcher
    from core.media.import_files import UnderWay
    from core.media.late_fetch import LateFetcher
    from core.media.library import Library, Prober
    from core.model import Actor, MediaItem, SpaceName
    from core.store.store import Store

    Save = Callable[[Path], Awaitable[None]]

Origin = tuple[str, "dict[str, str]"]
"""Where a file came from in the end, and the headers it came with."""

log = logging.getLogger(__name__)

MIB: Final = 1024 * 1024
AT_ONCE: Final = 2
"""Imports that receive at the same time; further ones wait their turn."""


class Imports:
    """All imports of all spaces.

    Args:
        root: DATA_DIR/media.
        library: Where files end up.
        prober: Looks into them before they do.
        fetcher: Follows links.
        config: Limits and the disk's floor.
    """

    def __init__(
        self,
        root: Path,
        library: Library,
        store: Store,
        prober: Prober,
        fetcher: Fetcher | LateFetcher,
        config: CoreConfig,
        clock: Clock,
        free_bytes: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
    ) -> None:
        """`free_bytes` tells what is free where a folder lies."""
        self._root = root.absolute()
        self._library = library
        self._disk = library.disk
        self._store = store
        self._prober = prober
        self._fetcher = fetcher
        self._media, self._floor = config.media, int(config.monitor.disk_free_mib * MIB)
        self._clock = clock
        self._free_bytes = free_bytes
        self._ledger = Ledger()
        self._receiving = asyncio.Semaphore(AT_ONCE)
        self._placing = asyncio.Lock()

    # What anyone may ask

    async def start(self, actor: Actor, url: str, name: str | None = None) -> ImportView:
        """Begin to fetch what a link leads to.

        Raises:
            LinkRefused: the link itself. InvalidName, NameInUse: the name that was asked for.
            LimitExceeded: imports. NoRoom: disk: there is none at all.
        """
        url = check_url(url)
        called = clean_name(read_name(url, {}))
        one, free_bytes = await self._register(actor, name, urlsplit(url).hostname or "", called)
        self._begin(one, partial(self._fetcher.fetch, url, one.part, partial(self._look, one)), free_bytes)
        return one.view

    async def take(
        self,
        actor: Actor,
        name: str,
        size_bytes: int | None,
        save: Save,
    ) -> ImportView:
        """Begin to take a file that `save` brings.

        Raises:
            NoRoom: it can't fit, so it is not even fetched. LimitExceeded: imports.
        """
        one, free_bytes = await self._register(actor, None, "", clean_name(name))
        self._begin(one, partial(self._save, one, size_bytes, save), free_bytes, size_bytes)
        return one.view

    def cancel(self, space: SpaceName, number: int) -> ImportView:
        """End one; it was received so far for nothing.

        Raises:
            NotFound: kind import: none of that number is under way.
        """
        one = self._ledger.under_way(number)
        if one is None or one.view.space != space or one.task is None:
            raise NotFound("import", f"#{number}")
        one.task.cancel()
        return one.view

    def find(self, number: int) -> ImportView | None:
        """Return how one is, or went; None once it is forgotten."""
        return self._ledger.find(number)

    def all(self, space: SpaceName) -> list[ImportView]:
        """Return the space's imports, those under way first, then how the last ones went, newest first."""
        return self._ledger.all(space)

    async def heard(self, number: int) -> ImportView:
        """Wait until the other side has said anything, or it is over."""
        if one := self._ledger.under_way(number):
            await one.heard.wait()
        return self._ledger.get(number)

    async def wait(self, number: int) -> ImportView:
        """Wait for its end."""
        one = self._ledger.under_way(number)
        if one is not None and one.task is not None:
            await asyncio.wait([one.task])
        return self._ledger.get(number)

    async def sweep(self) -> None:
        """Remove what imports of an earlier life of the service left; before any is started."""
        try:
            await self._disk.ask(sweep, self._root)
        except DataFolderUnusable:
            log.warning("The media folder %s does not answer: half files of earlier imports stay there", self._root)

    async def close(self) -> None:
        """End all."""
        tasks = [one.task for one in self._ledger if one.task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # Within

    def _begin(
        self,
        one: UnderWay,
        receive: Callable[[], Awaitable[Origin]],
        free_bytes: int,
        size_bytes: int | None = None,
    ) -> None:
        """Let it run, unless it is clear by now that it can't fit."""
        try:
            self._measure(one, 0, size_bytes, free_bytes)
        except NoRoom:
            self._ledger.leave(one)
            raise
        one.heard.clear()
        one.task = asyncio.create_task(self._run(one, receive), name=f"import {one.view.id}")

    async def _register(self, actor: Actor, given: str | None, origin: str, name: str) -> tuple[UnderWay, int]:
        """Note an import that is to begin; return it, and how many bytes are free for it."""
        folder = self._folder(actor.space)
        await self._disk.ask(folder.mkdir, 0o700, parents=True, exist_ok=True)
        if given is not None:
            given = name = check_name("media", given)
            taken = await self._disk.ask(folders.list_names, folder)
            if free_name(given, taken) != given:
                raise NameInUse("media", given)
        free_bytes = await self._disk.ask(self._free_bytes, folder)
        used = await self._store.media.used_bytes(actor.user)
        one = self._ledger.enter(actor, folder, given, name, origin, used)
        return one, free_bytes

    async def _run(self, one: UnderWay, receive: Callable[[], Awaitable[Origin]]) -> None:
        state, more = ImportState.FAILED, {}
        try:
            async with self._receiving:
                self._set(one, state=ImportState.RECEIVING)
                one.began_s = self._clock.monotonic()
                url, headers = await receive()
            self._set(one, state=ImportState.CHECKING)
            item = await self._place(one, url, headers)
            state, more = ImportState.DONE, {"item": item, "name": item.name}
        except asyncio.CancelledError:
            state = ImportState.CANCELLED
            raise
        except CoreError as error:
            more = {"error": error}
        except Exception:
            log.exception("import %s failed", one.view.id)
            more = {"error": FetchFailed("disk")}
        finally:
            self._set(one, state=state, **more)
            await self._clear(one)

    async def _save(self, one: UnderWay, total: int | None, save: Save) -> Origin:
        """Let a chat's file come, and look at it while it does."""

        async def look() -> None:
            await self._look(one, await self._disk.ask(find_size, one.part), total)

        await watch(save(one.part), look, self._clock)
        return "", {}

    async def _look(self, one: UnderWay, received: int, total: int | None) -> None:
        """Measure it against what is free now; raises as `_measure`."""
        self._measure(one, received, total, await self._disk.ask(self._free_bytes, one.part.parent))

    def _measure(self, one: UnderWay, received: int, total: int | None, free_bytes: int) -> None:
        """Take note of how far it is; refuse what does not fit.

        Raises:
            NoRoom: file, quota, disk.
        """
        check_room(
            max(received, total or 0),
            file=self._media.max_upload_mib * MIB,
            quota=self._media.quota_per_user_mib * MIB - self._ledger.taken_bytes(one),
            # What was received lies on the disk already.
            disk=free_bytes - self._floor + received,
        )
        took_s = self._clock.monotonic() - one.began_s
        rate = received / took_s if took_s > 0 else 0.0
        self._set(one, received_bytes=received, total_bytes=total, rate_bps=rate)
        one.heard.set()

    async def _place(self, one: UnderWay, url: str, headers: dict[str, str]) -> MediaItem:
        """Look into what came, and put it into the library."""
        folder = self._folder(one.view.space)
        named = one.given or (clean_name(read_name(url, headers)) if url else one.view.name)
        try:
            probe = await self._prober.probe(one.part)
        except SourceUnreadable as error:
            raise SourceUnreadable(named, error.reason) from None
        named = with_ending(named, probe.container)
        async with self._placing:
            taken = await self._disk.ask(folders.list_names, folder)
            name = free_name(named, taken)
            await self._disk.ask(folders.rename_file, folder, one.part.name, name)
        item = await self._library.find_item(one.view.space, name)
        owned = await self._store.media.put(
            item.space, item.name, item.size_bytes, item.modified_ns, item.probe, item.problem, one.view.user
        )
        self._ledger.count_in(one, item.size_bytes)
        return owned

    def _set(self, one: UnderWay, **changes: Any) -> None:  # noqa: ANN401 - fields of a view
        one.view = replace(one.view, **changes)

    async def _clear(self, one: UnderWay) -> None:
        """Leave nothing of one that has ended; what a dead disk keeps goes with the service's next start."""
        try:
            with suppress(DataFolderUnusable):
                await self._disk.ask(one.part.unlink, missing_ok=True)
        finally:
            self._ledger.leave(one)

    def _folder(self, space: SpaceName) -> Path:
        return folders.folder_of(self._root, space)
