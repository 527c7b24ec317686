"""The engine's vocabulary: ids, enums and frozen values; it holds no behaviour beyond reading itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NewType

if TYPE_CHECKING:
    from datetime import datetime

    from core.monitor.room import Fits, Shortage

SpaceName = NewType("SpaceName", str)
UserId = NewType("UserId", int)
MediaId = NewType("MediaId", int)
PlaylistId = NewType("PlaylistId", int)
DestinationId = NewType("DestinationId", int)
StreamId = NewType("StreamId", int)
RunId = NewType("RunId", int)
ScheduleId = NewType("ScheduleId", int)
OutputId = NewType("OutputId", str)

MAIN_SPACE: Final = SpaceName("main")


def build_output_id(stream: StreamId, destination: DestinationId) -> OutputId:
    """Return the id of one stream at one destination; it is also a safe file name."""
    return OutputId(f"s{stream}-d{destination}")


def build_encoding_id(stream: StreamId) -> OutputId:
    """Return the id of the encoding that all outputs of one stream pass on; it is also a safe file name."""
    return OutputId(f"s{stream}-encoding")


class Mode(StrEnum):
    """Whether packets are passed on as they are, or made anew."""

    COPY = "copy"
    ENCODE = "encode"


class State(StrEnum):
    """Where an output is; the moves between them stand in `core.streams.state.NEXT`.

    STARTING: an FFmpeg is being started or has not moved output yet; to LIVE, RETRYING, STOPPING, STOPPED, FAILED.
    LIVE: output advances; to STARTING (a planned restart), RETRYING, STOPPING, STOPPED, FAILED.
    RETRYING: waits for its next attempt, or attempts it; to STARTING (/restart), LIVE, STOPPING, STOPPED, FAILED.
    STOPPING: was told to end, with a deadline; to STOPPED.
    STOPPED: ended as wished. FAILED: ended because its cause can't pass. Both are final for the run.
    """

    STARTING = "starting"
    LIVE = "live"
    RETRYING = "retrying"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAILED = "failed"


FINAL_STATES: Final = frozenset({State.STOPPED, State.FAILED})


class Platform(StrEnum):
    """Where a destination sends to; CUSTOM is any RTMP ingest."""

    YOUTUBE = "youtube"
    TWITCH = "twitch"
    FACEBOOK = "facebook"
    KICK = "kick"
    CUSTOM = "custom"


class CauseCode(StrEnum):
    """Why an attempt ended, as far as its exit code, progress and log tell."""

    FINISHED = "finished"  # the source was played once, to its end
    STOPPED = "stopped"  # it was told to
    REFUSED = "refused"  # the ingest refused the key or the address
    BUSY = "busy"  # the ingest says that the key is already publishing
    UNREACHABLE = "unreachable"  # connection refused, no route, network down
    TIMED_OUT = "timed_out"  # connecting or writing took too long
    RESET = "reset"  # the other side closed the connection
    DNS = "dns"  # the ingest's name could not be resolved
    TLS = "tls"  # no secure connection could be made
    SOURCE_MISSING = "source_missing"
    SOURCE_BROKEN = "source_broken"
    SOURCE_SILENT = "source_silent"  # the disk that it lies on does not answer
    CODEC = "codec"  # FLV can't carry it
    ENCODER = "encoder"  # the encoder did not start
    NO_SPACE = "no_space"
    NO_MEMORY = "no_memory"
    FFMPEG_MISSING = "ffmpeg_missing"
    CRASHED = "crashed"  # ended by a signal of its own making (SIGSEGV, SIGABRT ...)
    KILLED = "killed"  # ended by somebody's SIGKILL or SIGTERM
    NO_START = "no_start"  # no output within the start deadline
    STALLED = "stalled"  # output or acknowledgements stood still
    SLOW = "slow"  # output slower than real time for too long
    LOST_TRACK = "lost_track"  # picture or sound stopped while time moved
    GONE = "gone"  # it ended while the service was away; nobody saw how
    DEFECT = "defect"  # a fault of this service's own
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    """How a run ended."""

    STOPPED = "stopped"  # by a person
    SCHEDULED = "scheduled"  # by `for=`, `until=` or a schedule
    FINISHED = "finished"  # a source that is not looped came to its end
    FAILED = "failed"  # a cause that can't pass


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause with the line of FFmpeg's log that tells most, redacted."""

    code: CauseCode
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: a person in a space. `via` is the platform's name as audit shows it (`console`, `telegram` ...)."""

    user: UserId
    name: str
    space: SpaceName
    via: str


class SourceKind(StrEnum):
    """What can be streamed."""

    MEDIA = "media"
    PLAYLIST = "playlist"


@dataclass(frozen=True, slots=True)
class SourceRef:
    """A media file or a playlist of a space; `name` is what people call it (a file's stem where that is unique)."""

    kind: SourceKind
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class VideoTrack:
    """What a probe found of the picture.

    `keyframe_gap_s` is the longest gap in the first minute, `b_frames` the longest run of them there; None where
    nothing was seen. `steady`: its frames are equally far apart there.
    """

    codec: str
    profile: str
    pixel_format: str
    width: int
    height: int
    fps: float
    time_base: str
    interlaced: bool = False
    keyframe_gap_s: float | None = None
    b_frames: int | None = None
    steady: bool = True


