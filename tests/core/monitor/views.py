"""Streams as tests of what is measured want them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from core.model import (
    MAIN_SPACE,
    Mode,
    OutputId,
    OutputView,
    Platform,
    RunId,
    SourceKind,
    SourceRef,
    State,
    StreamId,
    StreamView,
)

BEGAN = datetime(2026, 11, 23, 12, tzinfo=UTC)


def an_output(
    number: int = 1, *, kbps: float | None = 3000, cpu: float | None = 1, memory_mib: float | None = 15
) -> OutputView:
    """An output that has been on air since `BEGAN`."""
    return OutputView(
        id=OutputId(f"s1-d{number}"),
        destination=f"youtube{number}",
        platform=Platform.YOUTUBE,
        state=State.LIVE,
        cause=None,
        attempts=1,
        failures=0,
        live_since=BEGAN,
        dark_since=None,
        next_try_at=None,
        bitrate_kbps=kbps,
        speed=1.0,
        cpu_percent=cpu,
        memory_mib=memory_mib,
    )


def a_view(*outputs: OutputView, mode: Mode = Mode.COPY, number: int = 1, loop: bool = True) -> StreamView:
    """A stream that runs."""
    return StreamView(
        id=StreamId(number),
        space=MAIN_SPACE,
        name="lofi",
        source=SourceRef(SourceKind.MEDIA, 1, "lofi"),
        mode=mode,
        loop=loop,
        state=State.LIVE,
        held=False,
        outputs=outputs or (an_output(),),
        run=RunId(number),
        started_by="Rina",
        started_at=BEGAN,
        ends_at=None,
        restarts=0,
        planned_breaks=0,
        dark_s=0.0,
        bytes_sent=0,
    )


def after(seconds: float) -> datetime:
    """So long after `BEGAN`."""
    return BEGAN + timedelta(seconds=seconds)


def starting(output: OutputView) -> OutputView:
    """The same, before anything has moved or was measured."""
    return replace(
        output, state=State.STARTING, live_since=None, bitrate_kbps=None, speed=None, cpu_percent=None, memory_mib=None
    )
