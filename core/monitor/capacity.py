"""What a copy and an encoding cost on this host, and how many more fit; pure, it measures nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from core.model import Mode, State
from core.monitor.room import Resource, Shortage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from core.ffmpeg.contract import Capacity
    from core.model import OutputView, StreamView

MIB: Final = 2**20
USABLE: Final = 0.8
"""Of CPU, memory and uplink: beyond that latency grows and a peak has nowhere to go."""

SETTLED_S: Final = 60.0
"""What an output costs in its first minute is what its start costs."""

COUNTED_S: Final = 15.0
"""After that long on air the host's own figures hold what an output costs."""

FRESH: Final = 0.2
"""What is seen now counts for so much against what was seen before: one film is not every film."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one output takes: percent of a core, MiB, kbit/s."""

    cpu_percent: float
    memory_mib: float
    kbps: float

    def of(self, resource: Resource) -> float:
        """Return what it takes of a resource."""
        return {
            Resource.CPU: self.cpu_percent,
            Resource.MEMORY: self.memory_mib,
            Resource.UPLINK: self.kbps,
        }[resource]


ASSUMED: Final[Mapping[Mode, Cost]] = {Mode.COPY: Cost(1.0, 16.0, 3100.0), Mode.ENCODE: Cost(100.0, 200.0, 3100.0)}
"""Until something ran here. The copy as measured, of 3.1 Mbit/s: 0.88 % of a core, 14.5 MiB; an encoding of 720p with
libx264 veryfast takes about a core."""

LEAST: Final = Cost(0.1, 4.0, 100.0)
"""Nothing is free: what a source without sound and picture costs says nothing about the next one."""


class Costs:
    """What a copy and an encoding cost here, learned from what runs."""

    def __init__(self) -> None:
        self._known: dict[Mode, Cost] = {}

    def of(self, mode: Mode) -> Cost:
        """Return what one output of this kind costs, as far as is known."""
        return self._known.get(mode, ASSUMED[mode])

    def learn(self, views: Sequence[StreamView], now: datetime) -> None:
        """Take what runs now into account."""
        for mode in ASSUMED:
            outputs = [output for view in views for kind, output in _sort(view) if kind is mode]
            if (seen := _mean([output for output in outputs if _age_s(output, now) >= SETTLED_S])) is not None:
                before = self._known.get(mode)
                self._known[mode] = seen if before is None else _mix(before, seen)


def _sort(view: StreamView) -> Iterator[tuple[Mode, OutputView]]:
    """Yield what runs for a stream by its kind: what passes on the one encoding of all outputs is a copy."""
    if view.encoding is None:
        yield from ((view.mode, output) for output in view.outputs)
        return
    sent = next((output.bitrate_kbps for output in view.outputs if output.bitrate_kbps is not None), None)
    yield Mode.ENCODE, replace(view.encoding, bitrate_kbps=sent)
    yield from ((Mode.COPY, output) for output in view.outputs)


def _mean(outputs: Sequence[OutputView]) -> Cost | None:
    found = [
        (output.cpu_percent, output.memory_mib, output.bitrate_kbps)
        for output in outputs
        if output.cpu_percent is not None and output.memory_mib is not None and output.bitrate_kbps is not None
    ]
    if not found:
        return None
    cpu, memory, kbps = (sum(values) / len(found) for values in zip(*found, strict=True))
    return Cost(max(cpu, LEAST.cpu_percent), max(memory, LEAST.memory_mib), max(kbps, LEAST.kbps))


def _mix(before: Cost, seen: Cost) -> Cost:
    values = {
        name: (1 - FRESH) * getattr(before, name) + FRESH * getattr(seen, name)
        for name in ("cpu_percent", "memory_mib", "kbps")
    }
    return replace(before, **values)


def _age_s(output: OutputView, now: datetime) -> float:
    """Return for how long it is on air."""
    if output.state is not State.LIVE or output.live_since is None:
        return 0.0
    return (now - output.live_since).total_seconds()


@dataclass(frozen=True, slots=True)
class Demand:
    """Outputs of one stream that are ordered, of which nothing runs yet."""

    mode: Mode
    outputs: int

    def find_cost(self, costs: Costs) -> Cost:
        """Return what they cost together: several outputs share one encoding, which each passes on as a copy."""
        shared = self.mode is Mode.ENCODE and self.outputs > 1
        kinds = (Mode.ENCODE, *[Mode.COPY] * self.outputs) if shared else [self.mode] * self.outputs
        made = [costs.of(kind) for kind in kinds]
        cpu, memory = sum(cost.cpu_percent for cost in made), sum(cost.memory_mib for cost in made)
        return Cost(cpu, memory, costs.of(self.mode).kbps * self.outputs)


def find_free(
    capacity: Capacity,
    running: Sequence[StreamView],
    ordered: Iterable[Demand],
    costs: Costs,
    uplink_mbps: float | None,
    now: datetime,
) -> dict[Resource, float]:
    """Return what may still be used of each resource, in the units of `Cost`; below 0 where too much is used already.

    Of the uplink only where it is known. What starts now is counted with what its kind costs.
    """
    coming = [*_find_coming(running, costs, now), *(demand.find_cost(costs) for demand in ordered)]
    sent_kbps = sum(output.bitrate_kbps or 0.0 for view in running for output in view.outputs)
    cores = capacity.cores
    free = {
        Resource.CPU: cores * (100 * USABLE - capacity.cpu_percent) - sum(cost.cpu_percent for cost in coming),
        Resource.MEMORY: capacity.memory_available_bytes / MIB * USABLE - sum(cost.memory_mib for cost in coming),
    }
    if uplink_mbps is not None:
        free[Resource.UPLINK] = uplink_mbps * 1000 * USABLE - sent_kbps - sum(cost.kbps for cost in coming)
    return free


def _find_coming(running: Sequence[StreamView], costs: Costs, now: datetime) -> Iterator[Cost]:
    for view in running:
        for kind, output in _sort(view):
            if output.state in {State.STARTING, State.LIVE} and _age_s(output, now) < COUNTED_S:
                sends = view.encoding is None or output.id != view.encoding.id
                yield replace(costs.of(kind), kbps=costs.of(view.mode).kbps if sends else 0.0)


def count_fits(free: Mapping[Resource, float], cost: Cost) -> dict[Resource, int]:
    """Return how many more outputs of this cost fit by each resource."""
    return {resource: max(0, int(left / cost.of(resource))) for resource, left in free.items()}


def find_shortage(free: Mapping[Resource, float], needs: Cost) -> Shortage | None:
    """Return what would run out first where so much more is needed; None where it fits."""
    short = [
        Shortage(resource, needs.of(resource), max(0.0, left))
        for resource, left in free.items()
        if needs.of(resource) > left
    ]
    return min(short, key=lambda one: one.free / one.needs, default=None)
