"""What an output is to do, what it works with and whom it belongs to; frozen values and small protocols only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime
    from random import Random

    from core.clock import Clock
    from core.config import CoreConfig
    from core.events import Event, OutputEvent
    from core.ffmpeg.contract import Part, Runner, RunSpec
    from core.model import OutputId, Platform
    from core.streams.backoff import Brake
    from core.streams.epochs import Epochs
    from core.streams.verdict import Done, Fatal

LONGEST_RUN_S: Final = 20 * 86400.0
"""FLV's timestamps wrap at 2^31 ms, 24.86 days: FFmpeg is restarted before."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all outputs of an engine share."""

    runner: Runner
    clock: Clock
    config: CoreConfig
    rng: Random
    brake: Brake
    epochs: Epochs


@dataclass(frozen=True, slots=True)
class OutputOrder:
    """What one output is to do: `build` makes each attempt's command, with the key as it is by then.

    `hold` keeps the key of what is about to run for it, or raises `core.errors.KeyInUse`. `copies`: its packets are the
    source's own. `relays`: it passes on its stream's one encoding, and can only while there is one.
    """

    id: OutputId
    destination: str
    platform: Platform
    build: Callable[[], Awaitable[RunSpec]]
    loop: bool
    rotate_s: float = LONGEST_RUN_S
    copies: bool = False
    relays: bool = False
    hold: Callable[[RunSpec], None] = lambda _: None


class Source(Protocol):
    """What an output passes on that relays."""

    @property
    def open(self) -> bool:
        """Whether it can be read now."""
        ...

    @property
    def over(self) -> Done | Fatal | None:
        """How it ended for good, None while it has not."""
        ...

    @property
    def parts(self) -> tuple[Part, ...]:
        """What it reads, one after the other."""
        ...

    @property
    def next_try_at(self) -> datetime | None:
        """When it is tried again, None where it is not waiting for that."""
        ...


class Tell(Protocol):
    """Takes what people are to know of an output: the kind of event, and the fields that are its own."""

    def __call__(self, event: type[OutputEvent], **more: Any) -> None:  # noqa: ANN401 - each event's own fields
        """Take it without waiting."""
        ...


class Owner(Protocol):
    """The stream that an output belongs to; it takes what it is told without waiting."""

    @property
    def source(self) -> Source | None:
        """The encoding that its outputs pass on, None where they share none."""
        ...

    def event_fields(self) -> Mapping[str, Any]:
        """Return `at`, `space`, `stream`, `name` and `run` for an event."""
        ...

    def tell(self, event: Event) -> None:
        """Take an event."""
        ...

    def changed(self) -> None:
        """Take note that state or counters are other than before."""
        ...
