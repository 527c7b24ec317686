"""Playlists as people change them: names for items, positions from 1; what a playlist holds is the store's to keep."""

from __future__ import annotations

import asyncio
from random import SystemRandom
from typing import TYPE_CHECKING, Final

from core.errors import Ambiguous, InvalidValue, NameInUse, NotFound, SourceUnreadable
from core.media.naming import find_file
from core.model import PlaylistId
from core.names import check_name, find, fold, parse_reference, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from core.media.library import Library
    from core.model import MediaId, Playlist, SpaceName
    from core.store.playlists import Playlists as Rows

ITEMS_MAX: Final = 1000
"""Items in one playlist: FFmpeg reads its list whole, and nobody orders more by hand."""


class Playlists:
    """The playlists of all spaces.

    Args:
        rows: Where they are kept.
        library: Knows the files by name.
        rng: Shuffles.
    """

    def __init__(self, rows: Rows, library: Library, rng: Random | None = None) -> None:
        self._rows = rows
        self._library = library
        self._rng = rng or SystemRandom()
        # Items are read, changed and written back: two people who add at once would lose one's.
        self._changing = asyncio.Lock()

    async def all(self, space: SpaceName) -> list[Playlist]:
        """Return the space's playlists by name."""
        return await self._rows.all(space)

    async def find(self, space: SpaceName, typed: str) -> Playlist:
        """Return the playlist that was typed (`#3`: by id).

        Raises:
            NotFound, Ambiguous: kind playlist.
        """
        number = parse_reference(typed)
        if number is not None:
            return await self._get(space, PlaylistId(number))
        return find("playlist", typed, {playlist.name: playlist for playlist in await self._rows.all(space)})

    async def create(self, space: SpaceName, name: str) -> Playlist:
        """Add an empty playlist.

        Raises:
            InvalidName: The name can't be given.
            NameInUse: A playlist, or a file, is called so: nobody could tell which of them was meant.
        """
        return await self._rows.create(space, await self._check_new(space, name))

    async def rename(self, space: SpaceName, playlist: PlaylistId, new: str) -> Playlist:
        """Call it otherwise.

        Raises:
            InvalidName, NameInUse: The new name.
            NotFound: kind playlist.
        """
        await self._get(space, playlist)
        return await self._rows.rename(playlist, await self._check_new(space, new))

    async def delete(self, space: SpaceName, playlist: PlaylistId) -> None:
        """Delete it; the files stay.

        Raises:
            InUse: Streams, running or not, play it.
            NotFound: kind playlist.
        """
        await self._get(space, playlist)
        await self._rows.remove(playlist)

    async def add(self, space: SpaceName, playlist: PlaylistId, names: Sequence[str]) -> Playlist:
        """Put files at its end, in this order; all of them or none.

        Raises:
            NotFound, Ambiguous: A name means no file, or several.
            SourceUnreadable: A file is no source.
            InvalidValue: There would be more than `ITEMS_MAX`.
        """
        new = [await self._find_media(space, name) for name in names]
        return await self._change(space, playlist, lambda items: [*items, *new])

    async def remove(self, space: SpaceName, playlist: PlaylistId, items: Sequence[str]) -> Playlist:
        """Take items out, each by its position or by its name; all of them or none.

        Raises:
            NotFound, Ambiguous: No such item, or it stands there more than once (`matches` are its positions).
            InvalidValue: No such position.
        """
        names = await self._names(space)

        def without(held: list[MediaId]) -> list[MediaId]:
            gone = {_find_position(held, names, item) for item in items}
            return [media for at, media in enumerate(held) if at not in gone]

        return await self._change(space, playlist, without)

    async def move(self, space: SpaceName, playlist: PlaylistId, item: str, position: int) -> Playlist:
        """Move one item, named by its position or name, to another position from 1.

        Raises:
            NotFound, Ambiguous: As in `remove`.
            InvalidValue: No such position.
        """
        names = await self._names(space)

        def moved(held: list[MediaId]) -> list[MediaId]:
            _check_position(held, position, str(position))
            held.insert(position - 1, held.pop(_find_position(held, names, item)))
            return held

        return await self._change(space, playlist, moved)

    async def shuffle(self, space: SpaceName, playlist: PlaylistId) -> Playlist:
        """Put its items into a new order, once; what is on air keeps its order until it is started again."""
        return await self._change(space, playlist, lambda items: self._rng.sample(items, len(items)))

    async def _get(self, space: SpaceName, playlist: PlaylistId) -> Playlist:
        found = await self._rows.get(playlist)
        if found.space != space:
            raise NotFound("playlist", f"#{playlist}")
        return found

    async def _check_new(self, space: SpaceName, name: str) -> str:
        name = check_name("playlist", name)
        for called in (await self._names(space)).values():
            if fold(name) in {fold(called), fold(called.rpartition(".")[0])}:
                raise NameInUse("media", called)
        return name

    async def _names(self, space: SpaceName) -> dict[MediaId, str]:
        return {item.id: item.name for item in await self._library.all(space)}

    async def _find_media(self, space: SpaceName, typed: str) -> MediaId:
        item = await self._library.find_item(space, typed)
        if item.problem:
            raise SourceUnreadable(item.name, item.problem)
        return item.id

    async def _change(
        self, space: SpaceName, playlist: PlaylistId, change: Callable[[list[MediaId]], list[MediaId]]
    ) -> Playlist:
        async with self._changing:
            items = change(list((await self._get(space, playlist)).items))
            if len(items) > ITEMS_MAX:
                raise InvalidValue("items", str(len(items)), "items_max")
            return await self._rows.set_items(playlist, items)


def _find_position(held: Sequence[MediaId], names: dict[MediaId, str], typed: str) -> int:
    """Return an item's index by its position from 1, or by its name where it stands there once."""
    if typed.isascii() and typed.isdecimal():
        return _check_position(held, int(typed[:9]), typed) - 1
    name = find_file("media", typed, sorted({names[media] for media in held if media in names}))
    places = [at for at, media in enumerate(held) if names.get(media) == name]
    if len(places) > 1:
        raise Ambiguous("position", shorten(typed), tuple(str(at + 1) for at in places))
    return places[0]


def _check_position(held: Sequence[MediaId], position: int, typed: str) -> int:
    if not 1 <= position <= len(held):
        raise InvalidValue("position", shorten(typed), "position")
    return position
