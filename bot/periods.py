"""How far back pictures look, and what was measured in that time; they are drawn elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from core.monitor.sample import MINUTES, RAW

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from core.model import StreamId
    from core.monitor.sample import Measured, Tier
    from core.store.samples import Samples


@dataclass(frozen=True, slots=True)
class Period:
    """How long a chart looks back, in which tier, with a mark every `step`; wider gaps than `gap` stay open."""

    length: timedelta
    tier: Tier
    step: timedelta
    gap: timedelta


PERIODS: Final[Mapping[str, Period]] = {
    "1h": Period(timedelta(hours=1), RAW, timedelta(minutes=10), timedelta(minutes=2)),
    "24h": Period(timedelta(days=1), RAW, timedelta(hours=4), timedelta(minutes=5)),
    "7d": Period(timedelta(days=7), MINUTES, timedelta(days=1), timedelta(minutes=15)),
}


async def find_measured(samples: Samples, stream: StreamId | None, period: Period, until: datetime) -> list[Measured]:
    """Return a period's samples, oldest first; the newest, of which there are no means yet, as they were measured."""
    means = await samples.between(stream, period.tier, until - period.length, until)
    if period.tier is RAW:
        return means
    since = means[-1].at + timedelta(seconds=period.tier.step_s) if means else until - period.length
    return [*means, *await samples.between(stream, RAW, since, until)]


def find_dark(measured: Sequence[Measured], period: Period) -> list[tuple[datetime, datetime]]:
    """Return from when until when it was not wholly on air, as closely as was measured."""
    width = timedelta(seconds=period.tier.step_s) or period.length / 400
    return [(one.at, one.at + width) for one in measured if one.live is not None and one.live < 1]
