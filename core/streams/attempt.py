"""One attempt: what its samples have shown and how it ended; it starts and stops nothing."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from core.errors import CoreError, FfmpegUnusable, SourceUnreadable
from core.ffmpeg.progress import LossWindow
from core.model import Cause, CauseCode
from core.streams.stall import Sight, Watch
from core.streams.verdict import Attempt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.config import StallConfig
    from core.ffmpeg.contract import Ended, Sample
    from core.ffmpeg.progress import RateWindow
    from core.streams.verdict import Verdict


class Wish(StrEnum):
    """What somebody wants of an output that is not yet done."""

    STOP = "stop"
    RESTART = "restart"  # at once, without waiting for the backoff
    ROTATE = "rotate"  # a planned break: never an alarm


@dataclass(frozen=True, slots=True)
class AttemptEnd:
    """How one attempt ended: by a wish, by our own hand for a reason, before it could start, or by itself.

    `verdict`: what it relays had ended, which decides about it too.
    """

    ended: Ended
    wish: Wish | None = None
    killed_for: CauseCode | None = None
    unbuilt: Cause | None = None
    verdict: Verdict | None = None


UNBUILDABLE: Final[Mapping[type[Exception], CauseCode]] = {
    SourceUnreadable: CauseCode.SOURCE_MISSING,
    FfmpegUnusable: CauseCode.FFMPEG_MISSING,
}

UNSPAWNABLE: Final[Mapping[int, CauseCode]] = {
    errno.ENOSPC: CauseCode.NO_SPACE,
    errno.EDQUOT: CauseCode.NO_SPACE,
    errno.ENOMEM: CauseCode.NO_MEMORY,
    errno.EAGAIN: CauseCode.NO_MEMORY,
}


def why_not_started(error: CoreError | OSError) -> Cause:
    """Return the cause for an attempt that never became a process."""
    if isinstance(error, SourceUnreadable) and error.reason == "too_slow":
        return Cause(CauseCode.SOURCE_SILENT, error.code)  # a disk that does not answer may come back
    if isinstance(error, CoreError):
        return Cause(UNBUILDABLE.get(type(error), CauseCode.UNKNOWN), error.code)
    return Cause(UNSPAWNABLE.get(error.errno or 0, CauseCode.UNKNOWN), error.strerror)


class Shown:
    """What one attempt has shown so far, from its spawn on."""

    def __init__(self, config: StallConfig, now_s: float, pass_s: float | None = None, *, copies: bool = False) -> None:
        self._config = config
        self._watch = Watch(config, now_s, pass_s, copies=copies)
        self._sample: Sample | None = None
        self._slow = False
        self.loss = LossWindow()
        self.live_at_s: float | None = None
        self.cpu_percent: float | None = None
        self.memory_bytes: int | None = None

    def take(self, sample: Sample) -> Sight:
        """Take one more sample and say what it means for the attempt."""
        sight = self._watch.observe(sample)
        self._sample = sample
        self.loss.add(sample.at_s, sample.acked_bytes, sample.resent_bytes)
        if sample.cpu_percent is not None:
            self.cpu_percent, self.memory_bytes = sample.cpu_percent, sample.memory_bytes
        if sight is Sight.MOVING and self.live_at_s is None:
            self.live_at_s = sample.at_s
        return sight

    @property
    def rates(self) -> RateWindow:
        """Speed and bitrate over the last half minute."""
        return self._watch.rates

    @property
    def cause(self) -> CauseCode | None:
        """Why it is dead, once it is."""
        return self._watch.cause

    @property
    def due_s(self) -> float:
        """When it is dead unless something moves before."""
        return self._watch.due_s

    @property
    def last_moved_s(self) -> float:
        """When output was last known to arrive."""
        return self._watch.last_moved_s

    def blind_s(self, at_s: float) -> float:
        """Return for how long it has gone on without a word of FFmpeg, 0 where it tells how it goes."""
        return self._watch.blind_s(at_s)

    @property
    def bytes_sent(self) -> int:
        """Bytes that FFmpeg says it wrote."""
        return (self._sample.sent_bytes or 0) if self._sample else 0

    def stable_s(self, at_s: float) -> float:
        """Return for how long it has been live."""
        return 0.0 if self.live_at_s is None else at_s - self.live_at_s

    def position_s(self, now_s: float) -> float | None:
        """Return how much of the source has gone out by now, None before anything did."""
        if self._sample is None or self._sample.out_time_s is None:
            return None
        return self._sample.out_time_s + max(0.0, now_s - self._sample.at_s)

    def turned_slow(self, at_s: float) -> bool | None:
        """Return True when it has just become slow, False when it keeps up again, None when nothing changed."""
        slow_s = self._watch.slow_s(at_s)
        if not self._slow and slow_s >= self._config.slow_warn_s:
            self._slow = True
            return True
        if self._slow and slow_s == 0:
            self._slow = False
            return False
        return None

    def facts(self, killed_for: CauseCode | None, *, loop: bool, source_s: float | None) -> Attempt:
        """Return what a verdict needs beside the end itself."""
        out_s = self._sample.out_time_s if self._sample else None
        return Attempt(loop, self.live_at_s is not None, killed_for, out_s, source_s)
