"""Starts one FFmpeg with its files in the order that survives a crash in between; it watches nothing."""

from __future__ import annotations

import logging
import os
import resource
import uuid
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from core.ffmpeg.contract import PLAYLIST_PLACEHOLDER, SEGMENTS_PLACEHOLDER
from core.ffmpeg.process import build_environment, read_boot_id, read_stat, spawn
from core.ffmpeg.records import ProcessRecord

if TYPE_CHECKING:
    from datetime import datetime

    from core.ffmpeg.contract import RunSpec
    from core.ffmpeg.records import RunFolder
    from core.model import OutputId

log = logging.getLogger(__name__)

FILE_LIMIT_BYTES: Final = 64 * 1024 * 1024
"""While no service trims them, log and progress grow to this: progress lasts for 8 days."""


@dataclass(frozen=True, slots=True)
class Launched:
    """A process that was just started, and descriptors that now belong to whoever asked for it."""

    record: ProcessRecord
    pid: int
    pidfd: int
    progress: int
    log: int


def launch(folder: RunFolder, output: OutputId, epoch: int, spec: RunSpec, now: datetime) -> Launched:
    """Make the files, write the intent, spawn, write the pid. Blocks for some milliseconds, so not on the loop.

    Raises:
        FfmpegUnusable: It could not be executed.
        OSError: Files or process could not be made. Nothing is left behind in either case.
    """
    opened: list[int] = []
    progress_path = None
    try:
        progress_path, progress = folder.make_progress(output)
        opened.append(progress)
        opened.append(log_file := folder.make_log(output))
        argv = _place_segments(folder, output, spec, _place_playlist(folder, output, spec))
        record = ProcessRecord(
            output, epoch, uuid.uuid4().hex, read_boot_id(), now, progress_path, lock=spec.lock, parts=spec.parts
        )
        folder.write(record)
        environment = build_environment(os.environ, record.nonce, folder.digest)
        pid = spawn(argv, environment, stdout=progress, stderr=log_file)
        pidfd = _open_pidfd(pid)
        _limit_files(pid)
    except BaseException:
        for descriptor in opened:
            os.close(descriptor)
        with suppress(OSError):
            folder.remove(output, progress_path)
            folder.remove_segments(output)
        raise
    return Launched(_record_pid(folder, record, pid), pid, pidfd, progress, log_file)


def _place_playlist(folder: RunFolder, output: OutputId, spec: RunSpec) -> list[str]:
    if spec.playlist is None:
        return list(spec.argv)
    path = str(folder.make_playlist(output, spec.playlist))
    return [word.replace(PLAYLIST_PLACEHOLDER, path) for word in spec.argv]


def _place_segments(folder: RunFolder, output: OutputId, spec: RunSpec, argv: list[str]) -> list[str]:
    if spec.segments is None:
        return argv
    path = folder.make_segments(output) if spec.segments == output else folder.find_segments(spec.segments)
    # FFmpeg reads a % in what it numbers; a relay of an encoding that is gone fails as one whose source is gone.
    plain = str(path or folder.path / spec.segments)
    numbered = plain.replace("%", "%%")
    return [word.replace(SEGMENTS_PLACEHOLDER, numbered if "%d" in word else plain) for word in argv]


def _open_pidfd(pid: int) -> int:
    try:
        return os.pidfd_open(pid)
    except OSError:
        # Out of descriptors: a process that can't be watched must not run.
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        raise


def _limit_files(pid: int) -> None:
    # Set from outside, since code between fork and exec would cost the fast way to spawn.
    with suppress(OSError):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (FILE_LIMIT_BYTES, FILE_LIMIT_BYTES))


def _record_pid(folder: RunFolder, record: ProcessRecord, pid: int) -> ProcessRecord:
    found = read_stat(pid)
    record = replace(record, pid=pid, start_ticks=found.start_ticks if found else 0)
    try:
        folder.write(record)
    except OSError as error:
        # The intent is there, and finds the process by its nonce.
        log.warning("The pid of %s could not be recorded: %s", record.output, error)
    return record
