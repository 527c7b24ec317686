"""The run folder: record, log, progress, playlist and segments per running output; it starts and ends no process.

A record is written before its process exists and again with its pid. It needs no fsync: it only counts until the next
boot, and what was written survives the death of any process. Its fields keep their meaning in every later version, so
that a newer release's record is read too: its process is ours by nonce and start time, and leaving it alone would mean
two pushers for one key.
"""

from __future__ import annotations

import errno
import hashlib
import json
import logging
import os
import re
import shutil
import stat
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from core.errors import DataFolderUnusable
from core.ffmpeg.contract import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from core.model import OutputId

log = logging.getLogger(__name__)

T = TypeVar("T")

VERSION: Final = 1
SHM: Final = Path("/dev/shm")  # noqa: S108 - the folder in it is checked to be ours alone
ROOMY_BYTES: Final = 512 * 1024 * 1024
"""What segments need at most, and progress that nobody truncates: 20 streams write 160 MB of it a day."""

LEAST_BYTES: Final = 16 * 1024 * 1024
"""With less in memory progress goes to the disk. A container's 64 MB are full after ten hours without a service, which
costs each stream a planned break when it is back; a full disk comes more often, and costs the same."""

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})

_SAFE_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,100}")
_SEGMENTS: Final = ".segments"
_OUR_SUFFIXES: Final = frozenset({".json", ".tmp", ".log", ".ffconcat", ".progress"})


@dataclass(frozen=True, slots=True)
class ProcessRecord:
    """What is needed to find a process again. Without `pid` it is an intent: the process may or may not exist."""

    output: OutputId
    epoch: int
    nonce: str
    boot_id: str
    spawned_at: datetime
    progress: str
    pid: int | None = None
    start_ticks: int | None = None
    lock: str = ""
    parts: tuple[Part, ...] = ()
    version: int = VERSION


class RunFolder:
    """Files of running outputs below `path`, and below `shm` what belongs into memory.

    That is progress where `least_bytes` are free there, segments where `roomy_bytes` are, and whatever finds the disk
    full: a stream that dies then comes back all the same. `digest` names the folder in processes' environments.

    Raises:
        DataFolderUnusable: It can't be made or written.
    """

    def __init__(
        self, path: Path, shm: Path = SHM, roomy_bytes: int = ROOMY_BYTES, least_bytes: int = LEAST_BYTES
    ) -> None:
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.chmod(0o700)
        except (FileExistsError, NotADirectoryError):
            raise DataFolderUnusable(str(path), "not_a_folder") from None
        except OSError:
            raise DataFolderUnusable(str(path), "not_writable") from None
        self.path = path.resolve()
        self.digest = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:16]
        self._roomy_bytes = roomy_bytes
        self._least_bytes = least_bytes
        self._tmpfs = shm / f"streambro-{os.geteuid()}-{self.digest}"

    # --- records ---

    def write(self, record: ProcessRecord) -> None:
        """Put the record in place of an earlier one of its output, whole or not at all."""
        values = {name: getattr(record, name) for name in ProcessRecord.__slots__}
        parts = [(part.path, part.length_s) for part in record.parts]
        text = json.dumps({**values, "spawned_at": record.spawned_at.isoformat(), "parts": parts})
        self._make(record.output, ".json", lambda path: _replace(path, text))

    def read_all(self) -> list[ProcessRecord]:
        """Return every record that can be read, of whatever version; of two of one output that which knows more."""
        found: dict[OutputId, ProcessRecord] = {}
        for path in (path for place in self._places() for path in sorted(place.glob("*.json"))):
            record = _read_record(path)
            if record is not None and (record.output not in found or _knows_more(record, found[record.output])):
                found[record.output] = record
        return list(found.values())

    def remove(self, output: OutputId, progress: str | None = None) -> None:
        """Remove an output's files; the record last, so that a crash in between leaves nothing unaccounted for."""
        if progress is not None and Path(progress).name == f"{output}.progress":
            Path(progress).unlink(missing_ok=True)
        for suffix in (".progress", ".ffconcat", ".log", ".tmp", ".json"):
            name = self._file(output, suffix).name
            for place in self._places():
                (place / name).unlink(missing_ok=True)
        self._leave_tmpfs()

    def has_room(self) -> bool:
        """Return whether a new process could write its progress."""
        try:
            return (
                self._find_tmpfs(self._least_bytes) is not None
                or shutil.disk_usage(self.path).free >= self._least_bytes
            )
        except OSError:
            return False

    def sweep(self, keep: Collection[OutputId]) -> None:
        """Remove the files of all outputs but `keep`."""
        for file in self._own_files():
            if file.stem not in keep:
                file.unlink(missing_ok=True)
        for segments in [path for place in self._places() for path in place.glob(f"*{_SEGMENTS}")]:
            if segments.stem not in keep:
                shutil.rmtree(segments, ignore_errors=True)
        self._leave_tmpfs()

    # --- files of one output ---

    def make_log(self, output: OutputId) -> int:
        """Return a descriptor of the output's new, empty log."""
        return self._make(output, ".log", _make_log)

    def make_progress(self, output: OutputId) -> tuple[str, int]:
        """Return path and descriptor of the output's new, empty progress file."""
        name = f"{output}.progress"
        # Whoever ends the last stream removes the folder, maybe in this very moment; the second time it is there.
        for _ in range(2):
            with suppress(FileNotFoundError):
                path = (self._find_tmpfs(self._least_bytes) or self.path) / name
                return str(path), _make_file(path)
        return str(self.path / name), _make_file(self.path / name)

    def make_playlist(self, output: OutputId, text: str) -> Path:
        """Write the output's concat list and return its path."""

        def make(path: Path) -> Path:
            with os.fdopen(_make_file(path), "wb") as file:
                file.write(os.fsencode(text))
            return path

        return self._make(output, ".ffconcat", make)

    def make_segments(self, output: OutputId) -> Path:
        """Return a new, empty folder for what this output encodes."""
        self.remove_segments(output)
        path = (self._find_tmpfs(self._roomy_bytes) or self.path) / f"{output}{_SEGMENTS}"
        path.mkdir(mode=0o700)
        return path

    def find_segments(self, output: OutputId) -> Path | None:
        """Return the folder of what this output encodes, None where there is none."""
        self._file(output, _SEGMENTS)
        paths = (place / f"{output}{_SEGMENTS}" for place in self._places())
        return next((path for path in paths if path.is_dir()), None)

    def remove_segments(self, output: OutputId) -> None:
        """Remove what this output encoded; nothing there: nothing to do."""
        while (path := self.find_segments(output)) is not None:
            shutil.rmtree(path)
        self._leave_tmpfs()

    def find_log(self, output: OutputId) -> Path:
        """Return where the output's log is, if it has one."""
        name = self._file(output, ".log").name
        paths = [place / name for place in self._places()]
        return next((path for path in paths if path.exists()), paths[0])

    def owns(self, path: Path) -> bool:
        """Return whether a file is of this folder: a copied one has records that name another's."""
        return path.parent in self._places()

    def _file(self, output: OutputId, suffix: str) -> Path:
        if not _SAFE_NAME.fullmatch(output):
            raise ValueError(f"not an output's name: {output!r}")
        return self.path / f"{output}{suffix}"

    def _make(self, output: OutputId, suffix: str, make: Callable[[Path], T]) -> T:
        """Make a file, in memory where the disk is full."""
        path = self._file(output, suffix)
        try:
            return make(path)
        except OSError as error:
            spare = self._find_tmpfs(self._least_bytes) if error.errno in _FULL else None
            if spare is None:
                raise
            return make(spare / path.name)

    def _own_files(self) -> Iterator[Path]:
        for folder in self._places():
            yield from (file for file in folder.iterdir() if file.suffix in _OUR_SUFFIXES)

    def _places(self) -> list[Path]:
        return [self.path, self._tmpfs] if _is_ours_alone(self._tmpfs) else [self.path]

    def _leave_tmpfs(self) -> None:
        """Remove our folder on tmpfs where nothing is in it: a service may end by kill -9 at any time after this."""
        with suppress(OSError):
            self._tmpfs.rmdir()

    def _find_tmpfs(self, free_bytes: int) -> Path | None:
        """Return our folder on tmpfs, None where less is free, it is missing, or where somebody else made it."""
        try:
            if shutil.disk_usage(self._tmpfs.parent).free < free_bytes:
                return None
            self._tmpfs.mkdir(mode=0o700, exist_ok=True)
        except OSError:
            return None
        return self._tmpfs if _is_ours_alone(self._tmpfs) else None


