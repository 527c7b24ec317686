"""The data folder: where its parts are, that it can be used, and that one service alone uses it."""

from __future__ import annotations

import fcntl
import logging
import os
import stat
import tempfile
from functools import partial
from typing import TYPE_CHECKING, Final, Self

from core.apart import start_apart
from core.errors import DataFolderUnusable
from core.media.disk import LOOK_S

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType


log = logging.getLogger(__name__)

OWN_MODE: Final = 0o700


class DataFolder:
    """One service's folder, 0700; entered as a context it is that service's alone.

    database: the SQLite file. media: files people may stream. run: the runner's own. console_socket: the console's.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.database = self.path / "streambro.db"
        self.media = self.path / "media"
        self.run = self.path / "run"
        self.console_socket = self.path / "console.sock"
        self._lock_file = self.path / "streambro.lock"
        self._lock: int | None = None

    def prepare(self) -> None:
        """Make what is missing, close it to others, and try to write.

        Raises:
            DataFolderUnusable: not_a_folder, not_writable; foreign: it holds other things, open to others, and has
                never been a data folder: closing it might take it from those who use it.
        """
        try:
            if self.is_foreign():
                raise DataFolderUnusable(str(self.path), "foreign")
            for folder in (self.path, self.run):
                folder.mkdir(mode=OWN_MODE, parents=True, exist_ok=True)
            self._prepare_media()
            self.path.chmod(OWN_MODE)
            with tempfile.TemporaryFile(dir=self.path) as probe:
                probe.write(b"x")
        except (FileExistsError, NotADirectoryError):
            raise DataFolderUnusable(str(self.path), "not_a_folder") from None
        except OSError as error:
            raise DataFolderUnusable(str(self.path), "not_writable") from error

    def _prepare_media(self) -> None:
        """Make the media folder; one whose disk does not answer keeps nobody from looking after what runs."""
        try:
            start_apart(partial(self.media.mkdir, OWN_MODE, exist_ok=True)).result(LOOK_S)
        except TimeoutError:
            log.warning("The media folder %s does not answer: nothing of it can be started until it does", self.media)

    def is_foreign(self) -> bool:
        """Whether it holds other things, open to others, and has never been a data folder."""
        if not self.path.is_dir() or stat.S_IMODE(self.path.stat().st_mode) == OWN_MODE:
            return False
        there = {entry.name for entry in self.path.iterdir()}
        known = {self.database.name, self._lock_file.name}
        return not there & known and not there <= {self.media.name, self.run.name, "lost+found"}

    def take(self) -> None:
        """Prepare it and keep every other service out, until `release` or the end of this process.

        Raises:
            DataFolderUnusable: in_use (with the pid of who has it, None where that isn't known), or as `prepare`.
        """
        self.prepare()
        lock = self._open_lock()
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = _read_pid(lock)
            os.close(lock)
            raise DataFolderUnusable(str(self.path), "in_use", pid) from None
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        self._lock = lock

    def release(self) -> None:
        """Let others in; again is harmless. The file stays: removing it would let two in."""
        if self._lock is not None:
            os.ftruncate(self._lock, 0)
            os.close(self._lock)
            self._lock = None

    def _open_lock(self) -> int:
        try:
            return os.open(self._lock_file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise DataFolderUnusable(str(self.path), "not_writable") from error

    def __enter__(self) -> Self:
        self.take()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def _read_pid(lock: int) -> int | None:
    text = os.pread(lock, 20, 0).strip()
    return int(text) if text.isdigit() else None
