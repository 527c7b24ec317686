"""The media library: keeps what is known of each space's files in step with its folder; it never opens a film itself.

Nothing watches the folder: it is looked at when somebody asks. A known file that has not changed costs a look at its
entry; only a new or changed one is probed.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final, Protocol
from weakref import WeakValueDictionary

from core.errors import DataFolderUnusable, InUse, NotFound, SourceUnreadable
from core.media import folder as folders
from core.media.disk import Disk
from core.media.naming import find_file, find_source
from core.model import MediaId, MediaItem, SourceKind, SourceRef
from core.names import check_name, parse_reference, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from core.media.folder import Found
    from core.model import Probe, SpaceName
    from core.store.store import Store

PATIENCE_S: Final = 1.5
"""How long a list waits for new files to be probed: a chat platform gives an answer three seconds."""

# Seen in the folder, so they pass when the file changes there; the others cost a probe to find out.
_SEEN: Final = frozenset({"missing", "directory", "empty", "outside", "denied"})
# May have been the machine's fault rather than the file's: worth another look when somebody wants just that file.
_PASSING: Final = frozenset({"too_slow", "broken"})
_AT_ONCE: Final = 2


class Prober(Protocol):
    """Tells what a media file holds."""

    async def probe(self, path: Path) -> Probe:
        """Return it, or raise SourceUnreadable."""
        ...


class Library:
    """The media of all spaces.

    Args:
        root: DATA_DIR/media: the files of `main` lie in it, those of other spaces in a folder each.
        store: Where rows are kept.
        prober: Looks into files.
        disk: What `root` lies on; every method raises DataFolderUnusable (silent) where it does not answer.
    """

    def __init__(self, root: Path, store: Store, prober: Prober, disk: Disk | None = None) -> None:
        self._root = root.absolute()
        self.disk = disk or Disk(self._root)
        self._store = store
        self._prober = prober
        self._scanning = asyncio.Lock()
        self._probing = asyncio.Semaphore(_AT_ONCE)
        self._locks: WeakValueDictionary[tuple[SpaceName, str], asyncio.Lock] = WeakValueDictionary()

    async def all(self, space: SpaceName) -> list[MediaItem]:
        """Return what is known by now, by name; files whose names can't be handled stand at the end, with the id 0.

        Files that came in unseen are probed first, as many as `PATIENCE_S` allows; the others come with the next call.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                if not self._scanning.locked():
                    await self.scan(space)
        found = await self.disk.ask(folders.look_at_all, self._folder(space))
        unnamed = [
            MediaItem(MediaId(0), space, it.name, 0, 0, None, it.problem) for it in found if it.problem == "name"
        ]
        return [*await self._store.media.all(space), *unnamed]

    async def scan(self, space: SpaceName) -> None:
        """Bring all rows in step with the folder, one file after another; a slow file delays only those behind it.

        A file that was renamed by hand keeps its row. The row of one that is gone is removed, or kept as `missing`
        where a stream or playlist still needs it.
        """
        folder = self._folder(space)
        async with self._scanning:
            await self.disk.ask(folder.mkdir, 0o700, parents=True, exist_ok=True)
            found = await self.disk.ask(folders.look_at_all, folder)
            present = {it.name: it for it in found if it.problem != "name"}
            known = await self._follow_renames(await self._rows(space), present)
            for name in known.keys() - present.keys():
                await self._lose(known[name])
            for name, it in present.items():
                if not _is_same(known.get(name), it):
                    await self._learn(space, it, known.get(name))

    async def find(self, space: SpaceName, typed: str) -> SourceRef:
        """Return the file or playlist that was typed; a file that was put there a moment ago counts.

        A file is called by its stem, or by its whole name where two share a stem. Where a playlist has a file's name,
        that name is ambiguous, and `playlist NAME` means the playlist.

        Raises:
            NotFound, Ambiguous: kind source.
            SourceUnreadable: the file is there but is no source.
        """
        known, names = await self._names(space)
        try:
            called, source = find_source(typed, names, await self._store.playlists.all(space))
        except NotFound:
            if await self.disk.ask(folders.is_other_file, self._folder(space), typed):
                raise SourceUnreadable(shorten(typed), "not_media") from None
            raise
        if not isinstance(source, str):
            return SourceRef(SourceKind.PLAYLIST, source.id, called)
        item = await self._refresh(space, source, known.get(source))
        if item.problem:
            raise SourceUnreadable(item.name, item.problem)
        return SourceRef(SourceKind.MEDIA, item.id, called)

    async def find_item(self, space: SpaceName, typed: str) -> MediaItem:
        """Return the file that was typed (`#12`: by id), be it media or not.

        Raises:
            NotFound, Ambiguous: kind media.
        """
        number = parse_reference(typed)
        if number is not None:
            return await self.refresh(await self._get(space, MediaId(number)))
        known, names = await self._names(space)
        name = find_file("media", typed, names)
        return await self._refresh(space, name, known.get(name))

    async def refresh(self, item: MediaItem) -> MediaItem:
        """Return the item as its file is now, probed again where that has changed."""
        return await self._refresh(item.space, item.name, item)

    async def find_paths(self, items: Iterable[MediaItem]) -> list[Path]:
        """Return where the items' files are, as `path` does.

        Raises:
            SourceUnreadable: as `path`; too_slow: the disk does not answer.
        """
        wanted = list(items)
        paths: list[Path] = []
        try:
            await self.disk.ask(lambda: paths.extend(map(self.path, wanted)))
        except DataFolderUnusable:
            raise SourceUnreadable(wanted[min(len(paths), len(wanted) - 1)].name, "too_slow") from None
        return paths

    def path(self, item: MediaItem) -> Path:
        """Return the absolute path of an item's file, which lies in its space's own folder, links followed.

        Raises:
            SourceUnreadable: missing, directory, empty, outside or denied.
        """
        return folders.find_path(self._folder(item.space), item.name)

    async def rename(self, space: SpaceName, media: MediaId, new: str) -> MediaItem:
        """Call a file otherwise; its ending stays, typed or not.

        Raises:
            InvalidName, NameInUse: the new name.
            InUse: streams that run play it.
            SourceUnreadable: missing.
            NotFound: kind media.
        """
        item = await self._get(space, media)
        name = _with_ending(check_name("media", new), PurePath(item.name).suffix)
        if name == item.name:
            return item
        await self._refuse_running(item)
        await self._change(item, folders.rename_file, self._folder(space), item.name, name)
        return await self._store.media.rename(media, name)

    async def delete(self, space: SpaceName, media: MediaId) -> None:
        """Delete a file.

        Raises:
            InUse: streams, running or not, or playlists need it.
            SourceUnreadable: directory: it is called like a file, and not ours to empty.
            NotFound: kind media.
        """
        item = await self._get(space, media)
        if item.problem == "directory":
            raise SourceUnreadable(item.name, "directory")
        await self._store.media.remove(media)
        with suppress(SourceUnreadable):  # missing: somebody was faster
            await self._change(item, os.unlink, self._folder(space) / item.name)

    def _folder(self, space: SpaceName) -> Path:
        return folders.folder_of(self._root, space)

    async def _rows(self, space: SpaceName) -> dict[str, MediaItem]:
        return {row.name: row for row in await self._store.media.all(space)}

    async def _names(self, space: SpaceName) -> tuple[dict[str, MediaItem], list[str]]:
        """Return the known files, and the names of all that are known or there now."""
        known = await self._rows(space)
        there = await self.disk.ask(folders.list_names, self._folder(space))
        return known, sorted({*known, *there})

    async def _get(self, space: SpaceName, media: MediaId) -> MediaItem:
        item = await self._store.media.get(media)
        if item.space != space:
            raise NotFound("media", f"#{media}")
        return item

    async def _refresh(self, space: SpaceName, name: str, row: MediaItem | None) -> MediaItem:
        found = await self.disk.ask(folders.look, self._folder(space), name)
        if found is None:
            odd = await self.disk.ask(os.path.lexists, self._folder(space) / name)
            return _mark_missing(name, row, "no_file" if odd else "missing")
        if row is not None and _is_same(row, found) and row.problem not in _PASSING:
            return row
        return await self._learn(space, found, row)

    async def _learn(self, space: SpaceName, found: Found, seen: MediaItem | None) -> MediaItem:
        """Probe a file and note what it is, unless somebody did so since the row was seen."""
        lock = self._locks.setdefault((space, found.name), asyncio.Lock())
        async with lock:
            row = (await self._rows(space)).get(found.name)
            if row is not None and row != seen and _is_same(row, found):
                return row
            probe, problem = await self._look_into(space, found)
            size_bytes, modified_ns = found.size_bytes, found.modified_ns
            return await self._store.media.put(space, found.name, size_bytes, modified_ns, probe, problem)

    async def _look_into(self, space: SpaceName, found: Found) -> tuple[Probe | None, str | None]:
        if found.problem:
            return None, found.problem
        try:
            path = await self.disk.ask(folders.find_path, self._folder(space), found.name)
            async with self._probing:
                return await self._prober.probe(path), None
        except SourceUnreadable as error:
            return None, error.reason

    async def _follow_renames(self, known: dict[str, MediaItem], present: Mapping[str, Found]) -> dict[str, MediaItem]:
        """Give the row of a file that is gone to a new one of the same size and time, down to the nanosecond."""
        gone = {(row.size_bytes, row.modified_ns): row for name, row in known.items() if name not in present}
        for name, it in present.items():
            row = None if name in known or it.problem else gone.pop((it.size_bytes, it.modified_ns), None)
            if row is not None:
                del known[row.name]
                known[name] = await self._store.media.rename(row.id, name)
        return known

    async def _lose(self, row: MediaItem) -> None:
        try:
            await self._store.media.remove(row.id)
        except InUse:
            if row.problem != "missing":
                await self._store.media.put(row.space, row.name, row.size_bytes, row.modified_ns, None, "missing")

    async def _refuse_running(self, item: MediaItem) -> None:
        lists = [it.id for it in await self._store.playlists.all(item.space) if item.id in it.items]
        played = {(SourceKind.MEDIA, int(item.id)), *((SourceKind.PLAYLIST, int(number)) for number in lists)}
        streams = [record for record in await self._store.streams.all(item.space) if record.wanted]
        users = tuple(it.name for it in streams if (it.spec.source.kind, it.spec.source.id) in played)
        if users:
            raise InUse("media", item.name, users)

    async def _change(self, item: MediaItem, change: Callable[..., None], *arguments: object) -> None:
        try:
            await self.disk.ask(change, *arguments)
        except FileNotFoundError:
            raise SourceUnreadable(item.name, "missing") from None
        except OSError:
            raise DataFolderUnusable(str(self._folder(item.space)), "not_writable") from None


def _mark_missing(name: str, row: MediaItem | None, problem: str) -> MediaItem:
    if row is None:
        raise SourceUnreadable(shorten(name), problem)
    return replace(row, probe=None, problem=problem)


def _is_same(row: MediaItem | None, found: Found) -> bool:
    """Whether the row still tells what the file is."""
    if row is None or (row.size_bytes, row.modified_ns) != (found.size_bytes, found.modified_ns):
        return False
    return row.problem == found.problem if found.problem else row.problem not in _SEEN


def _with_ending(name: str, ending: str) -> str:
    return name if name.lower().endswith(ending.lower()) else f"{name}{ending}"
