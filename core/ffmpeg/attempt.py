"""One FFmpeg process from spawn or take-over until it is reaped; it waits for nothing and signals nothing."""

from __future__ import annotations

import asyncio
import logging
import os
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from core.ffmpeg.command import SEGMENT_LIST
from core.ffmpeg.contract import Ended, Sample
from core.ffmpeg.costs import Cost
from core.ffmpeg.outputfiles import LogFile, ProgressFile
from core.ffmpeg.process import read_stat, reap
from core.ffmpeg.progress import Progress
from core.ffmpeg.survey import open_stream

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from core.ffmpeg.launch import Launched
    from core.ffmpeg.records import ProcessRecord
    from core.ffmpeg.survey import Survivor
    from core.ffmpeg.tcpinfo import Connection
    from core.model import OutputId

log = logging.getLogger(__name__)


class Attempt:
    """A process with its files and what is known of it.

    `ended` is set once, when it is gone or given up. `fast`: it is looked at often. `connection` is its ingest's,
    None while there is none. `ladder` ends it, by `kill_at_s` at the latest. `segments` is where it encodes for others
    to: until they can be relayed it has moved nothing.
    """

    def __init__(
        self,
        record: ProcessRecord,
        pidfd: int,
        progress: ProgressFile,
        log: LogFile,
        measured: Cost,
        segments: Path | None = None,
    ) -> None:
        self.record = record
        self.pid = record.pid or 0
        self.pidfd = pidfd
        self.log = log
        self.progress = Progress()
        self.connection: Connection | None = None
        self.fast = False
        self.stopping = False
        self.kill_at_s = float("inf")
        self.ladder: asyncio.Task[None] | None = None
        self.ended: asyncio.Future[Ended] = asyncio.get_running_loop().create_future()
        self._progress_file = progress
        self._awaited = segments / SEGMENT_LIST if segments else None
        self._measured = measured
        self._cost: tuple[float | None, int] | None = None
        self._last: Sample | None = None
        self._blind = False

    @property
    def output(self) -> OutputId:
        """Whose process it is."""
        return self.record.output

    def look(self) -> Progress:
        """Read what it wrote since the last time; a file that fails changes nothing, and is told once."""
        try:
            seen = self._progress_file.look()
            self.progress = seen if self._has_segments() else replace(seen, out_time_s=None)
            self.log.read()
        except OSError as error:
            if not self._blind:
                log.warning("Files of %s can't be read: %s", self.output, error)
            self._blind = True
        return self.progress

    def _has_segments(self) -> bool:
        if self._awaited is not None and can_be_relayed(self._awaited):
            self._awaited = None
        return self._awaited is None

    def sample(self, at_s: float, connection: Connection | None, *, acks_readable: bool) -> Sample:
        """Return what is known now; costs that were measured since the last sample go with it."""
        cpu_percent, memory_bytes = self._cost or (None, None)
        self._cost = None
        seen = self.progress
        self._last = Sample(
            output=self.output,
            epoch=self.record.epoch,
            at_s=at_s,
            out_time_s=seen.out_time_s,
            frame=seen.frame,
            sent_bytes=seen.sent_bytes,
            acked_bytes=connection.acked_bytes if connection else None,
            resent_bytes=connection.resent_bytes if connection else None,
            ack_age_s=connection.ack_age_s if connection else 0.0,
            acks_readable=acks_readable,
            cpu_percent=cpu_percent,
            memory_bytes=memory_bytes,
            progress_age_s=self._progress_file.age_s,
        )
        return self._last

    def differs(self, connection: Connection | None) -> bool:
        """Tell whether a sample now would say something that the last one did not."""
        last, seen, acked_bytes = self._last, self.progress, connection.acked_bytes if connection else None
        if last is None:
            return True
        return (last.out_time_s, last.sent_bytes, last.acked_bytes) != (seen.out_time_s, seen.sent_bytes, acked_bytes)

    def take_cost(self, cost: Cost) -> None:
        """Keep a measurement for the next sample; its CPU share is that since the measurement before."""
        before, self._measured = self._measured, cost
        elapsed_s = cost.at_s - before.at_s
        cpu_percent = (cost.cpu_s - before.cpu_s) / elapsed_s * 100 if elapsed_s > 0 else None
        self._cost = (cpu_percent, cost.memory_bytes)

    def finish(self) -> Ended:
        """Reap the process, which has exited, take in its last words and give every descriptor back."""
        exit_code = reap(self.pid, self.pidfd)
        self.look()
        self.close()
        return self.build_ended(exit_code)

    def build_ended(self, exit_code: int | None) -> Ended:
        """Return how it ended, as far as its files and status tell."""
        return Ended(
            output=self.output,
            epoch=self.record.epoch,
            exit_code=exit_code,
            clean=self.progress.ended,
            stopped=self.stopping,
            log_tail=tuple(self.log.tail_all()),
            out_time_s=self.progress.out_time_s,
        )

    def close(self) -> None:
        """Give every descriptor back; the process is not touched."""
        for close in (self._progress_file.close, self.log.close, partial(os.close, self.pidfd)):
            with suppress(OSError):
                close()


def can_be_relayed(segments: Path) -> bool:
    """Return whether a list of segments has one more than is being sent: else a relay halts until the next is there."""
    try:
        text = segments.read_text()
    except OSError:
        return False
    return text.count("#EXTINF") > 1 or "#EXT-X-ENDLIST" in text


def follow_launched(
    launched: Launched, secrets: Iterable[str], log_lines: int, at_s: float, segments: Path | None
) -> Attempt:
    """Return the attempt of a process that was just started."""
    log = LogFile(launched.log, log_lines, secrets)
    attempt = Attempt(launched.record, launched.pidfd, ProgressFile(launched.progress), log, Cost(at_s, 0.0), segments)
    attempt.fast = True
    return attempt


def follow_survivor(survivor: Survivor, log_lines: int, at_s: float, segments: Path | None) -> Attempt:
    """Return the attempt of a process of an earlier service. No secrets are known: FFmpeg's log never holds the key."""
    pid = survivor.pid
    found = read_stat(pid)
    log = LogFile(open_stream(pid, 2), log_lines)
    measured = Cost(at_s, found.cpu_s if found else 0.0)
    return Attempt(survivor.record, survivor.pidfd, ProgressFile(open_stream(pid, 1)), log, measured, segments)
