"""Is an attempt that runs alive? Pure rules over samples; it kills nothing and knows no clock.

The rules and their numbers are those of the measurements on half-open links: FFmpeg itself notices a dead link after
36 s at 3 Mbit/s, 94 s at 300 kbit/s and never without a write timeout; acknowledged bytes freeze at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import inf
from typing import TYPE_CHECKING, Final

from core.ffmpeg.progress import RateWindow
from core.model import CauseCode
from core.streams.exact import ExactPasses
from core.streams.passes import Passes

if TYPE_CHECKING:
    from core.config import StallConfig
    from core.ffmpeg.contract import Sample

HANDSHAKE_BYTES: Final = 4096
"""An RTMP handshake and the commands up to `publish` take about 3.6 KB; acknowledged bytes beyond that are media."""

AHEAD_S: Final = 5.0
"""Two of FFmpeg's reports and more: time that leapt with its pictures shows more of them by then."""

DRAINED_SHARE: Final = 2 / 3
"""Of `stall.frozen_s`, 10 s: the kernel's 4 MB at most are out by then at 3 Mbit/s; commonly far less is waiting."""

BLIND_REPLACE_S: Final = 60.0
"""Progress that is dead for so long comes back with a new process only."""

BLIND_SPREAD_S: Final = 60.0
"""A full disk blinds every stream at once; their breaks are spread over this, so that no ingest sees all leave."""

BLIND_AGAIN_S: Final = 3600.0
"""Where it died again, it does not cost a break more often than this."""


class Sight(StrEnum):
    """What a sample means for the attempt as a whole."""

    WAITING = "waiting"  # nothing has moved yet
    MOVING = "moving"
    DEAD = "dead"  # see `Watch.cause`


@dataclass(slots=True)
class Mark:
    """The highest value of a cumulative number, and when it last grew: at the latest, never earlier than it did."""

    since_s: float
    value: float = 0.0

    def see(self, value: float | None, grown_s: float) -> bool:
        """Take a new reading; return whether it grew. A number that fell (a new connection) counts as growth.

        `grown_s`: when it grew, if it did: by itself some time before somebody looked.
        """
        if value is None or value == self.value:
            return False
        self.value, self.since_s = value, max(self.since_s, grown_s)
        return True

    def still_s(self, at_s: float) -> float:
        """Return for how long it has not moved."""
        return at_s - self.since_s


