"""How streams did in a stretch of time, from their runs and what was measured meanwhile; pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median
from typing import TYPE_CHECKING, Final

from core.model import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from core.model import RunRecord, StreamId
    from core.monitor.sample import Measured

BYTES_A_KBIT: Final = 125
HOLE_TIMES: Final = 5
"""So many times further apart than usual, and nobody was measuring."""


@dataclass(frozen=True, slots=True)
class StreamReport:
    """One stream's share: seconds wanted on air, seconds dark of these, and each cause seen, once, as a code.

    `loss`: what part of its bytes had to be sent again, on the average of what was measured; None: not known.
    """

    name: str
    ran_s: float
    dark_s: float
    restarts: int
    bytes_sent: int
    causes: tuple[str, ...] = ()
    loss: float | None = None

    @property
    def percent(self) -> float:
        """How much of the time it was on air, rounded down to a tenth: 100 is said of no stream that was ever dark."""
        return int(1000 * (1 - self.dark_s / self.ran_s)) / 10 if self.ran_s else 100.0


@dataclass(frozen=True, slots=True)
class _Stretch:
    for_s: float
    dark: float  # the part of it, 0 to 1
    kbps: float


@dataclass(frozen=True, slots=True)
class _Share:
    ran_s: float
    dark_s: float
    restarts: int
    bytes_sent: int


def build_report(
    runs: Sequence[RunRecord],
    measured: Mapping[StreamId, Sequence[Measured]],
    causes: Mapping[StreamId, Sequence[str]],
    since: datetime,
    until: datetime,
) -> tuple[StreamReport, ...]:
    """Return how each stream did that ran between the two, the worst first.

    Args:
        runs: Of one space.
        measured: What was measured of each stream in that time, oldest first. Of a run that began before, only this
            tells what belongs to the time; where it is missing, the run's own sums are shared out evenly.
        causes: Why each went dark in that time, as codes.
    """
    shares: dict[StreamId, list[_Share]] = defaultdict(list)
    names: dict[StreamId, str] = {}
    failed: dict[StreamId, list[str]] = defaultdict(list)
    for run in sorted(runs, key=lambda run: run.id):
        begun, ended = max(run.started_at, since), min(run.ended_at or until, until)
        if ended <= begun:
            continue
        within = [one for one in measured.get(run.stream, ()) if begun <= one.at < ended]
        shares[run.stream].append(_share(run, within, begun, ended, until))
        names[run.stream] = run.stream_name
        if run.outcome is Outcome.FAILED and run.cause is not None:
            failed[run.stream].append(run.cause.code.value)
    found = [
        _sum(names[stream], parts, (*causes.get(stream, ()), *failed[stream]), measured.get(stream, ()))
        for stream, parts in shares.items()
    ]
    return tuple(sorted(found, key=lambda one: (one.percent, -one.restarts, one.name)))


def _share(run: RunRecord, within: Sequence[Measured], begun: datetime, ended: datetime, until: datetime) -> _Share:
    """Return what of a run lies in the time."""
    ran_s, over = (ended - begun).total_seconds(), run.ended_at or until
    whole_s = max(ran_s, (over - run.started_at).total_seconds())
    part, outputs = ran_s / whole_s, run.destination_names.count(",") + 1
    restarts = max(0, run.attempts - outputs - run.planned_breaks)
    known = [one for one in within if one.live is not None]
    if part >= 1 or not known:
        dark_s = min(ran_s, run.dark_until(over) / outputs * part)
        return _Share(ran_s, dark_s, round(restarts * part), int(run.bytes_sent * part))
    stretches = _cut(known, begun, ended, outputs)
    counts = [one.restarts for one in within if one.restarts is not None]
    return _Share(
        ran_s=ran_s,
        dark_s=sum(one.for_s * one.dark for one in stretches),
        restarts=sum(max(0, now - before) for before, now in pairwise(counts)),
        bytes_sent=int(sum(one.for_s * one.kbps for one in stretches) * BYTES_A_KBIT),
    )


def _cut(known: Sequence[Measured], begun: datetime, ended: datetime, outputs: int) -> list[_Stretch]:
    """Return the time from `begun` to `ended` as each sample tells it: from then to the next one.

    Where nobody measured, the service was away: what it took over afterwards went on meanwhile, and what it had to
    start again had not.
    """
    gaps_s = [(after.at - before.at).total_seconds() for before, after in pairwise(known)]
    hole_s = HOLE_TIMES * median(gaps_s) if gaps_s else 0.0
    stretches = [_Stretch((known[0].at - begun).total_seconds(), 1 - (known[0].live or 0.0), known[0].kbps or 0.0)]
    for before, after, for_s in zip(known, known[1:], gaps_s, strict=False):
        dark, kbps = 1 - (before.live or 0.0), before.kbps or 0.0
        if for_s > hole_s and (again := (after.restarts or 0) - (before.restarts or 0)) > 0:
            dark = max(dark, min(1.0, again / outputs))
            kbps *= 1 - dark
        stretches.append(_Stretch(for_s, dark, kbps))
    last = known[-1]
    return [*stretches, _Stretch((ended - last.at).total_seconds(), 1 - (last.live or 0.0), last.kbps or 0.0)]


def _sum(name: str, parts: Sequence[_Share], causes: Sequence[str], measured: Sequence[Measured]) -> StreamReport:
    losses = [one.loss for one in measured if one.loss is not None]
    return StreamReport(
        name=name,
        ran_s=sum(part.ran_s for part in parts),
        dark_s=sum(part.dark_s for part in parts),
        restarts=sum(part.restarts for part in parts),
        bytes_sent=sum(part.bytes_sent for part in parts),
        causes=tuple(dict.fromkeys(causes)),
        loss=fmean(losses) if losses else None,
    )