@dataclass(frozen=True, slots=True)
class AudioTrack:
    """What a probe found of the sound."""

    codec: str
    profile: str
    sample_rate_hz: int
    channels: int
    time_base: str


@dataclass(frozen=True, slots=True)
class Probe:
    """What a media file holds. `video` or `audio` is None where there is none; `bitrate_kbps` is the whole file's."""

    container: str
    duration_s: float | None
    bitrate_kbps: float | None
    video: VideoTrack | None
    audio: AudioTrack | None


@dataclass(frozen=True, slots=True)
class MediaItem:
    """A file of the library. `name` is the file's name; `probe` is None where it could not be read as media."""

    id: MediaId
    space: SpaceName
    name: str
    size_bytes: int
    modified_ns: int
    probe: Probe | None
    problem: str | None = None  # a code of `SourceUnreadable.reason`
    owner: UserId | None = None


@dataclass(frozen=True, slots=True)
class Playlist:
    """Media in an order; the same item may stand more than once."""

    id: PlaylistId
    space: SpaceName
    name: str
    items: tuple[MediaId, ...]


@dataclass(frozen=True, slots=True)
class Destination:
    """An ingest and its key, the key left out: only `core.destinations` ever sees it in clear.

    `lock` is a keyed digest of address and key: equal for two destinations that would push the same key.
    """

    id: DestinationId
    space: SpaceName
    name: str
    platform: Platform
    url: str
    lock: str


@dataclass(frozen=True, slots=True)
class StreamSpec:
    """What a stream is: its source, where it goes and how. `rotate_s`: the planned restart, None: by 20 days."""

    source: SourceRef
    destinations: tuple[DestinationId, ...]
    mode: Mode = Mode.COPY
    loop: bool = True
    quality: str | None = None
    rotate_s: int | None = None

    @property
    def encodes_once(self) -> bool:
        """Whether one encoding is made for several destinations."""
        return self.mode is Mode.ENCODE and len(self.destinations) > 1


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where on one stream's costs are told of: percent of one core, MiB. None: what the configuration says."""

    cpu_percent: int | None = None
    memory_mib: int | None = None


@dataclass(frozen=True, slots=True)
class StreamRecord:
    """A stream as it is stored. `wanted` is the wish, not the state; `held` waits for /resume after a restore."""

    id: StreamId
    space: SpaceName
    name: str
    spec: StreamSpec
    wanted: bool
    held: bool
    started_by: UserId
    ends_at: datetime | None
    run: RunId | None  # the open run, or the last one
    thresholds: Thresholds = Thresholds()


