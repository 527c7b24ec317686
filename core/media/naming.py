"""What people call files and playlists, and which of them a typed name means; pure."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from core.errors import Ambiguous
from core.names import find, fold, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from core.model import Playlist

PLAYLIST_PREFIX: Final = "playlist "
"""Stands before a playlist's name where a file is called the same."""


def call_files(names: Iterable[str]) -> dict[str, str]:
    """Return what each file is called: its stem, or its whole name where two share a stem but for case."""
    stems = {name: PurePath(name).stem for name in names}
    claims = {(fold(called), name) for name, stem in stems.items() for called in (name, stem)}
    shared = Counter(called for called, _ in claims)
    return {name: stem if shared[fold(stem)] == 1 else name for name, stem in stems.items()}


def call_playlists(playlists: Sequence[Playlist], names: Iterable[str]) -> dict[str, Playlist]:
    """Return the playlists by what they are called beside files of these names."""
    taken = {fold(called) for name in names for called in (name, PurePath(name).stem)}
    return {f"{PLAYLIST_PREFIX if fold(it.name) in taken else ''}{it.name}": it for it in playlists}


def find_file(kind: str, typed: str, names: Sequence[str]) -> str:
    """Return the file's whole name that was typed.

    Raises:
        NotFound, Ambiguous: of that kind.
    """
    return find(kind, typed, _candidates(call_files(names)))


def find_source(typed: str, names: Sequence[str], playlists: Sequence[Playlist]) -> tuple[str, str | Playlist]:
    """Return what the source is called, and the file's whole name or the playlist.

    Raises:
        NotFound, Ambiguous: kind source; also where a file and a playlist have just that name.
    """
    files, lists = call_files(names), call_playlists(playlists, names)
    _refuse_shared(typed, names, lists)
    candidates: dict[str, str | Playlist] = {**lists, **_candidates(files)}
    source = find("source", typed, candidates)
    if isinstance(source, str):
        return files[source], source
    return next(called for called, playlist in lists.items() if playlist == source), source


def _candidates(files: Mapping[str, str]) -> dict[str, str]:
    return {called: name for name, called in files.items()} | {name: name for name in files}


def _refuse_shared(typed: str, names: Sequence[str], lists: Mapping[str, Playlist]) -> None:
    wanted = fold(typed)
    called = [name for name, playlist in lists.items() if fold(playlist.name) == wanted and name != playlist.name]
    if called:
        files = [name for name in names if wanted in {fold(name), fold(PurePath(name).stem)}]
        raise Ambiguous("source", shorten(typed), (*files, *called))