def _is_ours_alone(folder: Path) -> bool:
    """Whether it is a real folder that only we can enter: anybody may make one under a name that can be guessed."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o077


def _make_file(path: Path) -> int:
    path.unlink(missing_ok=True)
    return os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)


def _make_log(path: Path) -> int:
    """Make a log whose first block is there: an empty one is made on a full disk too, and never gets a word."""
    descriptor = _make_file(path)
    try:
        os.write(descriptor, b"\n")
    except OSError:
        os.close(descriptor)
        path.unlink(missing_ok=True)
        raise
    return descriptor


def _replace(path: Path, text: str) -> None:
    temporary = path.with_suffix(".tmp")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    temporary.replace(path)


def _knows_more(record: ProcessRecord, than: ProcessRecord) -> bool:
    return (record.epoch, record.pid is not None) > (than.epoch, than.pid is not None)


def _read_record(path: Path) -> ProcessRecord | None:
    try:
        values = json.loads(path.read_bytes())
        known = {name: values[name] for name in ProcessRecord.__slots__ if name in values}
        known["spawned_at"] = datetime.fromisoformat(values["spawned_at"])
        known["parts"] = tuple(Part(str(path), float(length_s)) for path, length_s in known.get("parts", ()))
        record = ProcessRecord(**known)
    except (OSError, ValueError, TypeError, KeyError) as error:
        log.warning("The run record %s can't be read (%s); a process of it is found by its mark.", path.name, error)
        return None
    return record if _is_sound(record, path) else None


def _is_sound(record: ProcessRecord, path: Path) -> bool:
    numbers = (record.epoch, record.version, record.pid or 1, record.start_ticks or 0)
    texts = (record.output, record.nonce, record.boot_id, record.progress, record.lock)
    sound = all(type(number) is int for number in numbers) and all(isinstance(text, str) for text in texts)
    named = sound and record.output == path.stem and _SAFE_NAME.fullmatch(record.output) is not None
    return named and (record.pid is None) == (record.start_ticks is None)
