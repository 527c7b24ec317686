"""What lies in a space's media folder, seen through the file system alone; it probes nothing and stores nothing.

All of it blocks, so it belongs in a thread.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final

from core.errors import InvalidName, NameInUse, SourceUnreadable
from core.model import MAIN_SPACE
from core.names import is_showable, shorten

if TYPE_CHECKING:
    from core.model import SpaceName

ENDINGS: Final = frozenset({
    ".mp4", ".m4v", ".mov", ".qt", ".3gp", ".mkv", ".webm", ".flv", ".f4v", ".ts", ".mts", ".m2ts", ".avi", ".mpg",
    ".mpeg", ".vob", ".wmv", ".asf", ".ogv", ".mp3", ".m4a", ".aac", ".wav", ".flac", ".ogg",
})  # fmt: skip
"""Endings of what people take for media, whether or not it can be streamed; a file without an ending is looked at too.

Everything else (covers, subtitles, `lofi.mp4.part`) is passed over, so that `lofi` means lofi.mp4 beside lofi.jpg.
"""

FILE_NAME_MAX_BYTES: Final = 255


@dataclass(frozen=True, slots=True)
class Found:
    """A file as it lies there. `problem` is a code of `SourceUnreadable.reason`, None where it may be probed."""

    name: str
    size_bytes: int
    modified_ns: int
    problem: str | None = None


def folder_of(root: Path, space: SpaceName) -> Path:
    """Return a space's folder: that of `main` is the media folder itself, the others lie in it."""
    if space == MAIN_SPACE:
        return root
    if not space or PurePath(space).name != space or space.startswith("."):
        raise ValueError("a space's name must be a folder's")
    return root / space


def list_names(folder: Path) -> list[str]:
    """Return the names of what may be media, unseen; those that can't be shown are left out."""
    return [name for name in _list_all(folder) if is_showable(name)]


def look_at_all(folder: Path) -> list[Found]:
    """Return all that may be media, with what is wrong with it; a name that can't be shown stands there mended."""
    named = [Found(shorten(name), 0, 0, "name") for name in _list_all(folder) if not is_showable(name)]
    return [found for name in list_names(folder) if (found := look(folder, name))] + named


def look(folder: Path, name: str) -> Found | None:
    """Return one entry as it is now; None where there is none, or something that is no file (a socket, a pipe)."""
    return _see(folder, name)[0]


def find_path(folder: Path, name: str) -> Path:
    """Return the absolute path of an existing file that lies in this very folder, links followed.

    Raises:
        SourceUnreadable: missing, directory, empty, outside or denied.
    """
    found, where = _see(folder, name)
    if found is None:
        raise SourceUnreadable(shorten(name), "missing")
    if found.problem:
        raise SourceUnreadable(shorten(name), found.problem)
    return where


def is_other_file(folder: Path, name: str) -> bool:
    """Whether it is the whole name of an ordinary file that nobody would take for media."""
    hidden = name.startswith(".") or PurePath(name).name != name or not is_showable(name)
    found = None if hidden or len(name.encode()) > FILE_NAME_MAX_BYTES else look(folder, name)
    return found is not None and found.problem is None


def rename_file(folder: Path, old: str, new: str) -> None:
    """Call a file otherwise; never over another one.

    Raises:
        InvalidName: too_long for a file.
        NameInUse: something of that name lies there.
        OSError: the folder can't be written to.
    """
    if len(new.encode()) > FILE_NAME_MAX_BYTES:
        raise InvalidName("media", shorten(new), "too_long", FILE_NAME_MAX_BYTES)
    try:
        # The name is taken before the file moves to it: a plain rename would replace what came there meanwhile.
        os.close(os.open(folder / new, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        raise NameInUse("media", new) from None
    try:
        (folder / old).rename(folder / new)
    except OSError:
        (folder / new).unlink()
        raise


def _list_all(folder: Path) -> list[str]:
    """Return the names that may be media's, sorted; a folder's only where it is called like a file."""
    try:
        with os.scandir(folder) as entries:
            names = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    except FileNotFoundError:
        return []
    return sorted(name for name, is_folder in names if _may_be_media(name, is_folder=is_folder))


def _may_be_media(name: str, *, is_folder: bool) -> bool:
    ending = PurePath(name).suffix.lower()
    return not name.startswith((".", "~")) and (ending in ENDINGS or not (ending or is_folder))


def _see(folder: Path, name: str) -> tuple[Found | None, Path]:
    """Return what a name leads to and where that lies, both of the same opened thing."""
    try:
        # O_PATH waits for no pipe's other end and wakes no device.
        handle = os.open(folder / name, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return None, folder
    except OSError:
        return Found(name, 0, 0, "outside"), folder
    try:
        status = os.fstat(handle)
        where = Path(f"/proc/self/fd/{handle}").readlink()
    finally:
        os.close(handle)
    if status.st_nlink == 0 or not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
        return None, folder
    return Found(name, status.st_size, status.st_mtime_ns, _judge(folder, status, where)), where


def _judge(folder: Path, status: os.stat_result, where: Path) -> str | None:
    if stat.S_ISDIR(status.st_mode):
        return "directory"
    if where.parent != folder.resolve():
        return "outside"
    if not os.access(where, os.R_OK, effective_ids=True):
        return "denied"
    return None if status.st_size else "empty"
