"""What is measured of a stream or of the host, and for how long that is kept; values alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from core.model import State

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from core.model import StreamId, StreamView


@dataclass(frozen=True, slots=True)
class Tier:
    """Samples `step_s` apart, kept for `keep`; a step of 0 means: as they were measured."""

    step_s: int
    keep: timedelta


RAW: Final = Tier(0, timedelta(days=1))
MINUTES: Final = Tier(300, timedelta(days=31))
HOURS: Final = Tier(3600, timedelta(days=366))
TIERS: Final = (RAW, MINUTES, HOURS)
"""Coarser for longer. A stream has at most 2,880 + 8,928 + 8,784 rows at the usual 30 s; steps of one minute for a
month would be another 35,000 each, and no picture is that wide."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A stream's costs at a moment, or their means over a tier's step from `at` on; the host's where `stream` is None.

    `cpu_percent` of one core for a stream, of all cores for the host. `memory_mib` is a stream's own share, what is in
    use of the host's. `kbps` sent by all outputs together. `speed` and `loss`, the part of its bytes that had to be
    sent again, of the worst of them. `live` is the part of the time, 0 to 1, in which every output was on air.
    `restarts` counts within the run. None: not known.
    """

    at: datetime
    stream: StreamId | None = None
    cpu_percent: float | None = None
    memory_mib: float | None = None
    kbps: float | None = None
    speed: float | None = None
    loss: float | None = None
    live: float | None = None
    restarts: int | None = None
    disk_free_mib: float | None = None


def measure(view: StreamView, at: datetime) -> Measured:
    """Return what a stream costs now: its outputs together; None for what is known of none of them."""
    outputs = view.outputs
    live = [output.state is State.LIVE for output in outputs]
    speeds = [output.speed for output in outputs if output.speed is not None]
    return Measured(
        at=at,
        stream=view.id,
        cpu_percent=_sum(process.cpu_percent for process in view.processes),
        memory_mib=_sum(process.memory_mib for process in view.processes),
        kbps=_sum(output.bitrate_kbps for output in outputs),
        speed=min(speeds, default=None),
        loss=max((output.loss for output in outputs if output.loss is not None), default=None),
        live=sum(live) / len(live) if live else 0.0,
        restarts=view.restarts,
    )


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
