"""Makes the README's chart: what /chart draws, of a day that was made up with the costs that were measured."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from bot.commands.chart import STREAM_PANELS, build
from bot.i18n import Words
from bot.present.chart import draw
from core.monitor.sample import Measured

TARGET: Final = Path(__file__).parent.parent / "docs" / "chart.png"
UNTIL: Final = datetime(2026, 11, 23, 14, 4, tzinfo=UTC)
EVERY: Final = timedelta(seconds=30)
SCENE_S: Final = 240
SCENES: Final = 23
"""How its film goes: the bitrate comes round with it."""

DARK: Final = (datetime(2026, 11, 23, 1, 12, tzinfo=UTC), datetime(2026, 11, 23, 1, 31, tzinfo=UTC))
"""The ingest was away."""

BUSY: Final = (datetime(2026, 11, 23, 9, 40, tzinfo=UTC), datetime(2026, 11, 23, 9, 52, tzinfo=UTC))
"""The host had something else to do."""


def make_day(rng: Random) -> list[Measured]:
    """Return a day of one copied stream: 0.9 % of a core, 14.5 MiB, 3.1 Mbit/s, one outage."""
    film = [rng.triangular(0.82, 1.3, 0.97) for _ in range(SCENES)]
    return [measure(UNTIL - step * EVERY, film, rng) for step in reversed(range(2880))]


def measure(at: datetime, film: list[float], rng: Random) -> Measured:
    """Return one sample."""
    restarts = int(at >= DARK[1])
    if DARK[0] <= at < DARK[1]:
        return Measured(at, live=0.0, restarts=restarts)
    scene = film[int(at.timestamp()) // SCENE_S % SCENES]
    kbps = 3100 * scene + rng.gauss(0, 40)
    busy = 1.6 if BUSY[0] <= at < BUSY[1] else 1.0
    cpu = 0.88 * (0.6 + 0.4 * scene) * busy + rng.gauss(0, 0.025)
    memory = 14.5 + 0.2 * restarts + rng.gauss(0, 0.02)
    return Measured(at, cpu_percent=cpu, memory_mib=memory, kbps=kbps, speed=1.0, live=1.0, restarts=restarts)


def main() -> int:
    """Write the picture."""
    words = Words("en", ZoneInfo("Asia/Jakarta"))
    panels = [(words(key), read) for key, read in STREAM_PANELS]
    day = make_day(Random(7))  # noqa: S311 - a picture keeps no secret
    TARGET.write_bytes(draw(build(day, "24h", UNTIL, words, "lofi", panels)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
