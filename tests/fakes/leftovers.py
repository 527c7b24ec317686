"""Finds the processes that a test run started and did not end, orphans included."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import psutil

MARK: Final = "TEST_RUN"
RUN_ID: Final = uuid.uuid4().hex
# Python's own, which end with this process.
_PYTHONS_OWN: Final = "from multiprocessing."


def mark_children() -> None:
    """Put this run's mark into the environment, which every process started from now on inherits."""
    os.environ[MARK] = RUN_ID


def leftovers(folder: Path) -> list[psutil.Process]:
    """Return every process of this run that still exists, zombies included.

    They are our descendants, whoever bears the mark, and whoever works in `folder` (an FFmpeg that outlived its
    service has neither parent nor, perhaps, our environment).
    """
    ours = psutil.Process()
    family = set(ours.children(recursive=True))
    strangers = (process for process in psutil.process_iter() if process not in family and process != ours)
    return [p for p in family if not _is_pythons(p)] + [p for p in strangers if _bears_mark(p) or _works_in(p, folder)]


def describe(process: psutil.Process) -> str:
    """Return its id, state and command in one line."""
    try:
        command = " ".join(process.cmdline()) or process.name()
        return f"{process.pid} ({process.status()}): {command[:200]}"
    except psutil.Error:
        return f"{process.pid} (gone meanwhile)"


def _is_pythons(process: psutil.Process) -> bool:
    try:
        return any(_PYTHONS_OWN in word for word in process.cmdline())
    except psutil.Error:
        return False


def _bears_mark(process: psutil.Process) -> bool:
    try:
        return process.environ().get(MARK) == RUN_ID
    except (psutil.Error, OSError):
        return False


def _works_in(process: psutil.Process, folder: Path) -> bool:
    return any(Path(path).is_relative_to(folder) for path in _paths(process))


def _paths(process: psutil.Process) -> Iterator[str]:
    try:
        yield from process.cmdline()
        yield process.cwd()
        yield from (file.path for file in process.open_files())
    except (psutil.Error, OSError):
        return
