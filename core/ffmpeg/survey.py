"""Finds what an earlier service left running; it adopts and ends nothing."""

from __future__ import annotations

import logging
import os
import stat
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from core.ffmpeg.contract import Running
from core.ffmpeg.lastwords import read_last_words
from core.ffmpeg.process import (
    DATA_MARK,
    RUN_MARK,
    age_of,
    find_marked,
    leads_group,
    open_if_same,
    read_boot_id,
    read_environment,
    read_stat,
)

if TYPE_CHECKING:
    from core.ffmpeg.contract import Perished
    from core.ffmpeg.records import ProcessRecord, RunFolder
    from core.model import OutputId

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Survivor:
    """A process of this run folder that still runs, with its record and an open pidfd.

    `mended`: the record on disk is an intent, the one here has the pid that was found by its nonce.
    """

    record: ProcessRecord
    pid: int
    pidfd: int
    mended: bool

    def describe(self) -> Running:
        """Return what a session needs to know of it."""
        record = self.record
        age_s = age_of(record.start_ticks or 0)
        return Running(record.output, record.epoch, record.spawned_at, age_s, record.lock, record.parts)


@dataclass(slots=True)
class Survey:
    """What was found: `survivors` by record, `orphans` (pidfd by pid) that bear our mark but belong to none.

    `perished`: records whose process is gone.
    """

    survivors: list[Survivor] = field(default_factory=list)
    orphans: dict[int, int] = field(default_factory=dict)
    perished: dict[OutputId, Perished] = field(default_factory=dict)


def survey(folder: RunFolder) -> Survey:
    """Look at every record and at every process that bears our mark. Blocks for some milliseconds.

    A record from before the last boot, or one whose process is gone or another, counts for nothing. What a survivor
    started itself (where `ffmpeg.path` is a script) bears its nonce and is left to it.
    """
    found = Survey()
    marked = dict(find_marked())
    boot_id = read_boot_id()
    for record in folder.read_all():
        survivor = _find_survivor(record, marked, folder) if record.boot_id == boot_id else None
        if survivor is not None:
            found.survivors.append(survivor)
        elif (perished := read_last_words(folder, record)) is not None:
            found.perished[record.output] = perished
    nonces = {survivor.record.nonce for survivor in found.survivors}
    for pid, environment in marked.items():
        if environment[RUN_MARK] not in nonces and _was_started_for(pid, environment, folder):
            pidfd = _open(pid, environment[RUN_MARK])
            if pidfd is not None:
                found.orphans[pid] = pidfd
    return found


def _find_survivor(intent: ProcessRecord, marked: dict[int, dict[str, str]], folder: RunFolder) -> Survivor | None:
    record = intent if intent.pid is not None else _mend(intent, marked)
    if record is None or record.pid is None or record.start_ticks is None:
        return None
    pidfd = open_if_same(record.pid, record.start_ticks, record.nonce)
    if pidfd is None:
        return None
    if not _belongs_here(record.pid, record, folder):
        log.warning("The record of %s was copied from another data folder; its process is left alone.", record.output)
        os.close(pidfd)
        return None
    return Survivor(record, record.pid, pidfd, mended=record is not intent)


def _mend(intent: ProcessRecord, marked: dict[int, dict[str, str]]) -> ProcessRecord | None:
    """Find the process of a service that died between the intent and the pid; None where it never came to be."""
    bearers = (pid for pid, environment in marked.items() if environment[RUN_MARK] == intent.nonce)
    pid = next((pid for pid in bearers if leads_group(pid)), None)
    found = read_stat(pid) if pid is not None else None
    return None if found is None else replace(intent, pid=pid, start_ticks=found.start_ticks)


def _belongs_here(pid: int, record: ProcessRecord, folder: RunFolder) -> bool:
    """Whether the process writes for this very folder: a copied data folder has records of another one's processes.

    A folder that was renamed has another digest, but its log is the very file that the process writes.
    """
    if _was_started_for(pid, read_environment(pid), folder):
        return True
    with suppress(OSError):
        return os.path.samestat((folder.path / f"{record.output}.log").stat(), _stat(f"/proc/{pid}/fd/2"))
    return False


def _was_started_for(pid: int, environment: dict[str, str], folder: RunFolder) -> bool:
    """Whether the process bears our digest and sees our folder where we do: in a container the path means another."""
    if environment.get(DATA_MARK) != folder.digest:
        return False
    with suppress(OSError):
        return os.path.samestat(folder.path.stat(), _stat(f"/proc/{pid}/root{folder.path}"))
    return False


def _stat(door: str) -> os.stat_result:
    return os.stat(door)  # noqa: PTH116 - no path, but /proc's door to a file: Path would promise more


def _open(pid: int, nonce: str) -> int | None:
    found = read_stat(pid)
    return None if found is None else open_if_same(pid, found.start_ticks, nonce)


def open_stream(pid: int, number: int) -> int | None:
    """Return a descriptor of the file that a process writes as its stream `number`, None where it can't be reached.

    This is the very file, wherever its name went meanwhile.
    """
    door = f"/proc/{pid}/fd/{number}"
    try:
        if not stat.S_ISREG(_stat(door).st_mode):
            return None
        return os.open(door, os.O_RDWR | os.O_APPEND)
    except OSError:
        return None
