"""The picture of a team's week: gathered from the store, one strip a stream, the worst first; it sends nothing."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from bot.periods import PERIODS, find_dark, find_measured
from bot.reply import Picture
from core.monitor.report import build_report

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.i18n import Words
    from bot.present.week import Strip
    from core.model import RunRecord, SpaceName, StreamId
    from core.monitor.report import StreamReport
    from core.store import Store

WEEK: Final = "7d"
MOST: Final = 12
"""So many strips are read on a phone without scrolling sideways or zooming."""


async def find_week(store: Store, space: SpaceName, until: datetime, t: Words) -> tuple[Picture, ...]:
    """Return the picture of the week before `until`; none where nothing ran, or where pictures can't be made."""
    try:
        from bot.present import week as drawing  # noqa: PLC0415 - Pillow is large, and not everybody wants pictures
    except ImportError:
        return ()
    period = PERIODS[WEEK]
    since = until - period.length
    runs: dict[StreamId, list[RunRecord]] = defaultdict(list)
    for run in await store.streams.runs_since(space, since):
        runs[run.stream].append(run)
    found = [one for stream, own in runs.items() for one in await _look(store, stream, own, until, t)]
    if not found:
        return ()
    shown = [strip for _, strip in sorted(found, key=lambda pair: (pair[0].percent, pair[0].name))]
    more = t("week.more", n=len(shown) - MOST) if len(shown) > MOST else ""
    title, legend = t("week.title"), t("week.legend")
    wanted = drawing.Week(
        title=title,
        strips=shown[:MOST],
        since=since,
        until=until,
        step=period.step,
        zone=t.zone,
        tell_time=t.weekday,
        legend=f"{legend} · {more}" if more else legend,
    )
    return (Picture(await asyncio.to_thread(drawing.draw, wanted), "week.png", title),)


async def _look(
    store: Store, stream: StreamId, runs: Sequence[RunRecord], until: datetime, t: Words
) -> list[tuple[StreamReport, Strip]]:
    """Return how one stream did, with its strip; nothing where it did not run at all."""
    from bot.present.week import Strip  # noqa: PLC0415 - as above

    period = PERIODS[WEEK]
    since = until - period.length
    measured = await find_measured(store.samples, stream, period, until)
    ran = [(max(run.started_at, since), min(run.ended_at or until, until)) for run in runs]
    return [
        (one, Strip(one.name, f"{t.number(one.percent)} %", ran, find_dark(measured, period)))
        for one in build_report(runs, {stream: measured}, {}, since, until)
    ]