@dataclass(frozen=True, slots=True)
class Trouble:
    """What an output of an open run has behind it, so that a service that comes back goes on from there.

    `dark_since`: its open outage, None while it is on air; `tries` in it, and whether people were `told`. `failures` in
    a row, the `refusals` and causes that last (`lasting`) among them. `was_live`: at any time in this run.
    """

    output: OutputId
    dark_since: datetime | None = None
    told: bool = False
    tries: int = 0
    failures: int = 0
    refusals: int = 0
    lasting: int = 0
    was_live: bool = False


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run of a stream, from order to end; what stays for the post-mortem.

    `dark_s` is of outages that are over; `troubles` tell of open ones, as they were at `saved_at`.
    """

    id: RunId
    stream: StreamId
    space: SpaceName
    stream_name: str
    source_name: str
    destination_names: str
    mode: Mode
    started_at: datetime
    started_by: UserId
    ended_at: datetime | None = None
    ended_by: UserId | None = None
    outcome: Outcome | None = None
    cause: Cause | None = None
    attempts: int = 0
    planned_breaks: int = 0
    dark_s: float = 0.0
    bytes_sent: int = 0
    log_tail: tuple[str, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    saved_at: datetime | None = None

    @property
    def end_state(self) -> State:
        """What the stream is when this run was its last."""
        return State.FAILED if self.outcome is Outcome.FAILED else State.STOPPED

    def dark_until(self, at: datetime) -> float:
        """Return for how long its outputs were dark by then, in seconds, what is still dark included."""
        still = (trouble.dark_since for trouble in self.troubles)
        return self.dark_s + sum(max(0.0, (at - since).total_seconds()) for since in still if since is not None)


@dataclass(frozen=True, slots=True)
class ScheduledRun:
    """The one run of a schedule that a stream's run stands for; `key` names it for ever, `start` is when it begins."""

    schedule: ScheduleId
    key: str
    start: datetime


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run to open. `stream` None makes a new stream; else that one takes over `name` and `spec`."""

    stream: StreamId | None
    space: SpaceName
    name: str
    spec: StreamSpec
    source_name: str
    destination_names: str
    started_by: UserId
    started_at: datetime
    ends_at: datetime | None = None
    scheduled: ScheduledRun | None = None


@dataclass(frozen=True, slots=True)
class RunEnd:
    """How a run ended and what it came to. `log_tail` is redacted, oldest line first."""

    ended_at: datetime
    ended_by: UserId | None
    outcome: Outcome
    cause: Cause | None
    attempts: int
    planned_breaks: int
    dark_s: float
    bytes_sent: int
    log_tail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StartRequest:
    """An order to start. Names are as typed; `destinations` empty means 'the only one there is, or as last time'."""

    source: str
    destinations: tuple[str, ...] = ()
    name: str | None = None
    mode: Mode | None = None
    loop: bool | None = None
    quality: str | None = None
    rotate_s: int | None = None
    ends_at: datetime | None = None
    unfit: bool = False  # 'Start anyway': copy in spite of findings that a platform only advises against
    scheduled: ScheduledRun | None = None  # it starts what a schedule calls for, once and never again


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """An order to change a stream, running or not; what is None stays. `no_end` takes a scheduled stop away.

    `thresholds` are taken as a whole.
    """

    source: str | None = None
    destinations: tuple[str, ...] | None = None
    name: str | None = None
    ends_at: datetime | None = None
    no_end: bool = False
    thresholds: Thresholds | None = None


@dataclass(frozen=True, slots=True)
class OutputView:
    """One output as it is now. Rates are None until two samples exist, and while it is `blind`.

    `blind`: it goes on, as acknowledged bytes show, but FFmpeg's progress is dead. `loss`: what part of the bytes of
    the last half minute had to be sent again, 0 to 1.
    """

    id: OutputId
    destination: str
    platform: Platform
    state: State
    cause: Cause | None
    attempts: int
    failures: int
    live_since: datetime | None
    dark_since: datetime | None
    next_try_at: datetime | None
    bitrate_kbps: float | None
    speed: float | None
    cpu_percent: float | None
    memory_mib: float | None
    blind: bool = False
    loss: float | None = None


@dataclass(frozen=True, slots=True)
class StreamView:
    """One stream as it is now; for a stream that does not run, as its last run left it.

    `state` is the worst of its outputs that still live. `ended` is the last run's record when it is over.
    `destinations` names where a stream goes that never ran; `starts_at` is when a schedule starts it next,
    `scheduled_end` when that run ends.
    `shortage`: what the host had too little of when this run was ordered. `encoding`: what all outputs pass on, where
    they share one; it has no destination.
    """

    id: StreamId
    space: SpaceName
    name: str
    source: SourceRef
    mode: Mode
    loop: bool
    state: State
    held: bool
    outputs: tuple[OutputView, ...]
    run: RunId | None
    started_by: str
    started_at: datetime | None
    ends_at: datetime | None
    restarts: int
    planned_breaks: int
    dark_s: float
    bytes_sent: int
    position_s: float | None = None  # how far into the source what is on air now lies
    ended: RunRecord | None = None
    destinations: tuple[str, ...] = ()
    starts_at: datetime | None = None
    scheduled_end: datetime | None = None
    shortage: Shortage | None = None
    encoding: OutputView | None = None
    thresholds: Thresholds = Thresholds()

    @property
    def processes(self) -> tuple[OutputView, ...]:
        """All that runs for it: its outputs, and the encoding that they share."""
        return self.outputs if self.encoding is None else (self.encoding, *self.outputs)

    @property
    def running(self) -> bool:
        """Whether a session owns it now, moving or not."""
        return self.state not in FINAL_STATES

    @property
    def live_since(self) -> datetime | None:
        """When its present unbroken time on air began, by its first live output."""
        return min((o.live_since for o in self.outputs if o.live_since), default=None)


@dataclass(frozen=True, slots=True)
class LimitUse:
    """How many of how many streams run, for one user and in all."""

    user_used: int
    user_allowed: int
    total_used: int
    total_allowed: int
    names: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A picture of what is on air: JPEG bytes, its place in the file that is playing, and when it was taken."""

    data: bytes = field(repr=False)
    position_s: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Health:
    """How the host and the service are.

    `copies_fit` and `encodes_fit` are what `copies` and `encodes` come to. `uplink_best_kbps` is the most that was sent
    for five minutes within a month; `uplink_mbps` is what the configuration says. `encode_cpu_percent`: of a core, what
    one encoding takes here as far as is known. `fallen`: parts of the service that fell over a
    moment ago and began anew. `timers`: calls that are set for a moment, as ends of streams and schedules.
    """

    version: str
    ffmpeg_version: str
    cores: int
    cpu_percent: float
    memory_total_bytes: int
    memory_available_bytes: int
    disk_free_bytes: int
    running: int
    limit_total: int
    copies_fit: int | None
    uptime_s: float
    encodes_fit: int | None = None
    copies: Fits | None = None
    encodes: Fits | None = None
    uplink_kbps: float = 0.0
    uplink_best_kbps: float | None = None
    uplink_mbps: float | None = None
    encode_cpu_percent: float | None = None
    fallen: tuple[str, ...] = ()
    timers: int = 0
