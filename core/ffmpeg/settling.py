"""Brings a run folder in order after a survey: ends what nobody owns, removes what nobody needs."""

from __future__ import annotations

import asyncio
import logging
import os
from typing import TYPE_CHECKING, Final

from core.ffmpeg.process import end_processes
from core.ffmpeg.records import RunFolder
from core.ffmpeg.survey import survey

if TYPE_CHECKING:
    from pathlib import Path

    from core.ffmpeg.survey import Survey

log = logging.getLogger(__name__)

GRACE_S: Final = 5.0
"""For processes that nobody waits for: orphans, and what still runs when a runner closes."""


async def end_all(run_dir: Path, grace_s: float = GRACE_S) -> int:
    """End every FFmpeg of a run folder that no service has, sweep the folder, and return how many ended.

    TERM, TERM again at 3/5 of `grace_s`, KILL to their groups at `grace_s`.
    """
    return await asyncio.to_thread(_end_all, run_dir, grace_s)


def _end_all(run_dir: Path, grace_s: float) -> int:
    if not run_dir.is_dir():
        return 0
    folder = RunFolder(run_dir)
    found = survey(folder)
    running = found.orphans | {survivor.pid: survivor.pidfd for survivor in found.survivors}
    _end(running, grace_s)
    folder.sweep(keep=())
    return len(running)


def settle(folder: RunFolder, found: Survey) -> None:
    """Complete records, end orphans, remove files that nobody needs any more. Blocks while orphans end."""
    for survivor in found.survivors:
        if survivor.mended:
            folder.write(survivor.record)
    if found.orphans:
        log.warning("Ending %d FFmpeg without a run record", len(found.orphans))
        _end(found.orphans, GRACE_S)
    folder.sweep(keep={survivor.record.output for survivor in found.survivors})


def _end(running: dict[int, int], grace_s: float) -> None:
    end_processes(running, grace_s)
    for pidfd in running.values():
        os.close(pidfd)