class Watch:
    """Follows one attempt from its spawn. `cause` tells why it is dead, once it is.

    `progress_dead`: FFmpeg's progress stands while the ingest acknowledges bytes: the stream is well, only its
    reporting is not (a full disk); that is told, never a failure. `rates`: of the last 30 s, since shorter windows
    swing with `-stats_period 2` and with -re's bursts.
    """

    def __init__(
        self, config: StallConfig, started_s: float, pass_s: float | None = None, *, copies: bool = False
    ) -> None:
        """`pass_s`: how long one pass of a looped source takes, None where it is not looped or that is unknown.

        `copies`: its packets go out as they are.
        """
        self._config = config
        self._started_s = started_s
        self._out = Mark(started_s)
        self._acked = Mark(started_s)
        self._frames = Mark(started_s)
        self._pictured_s = 0.0  # of output, at the newest picture
        self._counts_frames = False
        self._passes = Passes(pass_s) if pass_s else None
        self._exact = ExactPasses(pass_s) if pass_s and copies else None
        self._slow_since_s: float | None = None
        self._had_acks = False
        self._reads_acks = False
        self.rates = RateWindow()
        self.moving = False
        self.progress_dead = False
        self.cause: CauseCode | None = None

    @property
    def last_moved_s(self) -> float:
        """When output was last known to arrive."""
        return self._acked.since_s if self._reads_acks else self._out.since_s

    def slow_s(self, at_s: float) -> float:
        """Return for how long it has been slower than real time, 0 when it keeps up."""
        return 0.0 if self._slow_since_s is None else at_s - self._slow_since_s

    @property
    def due_s(self) -> float:
        """When it is dead unless something moves before, by what has been seen so far."""
        marks = [self._acked] if self._reads_acks else []
        if not self.progress_dead:
            marks += [self._out, self._frames] if self._counts_frames else [self._out]
        return min((mark.since_s for mark in marks), default=inf) + self._config.frozen_s

    def blind_s(self, at_s: float) -> float:
        """Return for how long progress has been dead, 0 where it is not."""
        return self._out.still_s(at_s) if self.progress_dead else 0.0

    def observe(self, sample: Sample) -> Sight:
        """Take a sample and say what it means."""
        self._mark(sample)
        if not self.moving:
            return self._before_moving(sample)
        self.cause = self._find_cause(sample.at_s)
        return Sight.DEAD if self.cause else Sight.MOVING

    def _mark(self, sample: Sample) -> None:
        written_s = sample.at_s - sample.progress_age_s
        in_time_s = self._out.value + self._out.still_s(written_s)
        self.rates.add(written_s, sample.out_time_s, sample.sent_bytes)
        if self._out.see(sample.out_time_s, written_s):
            self._follow_speed()
            if self._passes:
                self._passes.add(self._out.value, sample.sent_bytes)
            if self._exact:
                self._exact.add(self._out.value, sample.sent_bytes)
        self._had_acks = self._had_acks or sample.acked_bytes is not None
        self._reads_acks = self._had_acks and sample.acks_readable
        self._acked.see(sample.acked_bytes, sample.at_s - sample.ack_age_s)
        self._counts_frames = self._counts_frames or sample.frame is not None
        if self._frames.see(sample.frame, written_s):
            # What leapt ahead beside the last pictures may have been sound alone: more pictures will show it.
            self._pictured_s = min(self._out.value, in_time_s)

    def _before_moving(self, sample: Sample) -> Sight:
        arrived = sample.acked_bytes is None or sample.acked_bytes > HANDSHAKE_BYTES
        if self._out.value > 0 and arrived:
            self.moving = True
            # How long it took to connect is not the picture's fault.
            self._frames.since_s, self._pictured_s = sample.at_s, self._out.value
            return Sight.MOVING
        if sample.at_s - self._started_s >= self._config.start_s:
            self.cause = CauseCode.NO_START
            return Sight.DEAD
        return Sight.WAITING

    def _find_cause(self, at_s: float) -> CauseCode | None:
        limit_s = self._config.frozen_s
        out_frozen = self._out.still_s(at_s) >= limit_s
        acks_still = self._acked.still_s(at_s) >= limit_s
        if self._left_picture_behind(at_s):
            return CauseCode.LOST_TRACK
        # Acknowledged bytes that nobody can read for a moment are no reason to end anything.
        self.progress_dead = out_frozen and self._had_acks and not acks_still and self._outlives_progress()
        if (acks_still and self._reads_acks) or (out_frozen and not self.progress_dead):
            return CauseCode.STALLED
        if self.progress_dead:
            return None
        if self._lost_track(at_s):
            return CauseCode.LOST_TRACK
        return CauseCode.SLOW if self.slow_s(at_s) >= self._config.slow_replace_s else None

    def _outlives_progress(self) -> bool:
        """Whether bytes arrive long after FFmpeg's last word: what a stopped one gave to the kernel ends sooner."""
        return not self._reads_acks or self._acked.since_s - self._out.since_s >= DRAINED_SHARE * self._config.frozen_s

    def _left_picture_behind(self, at_s: float) -> bool:
        """Whether much sound went out without a picture: FFmpeg 9.0 sends all that is left at once, then nothing."""
        ahead_s = self._out.value - self._pictured_s
        return self._counts_frames and self._frames.still_s(at_s) >= AHEAD_S and ahead_s >= self._config.frozen_s

    def _lost_track(self, at_s: float) -> bool:
        """No new pictures while time moves, or far fewer bytes than the same source took before."""
        no_picture = self._counts_frames and self._frames.still_s(at_s) >= self._config.frozen_s
        thinned = self._passes is not None and self._passes.thinned
        return no_picture or thinned or (self._exact is not None and self._exact.lost)

    def _follow_speed(self) -> None:
        since_s, speed = self.rates.full_since_s, self.rates.speed
        if since_s is None or speed is None:
            return
        if speed >= self._config.slow_ratio:
            self._slow_since_s = None
        elif self._slow_since_s is None:
            self._slow_since_s = since_s
