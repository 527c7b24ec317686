"""What is left of a process that ended while no service was there: when that was, and what it said; it only reads."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.ffmpeg.contract import Ended, Perished
from core.ffmpeg.outputfiles import LOG_READ_BYTES, clean_line
from core.ffmpeg.progress import TAIL_BYTES, Progress, parse_progress

if TYPE_CHECKING:
    from core.ffmpeg.records import ProcessRecord, RunFolder

LINES: Final = 100


def read_last_words(folder: RunFolder, record: ProcessRecord) -> Perished | None:
    """Return how it ended; None where its progress is gone too, as after a reboot: then nobody knows when.

    FFmpeg writes progress every 2 s, so its file is as old as the death, and the log where that was told.
    """
    path = Path(record.progress)
    if not folder.owns(path):
        return None
    try:
        ended_s, progress = path.stat().st_mtime, parse_progress(_read_end(path, TAIL_BYTES)) or Progress()
    except OSError:
        return None
    lines: list[str] = []
    with suppress(OSError):
        log = folder.find_log(record.output)
        lines = [clean_line(line, ()) for line in _read_end(log, LOG_READ_BYTES).split(b"\n")]
        ended_s = max(ended_s, log.stat().st_mtime)
    ended = Ended(
        output=record.output,
        epoch=record.epoch,
        exit_code=None,
        clean=progress.ended,
        stopped=False,
        log_tail=tuple(line for line in lines if line)[-LINES:],
        out_time_s=progress.out_time_s,
    )
    return Perished(ended, datetime.fromtimestamp(ended_s, UTC))


def _read_end(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - most))
        return file.read(most)
