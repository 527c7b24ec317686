"""/chart: what a stream or the host cost over time, as a picture."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from bot.commands.params import ANY_STREAM
from bot.errors import PicturesMissing
from bot.periods import PERIODS, find_dark, find_measured
from bot.reply import Picture, Reply, say
from bot.spec import CommandSpec, Kind, Param
from core.people import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from bot.context import Context
    from bot.i18n import Words
    from bot.present.chart import Chart
    from core.monitor.sample import Measured

PERIOD: Final = Param("period", Kind.CHOICE, positional=False, choices=("1h", "24h", "7d"))
USUAL: Final = "24h"
GB: Final = 1e9 / 2**20
"""In MiB: people read disks and memory in GB."""


STREAM_PANELS: Final[tuple[tuple[str, Callable[[Measured], float | None]], ...]] = (
    ("chart.cpu", lambda one: one.cpu_percent),
    ("chart.memory", lambda one: one.memory_mib),
    ("chart.bitrate", lambda one: None if one.kbps is None else one.kbps / 1000),
)
HOST_PANELS: Final[tuple[tuple[str, Callable[[Measured], float | None]], ...]] = (
    ("chart.host_cpu", lambda one: one.cpu_percent),
    ("chart.host_memory", lambda one: None if one.memory_mib is None else one.memory_mib / GB),
    ("chart.bitrate", lambda one: None if one.kbps is None else one.kbps / 1000),
    ("chart.disk", lambda one: None if one.disk_free_mib is None else one.disk_free_mib / GB),
)


async def chart(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Show a stream's costs, or without one the host's."""
    named = args.get(PERIOD.name, USUAL)
    period = PERIODS[named]
    view = await ctx.engine.find_stream(ctx.space, args[ANY_STREAM.name]) if ANY_STREAM.name in args else None
    until = ctx.now
    stream = view.id if view else None
    measured = await find_measured(ctx.engine.store.samples, stream, period, until)
    name = view.name if view else ctx.t("chart.host")
    if not measured:
        return say(ctx.t("chart.none", name=name), data={"samples": 0})
    try:
        from bot.present import chart as drawing  # noqa: PLC0415 - Pillow is large, and not everybody wants pictures
    except ImportError:
        raise PicturesMissing from None
    panels = STREAM_PANELS if view else HOST_PANELS
    wanted = build(measured, named, until, ctx.t, name, [(ctx.t(key), read) for key, read in panels])
    data = await asyncio.to_thread(drawing.draw, wanted)
    caption = wanted.tell_title(name)
    return Reply((Picture(data, f"chart-{stream or 'host'}.png", caption),), data={"samples": len(measured)})


def build(
    measured: Sequence[Measured],
    named: str,
    until: datetime,
    t: Words,
    name: str,
    panels: Sequence[tuple[str, Callable[[Measured], float | None]]],
) -> Chart:
    """Return what is to be drawn."""
    from bot.present.chart import Chart, Panel  # noqa: PLC0415 - as above

    period, spoken = PERIODS[named], t(f"chart.period.{named}")
    dark, restarts = find_dark(measured, period), find_restarts(measured)
    return Chart(
        name=name,
        tell_title=lambda name: t("chart.title", name=name, period=spoken) if name else spoken,
        panels=[Panel(title, _points(measured, read)) for title, read in panels],
        since=until - period.length,
        until=until,
        step=period.step,
        gap=period.gap,
        zone=t.zone,
        tell_time=t.clock if period.step < timedelta(days=1) else t.weekday,
        tell_number=lambda value: t.number(value, 0 if value == int(value) else 1),
        empty=t("chart.empty"),
        legend=t("chart.legend") if dark or restarts else "",
        dark=dark,
        restarts=restarts,
    )


def find_restarts(measured: Sequence[Measured]) -> list[datetime]:
    """Return when the count of restarts went up."""
    counts = [(one.at, one.restarts) for one in measured if one.restarts is not None]
    return [at for (_, before), (at, now) in pairwise(counts) if now > before]


def _points(measured: Sequence[Measured], read: Callable[[Measured], float | None]) -> list[tuple[datetime, float]]:
    return [(one.at, value) for one in measured if (value := read(one)) is not None]


COMMANDS: Final = (CommandSpec("chart", chart, (ANY_STREAM, PERIOD), role=Role.VIEWER),)
