"""What the streams and the host cost, in the text form that Prometheus reads; pure, it listens to nobody.

The form: https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from core.model import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from core.model import Health, OutputView, StreamView

BUCKETS_S: Final = (1, 2, 5, 10, 30, 60, 300, 900, 3600, 14_400)
"""Outages: from a blink to most of a night."""

Labels = tuple[tuple[str, str], ...]


class Histogram:
    """Counts lengths of time, in seconds."""

    def __init__(self, buckets: Sequence[float] = BUCKETS_S) -> None:
        self._buckets = tuple(buckets)
        self._counts = [0] * (len(buckets) + 1)
        self._sum = 0.0

    def observe(self, seconds: float) -> None:
        """Count one."""
        self._counts[bisect_left(self._buckets, seconds)] += 1
        self._sum += seconds

    def lines(self, name: str, meaning: str) -> Iterator[str]:
        """Return it as text."""
        yield from _head(name, meaning, "histogram")
        for limit, count in zip((*map(str, self._buckets), "+Inf"), accumulate(self._counts), strict=True):
            yield _line(f"{name}_bucket", (("le", limit),), count)
        yield _line(f"{name}_sum", (), self._sum)
        yield _line(f"{name}_count", (), sum(self._counts))


def render(views: Sequence[StreamView], health: Health, durations: Iterable[str]) -> str:
    """Return all metrics."""
    lines = [*_host(health), *_streams(views), *_outputs(views), *durations]
    return "\n".join(lines) + "\n"


def _host(health: Health) -> Iterator[str]:
    labels = (("version", health.version), ("ffmpeg", health.ffmpeg_version))
    yield from _metric("streambro_info", "What runs here.", "gauge", [(labels, 1)])
    for name, meaning, value in (
        ("uptime_seconds", "Since the service started.", health.uptime_s),
        ("host_cpu_ratio", "Of all cores, 0 to 1.", health.cpu_percent / 100),
        ("host_memory_total_bytes", "The host's memory.", health.memory_total_bytes),
        ("host_memory_available_bytes", "What of it is available.", health.memory_available_bytes),
        ("host_disk_free_bytes", "Free where the data folder lies.", health.disk_free_bytes),
        ("copies_fit", "How many more copied streams fit.", health.copies_fit),
        ("encodes_fit", "How many more encoded streams fit.", health.encodes_fit),
        ("streams_limit", "How many streams may run.", health.limit_total),
        ("timers", "Ends of streams and schedules that are waited for.", health.timers),
    ):
        if value is not None:
            yield from _metric(f"streambro_{name}", meaning, "gauge", [((), value)])


def _streams(views: Sequence[StreamView]) -> Iterator[str]:
    states = Counter(view.state for view in views)
    by_state: list[tuple[Labels, float]] = [((("state", str(state)),), states[state]) for state in State]
    yield from _metric("streambro_streams", "Streams by state.", "gauge", by_state)
    for name, meaning, field in (
        ("restarts", "Attempts after the first one, planned ones left out, in this run.", "restarts"),
        ("dark_seconds", "Time off air in this run.", "dark_s"),
        ("sent_bytes", "Sent in this run, by all outputs.", "bytes_sent"),
    ):
        rows: list[tuple[Labels, float]] = [(_named(view), getattr(view, field)) for view in views if view.running]
        yield from _metric(f"streambro_stream_{name}", meaning, "gauge", rows)


def _outputs(views: Sequence[StreamView]) -> Iterator[str]:
    outputs = [(view, output) for view in views for output in view.outputs]
    for name, meaning, scale in (
        ("live", "Whether it is on air.", None),
        ("bitrate_kbps", "Bits sent a second.", 1000.0),
        ("speed", "Against real time; 1 is well.", 1.0),
        ("loss", "Part of its bytes that had to be sent again, 0 to 1, over half a minute.", 1.0),
        ("cpu_percent", "Of one core, 1 is all of it.", 0.01),
        ("memory_mib", "Its process's own share.", 2.0**20),
    ):
        rows: list[tuple[Labels, float]] = []
        for view, output in outputs:
            value = _read(output, name)
            if value is not None:
                rows.append(((*_named(view), ("destination", output.destination)), value * (scale or 1)))
        yield from _metric(f"streambro_output_{_UNITS.get(name, name)}", meaning, "gauge", rows)


_UNITS: Final = {
    "bitrate_kbps": "bits_per_second",
    "loss": "resent_ratio",
    "cpu_percent": "cpu_ratio",
    "memory_mib": "memory_bytes",
}


def _read(output: OutputView, name: str) -> float | None:
    if name == "live":
        return float(output.state is State.LIVE)
    value: float | None = getattr(output, name)
    return value


def _named(view: StreamView) -> Labels:
    return (("space", view.space), ("stream", view.name))


def _metric(name: str, meaning: str, kind: str, rows: Iterable[tuple[Labels, float]]) -> Iterator[str]:
    yield from _head(name, meaning, kind)
    for labels, value in rows:
        yield _line(name, labels, value)


def _head(name: str, meaning: str, kind: str) -> Iterator[str]:
    yield f"# HELP {name} {meaning}"
    yield f"# TYPE {name} {kind}"


def _line(name: str, labels: Labels, value: float) -> str:
    told = ",".join(f'{key}="{_escape(text)}"' for key, text in labels)
    return f"{name}{{{told}}} {value}" if told else f"{name} {value}"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
