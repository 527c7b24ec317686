"""What an engine and a runner say to each other; the seam behind which pids, signals, files and sockets stay."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from datetime import datetime

    from core.model import OutputId

PLAYLIST_PLACEHOLDER: Final = "{playlist}"
SEGMENTS_PLACEHOLDER: Final = "{segments}"


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a source: where it lies, and how long it lasts (0: unknown)."""

    path: str
    length_s: float


def find_length_s(parts: Sequence[Part]) -> float | None:
    """Return how long one pass of these parts takes, None where that of one is unknown, or there are none."""
    return sum(part.length_s for part in parts) if parts and all(part.length_s for part in parts) else None


@dataclass(frozen=True, slots=True)
class RunSpec:
    """All that a runner needs to run one FFmpeg.

    `argv` begins with FFmpeg's path and holds the stream key: it is never logged, stored or shown (so neither is this
    value's repr). Where `playlist` is given, it is the text of a concat list: the runner writes it beside its own files
    and puts its path where `PLAYLIST_PLACEHOLDER` stands in `argv`. `secrets` are cut out of every log line.

    `segments` is the output that encodes for others: the runner keeps a folder for it, whose path it puts where
    `SEGMENTS_PLACEHOLDER` stands. The encoding itself names its own output and gets an empty one.

    `lock` tells whose key it pushes (`Destination.lock`), empty where it pushes none; the runner keeps it with the
    process, since the destination may have another key by the time that somebody takes over. So it does with `parts`,
    what it reads one after the other: the source may have others by then. Nothing of them is in the repr.
    """

    argv: tuple[str, ...] = field(repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    playlist: str | None = field(default=None, repr=False)
    segments: OutputId | None = None
    lock: str = ""
    parts: tuple[Part, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Started:
    """A process exists for this output and epoch."""

    output: OutputId
    epoch: int


@dataclass(frozen=True, slots=True)
class Sample:
    """What one look at a running FFmpeg saw; `at_s` is the runner's monotonic clock.

    `out_time_s`, `frame` and `sent_bytes` are FFmpeg's own cumulative numbers, None before the first or where it says
    N/A; an encoding for others has moved output only once there is a segment to be read. `acked_bytes` is what the
    other side's kernel acknowledged on the ingest's connection, None where no connection exists, or where that can't be
    read, now or ever: not `acks_readable`. `ack_age_s`: how long before `at_s` the last acknowledgement came.
    `resent_bytes` had to be sent once more, None where unknown. CPU (percent of one core since the last measurement)
    and memory come every `monitor.interval_s`; between, they are None. `progress_age_s`: how long before `at_s` FFmpeg
    wrote its own, as it does every 0.5 s or 2 s.
    """

    output: OutputId
    epoch: int
    at_s: float
    out_time_s: float | None = None
    frame: int | None = None
    sent_bytes: int | None = None
    acked_bytes: int | None = None
    resent_bytes: int | None = None
    cpu_percent: float | None = None
    memory_bytes: int | None = None
    progress_age_s: float = 0.0
    ack_age_s: float = 0.0
    acks_readable: bool = True


@dataclass(frozen=True, slots=True)
class Ended:
    """A process is gone, reaped, and its files are removed.

    `exit_code` is negative for a signal and None where nobody could ask (a process that was taken over). `clean` means
    that FFmpeg's progress said `end`. `stopped` means that this runner was told to end it. `log_tail` is redacted.
    `out_time_s` is how much had gone out by its last words, which maybe no sample saw: a short clip ends before one.
    """

    output: OutputId
    epoch: int
    exit_code: int | None
    clean: bool
    stopped: bool
    log_tail: tuple[str, ...] = ()
    out_time_s: float | None = None


@dataclass(frozen=True, slots=True)
class Running:
    """A process of an earlier service that still runs, for `age_s` by the kernel, whatever the wall clock did.

    `lock` and `parts` are its `RunSpec`'s; empty also where an older release started it.
    """

    output: OutputId
    epoch: int
    spawned_at: datetime
    age_s: float
    lock: str = ""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Perished:
    """A process of an earlier service that ended while none was there: how, as far as its files tell, and when.

    `at` is the wall clock's, within 2 s of the death.
    """

    ended: Ended
    at: datetime


@dataclass(frozen=True, slots=True)
class Capacity:
    """What the runner's machine has."""

    cores: int
    memory_total_bytes: int
    memory_available_bytes: int
    cpu_percent: float


Report = Started | Sample | Ended


class StaleEpoch(Exception):
    """A start bore an epoch that is not newer than the one the output has seen."""


class Runner(Protocol):
    """Runs FFmpegs on one machine: the only code that knows pids, signals, sockets and run files."""

    async def take_over(self) -> list[Running]:
        """Adopt what still runs from before, also from an older release, and sweep what is left of the rest.

        Called once, before anything else. Adopted processes are sampled and reported like started ones.
        """
        ...

    def perished(self) -> Mapping[OutputId, Perished]:
        """Return what `take_over` found dead; what a reboot ended is not in it, since nothing is known of that."""
        ...

    async def start(self, output: OutputId, spec: RunSpec, epoch: int) -> None:
        """Spawn one FFmpeg for `output`; the intent is on disk before the process exists.

        Raises:
            StaleEpoch: `epoch` is not newer than the last one of this output.
            RuntimeError: the output has a process already.
            core.errors.FfmpegUnusable: it could not be executed.
            OSError: files or process could not be made (disk full, no more processes).
        """
        ...

    async def stop(self, output: OutputId, grace_s: float) -> Ended:
        """End it: TERM, TERM again at 3/5 of `grace_s`, KILL to the group at `grace_s`; 0 means KILL at once.

        The `Ended` is also reported. Calling it for an output without a process returns an `Ended` with `stopped`.
        Segments that it made are removed; those of an encoding that ended by itself stay to be read until this call.
        """
        ...

    def reports(self) -> AsyncIterator[Report]:
        """Yield reports of all outputs in the order in which they happened, for ever; one reader only."""
        ...

    def hasten(self, output: OutputId, *, fast: bool) -> None:
        """Look at this output's progress often (`fast`: while it is expected to turn live), or every 2 s again."""
        ...

    def look_at(self, output: OutputId) -> None:
        """Report a sample of this output now, whether or not it moved; nothing where it has no process."""
        ...

    async def log_tail(self, output: OutputId, lines: int) -> list[str]:
        """Return the last redacted lines of the output's running attempt, oldest first."""
        ...

    async def capacity(self) -> Capacity:
        """Return what the machine has now."""
        ...

    def has_room(self) -> bool:
        """Return whether a new process could write its progress: a planned start would not fail by a full disk."""
        ...

    def is_looking(self) -> bool:
        """Return whether it watches its processes: after `take_over`, until `close`, unless a defect ended that."""
        ...

    async def close(self, *, keep: bool) -> None:
        """Stop looking. Processes go on where `keep`, and can be taken over by the next runner."""
        ...
