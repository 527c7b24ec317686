"""What has happened, as frozen values in the past tense, and the bus that carries them up; publishing never waits."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from core.model import Cause, Outcome, OutputId, Platform, RunId, SpaceName, StreamId

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened in a space, at an aware UTC time."""

    at: datetime
    space: SpaceName


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamEvent(Event):
    """Something that happened to a run of a stream."""

    stream: StreamId
    name: str
    run: RunId


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamStarted(StreamEvent):
    """A run began by order of `by`."""

    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputEvent(StreamEvent):
    """Something that happened to one output of a run."""

    output: OutputId
    destination: str
    platform: Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputWentLive(OutputEvent):
    """Its output advanced for the first time in this run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputWentDark(OutputEvent):
    """It was live, or should have become so, and is not; `failures` in a row, next attempt in `next_try_s`.

    Published at the first failure of an outage, at the third, then hourly; `dark_since` is the same in all of them and
    names the outage.
    """

    cause: Cause
    failures: int
    next_try_s: float
    dark_since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputStillDark(OutputEvent):
    """A service that came back goes on with the outage named `dark_since`, of which the one before it told."""

    dark_since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputRecovered(OutputEvent):
    """It is live again after `dark_s` and `tries` attempts; ends the outage named `dark_since`."""

    dark_s: float
    tries: int
    dark_since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputFailed(OutputEvent):
    """It was given up: the cause can't pass. The stream's other outputs go on."""

    cause: Cause
    tries: int
    dark_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputRotated(OutputEvent):
    """It was live for `after_s` and begins anew at once, as planned; no trouble. Told before the break."""

    after_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputSlow(OutputEvent):
    """It has been slower than real time for a while (`slow`), or keeps up again (not `slow`)."""

    slow: bool
    speed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputBlind(OutputEvent):
    """It goes on, but FFmpeg's progress is dead (`blind`: a disk was full), or FFmpeg tells again (not `blind`)."""

    blind: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamEnded(StreamEvent):
    """A run is over. `by` is the person who stopped it, None where it ended by itself or by the clock.

    `stop_s`: from the order to stop until no process of it was left, None where nobody gave one.
    """

    outcome: Outcome
    cause: Cause | None
    by: str | None
    dark_s: float
    bytes_sent: int
    stop_s: float | None = None


@dataclass(frozen=True, slots=True)
class StartedAgain:
    """A stream that did not outlive the service's absence: when and why it died, None where nobody knows."""

    name: str
    died_at: datetime | None = None
    cause: Cause | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCameBack(Event):
    """The service started and found wanted streams: some went on without a break, some were started again.

    `stopped`: their scheduled end had passed meanwhile. `still_dark`: in an outage of which the service before told.
    """

    went_on: tuple[str, ...]
    started_again: tuple[StartedAgain, ...]
    stopped: tuple[str, ...] = ()
    still_dark: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceAlert(StreamEvent):
    """A stream uses more than it may, held for a while; with `over` False the all-clear. `kind`: cpu or memory.

    `usual` is what it mostly used before, None where it does not run long enough to know.
    """

    kind: str
    over: bool
    value: float
    limit: float
    for_s: float
    usual: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BitrateAlert(OutputEvent):
    """It sends far less or more than is usual for it (`off`), held for a while; with `off` False the all-clear."""

    off: bool
    kbps: float
    usual_kbps: float
    for_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HostAlert(Event):
    """The host has too little left, held for a while; with `over` False the all-clear.

    `kind`: memory or cpu, in percent of all that it has.
    """

    kind: str
    over: bool
    value: float
    limit: float
    for_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskAlert(Event):
    """Free space fell below the floor (`low`), or is above it again."""

    low: bool
    free_mib: float
    floor_mib: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFell(Event):
    """A part of the service fell over by a defect and begins anew, or it is `back`: well again for a while."""

    part: str
    back: bool = False


class Subscription:
    """One listener's bounded queue; the oldest is dropped where it does not keep up, and that is logged."""

    def __init__(self, size: int) -> None:
        self._queue: asyncio.Queue[Event] = asyncio.Queue(size)

    def offer(self, event: Event) -> None:
        """Take an event without waiting."""
        if self._queue.full():
            dropped = self._queue.get_nowait()
            log.warning("a listener does not keep up; dropped %s", type(dropped).__name__)
        self._queue.put_nowait(event)

    def take_waiting(self) -> list[Event]:
        """Return what waits, without waiting for more."""
        return [self._queue.get_nowait() for _ in range(self._queue.qsize())]

    async def __aiter__(self) -> AsyncIterator[Event]:
        """Yield events as they come, for ever."""
        while True:
            yield await self._queue.get()


class Bus:
    """Carries events from the engine to whoever listens."""

    def __init__(self) -> None:
        self._subscriptions: list[Subscription] = []

    def subscribe(self, size: int = 1000) -> Subscription:
        """Return a new listener's queue; `unsubscribe` it when done."""
        subscription = Subscription(size)
        self._subscriptions.append(subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Forget a listener."""
        self._subscriptions.remove(subscription)

    def publish(self, event: Event) -> None:
        """Hand an event to every listener; never waits, never raises."""
        for subscription in self._subscriptions:
            subscription.offer(event)
