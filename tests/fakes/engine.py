"""An engine without FFmpeg: it implements the facade that the bot calls, in memory, on a real store for people.

It keeps what handlers rely on: names as typed, ids, spaces, limits, key locks and the errors that say so.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from core.config import CoreConfig
from core.errors import (
    AlreadyRunning,
    InUse,
    KeyExists,
    KeyInUse,
    NameInUse,
    NeedsDestination,
    NotFound,
    NotRunning,
)
from core.events import Bus
from core.ingest import check_key, parse_ingest
from core.media.naming import find_source
from core.model import (
    Cause,
    CauseCode,
    Destination,
    DestinationId,
    Health,
    LimitUse,
    MediaId,
    MediaItem,
    Mode,
    Outcome,
    OutputView,
    Playlist,
    PlaylistId,
    Probe,
    RunId,
    RunRecord,
    Snapshot,
    SourceKind,
    SourceRef,
    SpaceName,
    State,
    StreamId,
    StreamView,
    VideoTrack,
    build_output_id,
)
from core.names import check_name, find, fold
from core.streams.limits import check_limits
from core.upkeep import Upkeep
from tests.fakes.imports import FakeImports
from tests.fakes.schedules import FakeSchedules

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from core.model import Actor, ChangeRequest, StartRequest, UserId
    from core.store import Store
    from tests.fakes.clock import FakeClock

Owned = TypeVar("Owned", MediaItem, Playlist, Destination)
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\x68, no more than its head"  # 640 x 360


def a_probe(height: int = 720) -> Probe:
    """What a probe finds of an ordinary file."""
    video = VideoTrack("h264", "High", "yuv420p", height * 16 // 9, height, 30.0, "1/15360", keyframe_gap_s=2.0)
    return Probe("mp4", 3600.0, 3100.0, video, None)


def _own(kind: str, space: SpaceName, typed: str, things: Iterable[Owned]) -> Owned:
    mine = [thing for thing in things if thing.space == space]
    if typed.startswith("#"):
        return find(kind, typed[1:], {str(thing.id): thing for thing in mine})
    return find(kind, typed, {thing.name: thing for thing in mine})


class FakeLibrary:
    """Files that are only names."""

    def __init__(self) -> None:
        self.items: dict[MediaId, MediaItem] = {}
        self.playlists: Collection[Playlist] = ()
        self._ids = itertools.count(1)

    def put(self, name: str, space: SpaceName, problem: str | None = None) -> MediaItem:
        """Put a file there."""
        probe = None if problem else a_probe()
        item = MediaItem(MediaId(next(self._ids)), space, name, 1_000_000, 1, probe, problem)
        self.items[item.id] = item
        return item

    async def all(self, space: SpaceName) -> list[MediaItem]:
        return [item for item in self.items.values() if item.space == space]

    async def find_item(self, space: SpaceName, typed: str) -> MediaItem:
        return _own("media", space, typed, list(self.items.values()))

    async def find(self, space: SpaceName, typed: str) -> SourceRef:
        mine = {item.name: item for item in await self.all(space)}
        called, source = find_source(typed, tuple(mine), [one for one in self.playlists if one.space == space])
        if isinstance(source, str):
            return SourceRef(SourceKind.MEDIA, mine[source].id, called)
        return SourceRef(SourceKind.PLAYLIST, source.id, called)

    async def rename(self, space: SpaceName, media: MediaId, name: str) -> MediaItem:
        if any(item.name == name for item in await self.all(space)):
            raise NameInUse("media", name)
        self.items[media] = replace(self.items[media], name=check_name("media", name))
        return self.items[media]

    async def delete(self, space: SpaceName, media: MediaId) -> None:
        assert self.items[media].space == space
        del self.items[media]


class FakePlaylists:
    """Playlists in memory."""

    def __init__(self, library: FakeLibrary) -> None:
        self._library = library
        self.lists: dict[PlaylistId, Playlist] = {}
        library.playlists = self.lists.values()
        self._ids = itertools.count(1)

    async def all(self, space: SpaceName) -> list[Playlist]:
        return [one for one in self.lists.values() if one.space == space]

    async def find(self, space: SpaceName, typed: str) -> Playlist:
        return _own("playlist", space, typed, list(self.lists.values()))

    async def create(self, space: SpaceName, name: str) -> Playlist:
        if any(one.name == name for one in await self.all(space)):
            raise NameInUse("playlist", name)
        made = Playlist(PlaylistId(next(self._ids)), space, check_name("playlist", name), ())
        self.lists[made.id] = made
        return made

    async def add(self, space: SpaceName, playlist: PlaylistId, names: Sequence[str]) -> Playlist:
        found = [(await self._library.find_item(space, name)).id for name in names]
        return self._set(playlist, (*self.lists[playlist].items, *found))

    async def remove(self, space: SpaceName, playlist: PlaylistId, names: Sequence[str]) -> Playlist:
        gone = {(await self._library.find_item(space, name)).id for name in names}
        return self._set(playlist, tuple(item for item in self.lists[playlist].items if item not in gone))

    async def move(self, space: SpaceName, playlist: PlaylistId, name: str, place: int) -> Playlist:
        item = (await self._library.find_item(space, name)).id
        items = [other for other in self.lists[playlist].items if other != item]
        items.insert(place - 1, item)
        return self._set(playlist, tuple(items))

    async def shuffle(self, space: SpaceName, playlist: PlaylistId) -> Playlist:
        assert self.lists[playlist].space == space
        return self._set(playlist, tuple(reversed(self.lists[playlist].items)))

    async def rename(self, space: SpaceName, playlist: PlaylistId, name: str) -> Playlist:
        assert self.lists[playlist].space == space
        self.lists[playlist] = replace(self.lists[playlist], name=check_name("playlist", name))
        return self.lists[playlist]

    async def delete(self, space: SpaceName, playlist: PlaylistId) -> None:
        assert self.lists[playlist].space == space
        del self.lists[playlist]

    def _set(self, playlist: PlaylistId, items: tuple[MediaId, ...]) -> Playlist:
        self.lists[playlist] = replace(self.lists[playlist], items=items)
        return self.lists[playlist]


class FakeDestinations:
    """Destinations in memory; `keys` is what the real ones would seal."""

    def __init__(self) -> None:
        self.known: dict[DestinationId, Destination] = {}
        self.keys: dict[DestinationId, str] = {}
        self._ids = itertools.count(1)

    async def all(self, space: SpaceName) -> list[Destination]:
        return [one for one in self.known.values() if one.space == space]

    async def find(self, space: SpaceName, typed: str) -> Destination:
        return _own("destination", space, typed, list(self.known.values()))

    async def add(self, space: SpaceName, name: str, target: str, key: str) -> Destination:
        parsed, key = parse_ingest(target, key)
        for one in self.known.values():
            if one.space == space and (one.url, self.keys[one.id]) == (parsed.url, key):
                raise KeyExists(one.name)
        made = Destination(
            DestinationId(next(self._ids)), space, name, parsed.platform, parsed.url, f"{parsed.url}#{key}"
        )
        self.known[made.id], self.keys[made.id] = made, key
        return made

    async def set_key(self, space: SpaceName, destination: DestinationId, key: str) -> Destination:
        assert self.known[destination].space == space
        self.keys[destination] = check_key(key, self.known[destination].url)
        return self.known[destination]

    async def remove(self, space: SpaceName, destination: DestinationId) -> None:
        assert self.known[destination].space == space
        del self.known[destination]


@dataclass
class _Stream:
    """A stream with its last run."""

    view: StreamView
    by: UserId
    destinations: tuple[Destination, ...]


class FakeEngine:
    """The facade. `log_lines` and `crash` are what a test sets to see what comes of it."""

    def __init__(self, store: Store, clock: FakeClock, config: CoreConfig | None = None) -> None:
        self.store = store
        self.clock = clock
        self.config = config or CoreConfig()
        self.bus = Bus()
        self.upkeep = Upkeep(clock, self.bus.publish)
        self.library = FakeLibrary()
        self.imports = FakeImports(self.library)
        self.playlists = FakePlaylists(self.library)
        self.destinations = FakeDestinations()
        self.schedules = FakeSchedules(clock, self._name_source, self._name_destination)
        self.log_lines: tuple[str, ...] = ("first line", "second line")
        self.crash: Exception | None = None
        self.refusal: Exception | None = None
        self.frame = PNG  # what is on air
        self.orders: list[object] = []
        self._streams: dict[StreamId, _Stream] = {}
        self._runs: dict[RunId, RunRecord] = {}
        self._stream_ids, self._run_ids = itertools.count(1), itertools.count(1)

    async def start(self, actor: Actor, request: StartRequest) -> StreamView:
        self._maybe_fail()
        self.orders.append(request)
        kept = self._find_kept(actor.space, request.source)
        if kept is not None and not request.destinations:
            source, destinations, stream = kept.view.source, kept.destinations, kept.view.id
        else:
            source = await self._find_source(actor.space, request.source)
            destinations = await self._find_destinations(actor.space, request.destinations)
            stream = None
        name = request.name or (kept.view.name if kept and stream else source.name)
        for other in self._streams.values():
            if other.view.space == actor.space and other.view.name == name:
                if other.view.running:
                    raise AlreadyRunning(name, other.view.state)
                stream = other.view.id
        check_limits(await self.limit_use(actor.user))
        self._check_keys(actor.space, destinations)
        return self._open(actor, stream or StreamId(next(self._stream_ids)), name, source, destinations, request)

    def _open(
        self,
        actor: Actor,
        stream: StreamId,
        name: str,
        source: SourceRef,
        destinations: tuple[Destination, ...],
        request: StartRequest,
    ) -> StreamView:
        run, now = RunId(next(self._run_ids)), self.clock.now()
        outputs = tuple(self._output(stream, one) for one in destinations)
        view = StreamView(
            id=stream,
            space=actor.space,
            name=name,
            source=source,
            mode=request.mode or Mode.COPY,
            loop=True if request.loop is None else request.loop,
            state=State.STARTING,
            held=False,
            outputs=outputs,
            run=run,
            started_by=actor.name,
            started_at=now,
            ends_at=request.ends_at,
            restarts=0,
            planned_breaks=0,
            dark_s=0.0,
            bytes_sent=0,
        )
        self._streams[stream] = _Stream(view, actor.user, destinations)
        names = ", ".join(one.name for one in destinations)
        self._runs[run] = RunRecord(run, stream, actor.space, name, source.name, names, view.mode, now, actor.user)
        return view

    def _output(self, stream: StreamId, destination: Destination) -> OutputView:
        return OutputView(
            id=build_output_id(stream, destination.id),
            destination=destination.name,
            platform=destination.platform,
            state=State.STARTING,
            cause=None,
            attempts=1,
            failures=0,
            live_since=None,
            dark_since=None,
            next_try_at=None,
            bitrate_kbps=None,
            speed=None,
            cpu_percent=None,
            memory_mib=None,
        )

    def go_live(self, stream: StreamId) -> StreamView:
        """Let its outputs move."""
        view = self._streams[stream].view
        outputs = tuple(
            replace(output, state=State.LIVE, live_since=self.clock.now(), bitrate_kbps=3100.0, speed=1.0)
            for output in view.outputs
        )
        return self._put(replace(view, state=State.LIVE, outputs=outputs, bytes_sent=8_100_000_000, position_s=61.0))

    def go_dark(self, stream: StreamId, code: CauseCode = CauseCode.RESET) -> StreamView:
        """Let its outputs fail."""
        view, now = self._streams[stream].view, self.clock.now()
        dark = [
            replace(o, state=State.RETRYING, cause=Cause(code), dark_since=now, live_since=None) for o in view.outputs
        ]
        return self._put(replace(view, state=State.RETRYING, outputs=tuple(dark), restarts=view.restarts + 1))

    def hold(self, stream: StreamId) -> None:
        """Leave it stopped, as a restore does."""
        self._put(replace(self._streams[stream].view, held=True))

    def _put(self, view: StreamView) -> StreamView:
        self._streams[view.id].view = view
        return view

    async def stop(self, actor: Actor, stream: StreamId, *, outcome: Outcome = Outcome.STOPPED) -> StreamView:
        self._maybe_fail()
        view = await self.view(actor.space, stream)
        if not view.running:
            raise NotRunning(view.name, view.state)
        assert view.run is not None
        run = replace(
            self._runs[view.run],
            ended_at=self.clock.now(),
            ended_by=actor.user,
            outcome=outcome,
            attempts=1,
            dark_s=4.0,
            bytes_sent=view.bytes_sent,
            log_tail=self.log_lines,
        )
        self._runs[run.id] = run
        return self._put(replace(view, state=State.STOPPED, outputs=(), ended=run, ends_at=None))

    async def stop_all(self, actor: Actor) -> list[StreamView]:
        running = [view for view in await self.views(actor.space) if view.running]
        return [await self.stop(actor, view.id) for view in running]

    async def restart(self, actor: Actor, stream: StreamId) -> StreamView:
        view = await self.view(actor.space, stream)
        return self._put(replace(view, restarts=view.restarts + 1))

    async def change(self, actor: Actor, stream: StreamId, change: ChangeRequest) -> StreamView:
        self.orders.append(change)
        view = await self.view(actor.space, stream)
        view = replace(view, name=change.name or view.name)
        if change.source is not None:
            view = replace(view, source=await self._find_source(actor.space, change.source))
        if change.no_end or change.ends_at is not None:
            view = replace(view, ends_at=change.ends_at)
        if change.thresholds is not None:
            view = replace(view, thresholds=change.thresholds)
        return self._put(view)

    async def forget(self, actor: Actor, stream: StreamId) -> None:
        view = await self.view(actor.space, stream)
        if view.running:
            raise InUse("stream", view.name, (view.name,))
        del self._streams[stream]

    async def resume(self, actor: Actor, stream: StreamId | None) -> list[StreamView]:
        held = [view for view in await self.views(actor.space) if view.held and stream in {None, view.id}]
        return [self._put(replace(view, held=False, state=State.STARTING)) for view in held]

    async def views(self, space: SpaceName) -> list[StreamView]:
        self._maybe_fail()
        order = (State.FAILED, State.RETRYING, State.STARTING, State.STOPPING, State.LIVE, State.STOPPED)
        mine = [stream.view for stream in self._streams.values() if stream.view.space == space]
        return sorted(mine, key=lambda view: (order.index(view.state), view.name))

    async def view(self, space: SpaceName, stream: StreamId) -> StreamView:
        found = self._streams.get(stream)
        if found is None or found.view.space != space:
            raise NotFound("stream", str(stream))
        return found.view

    async def find_stream(self, space: SpaceName, typed: str) -> StreamView:
        views = await self.views(space)
        if typed.startswith("#"):
            return find("stream", typed[1:].removeprefix("s"), {str(view.id): view for view in views})
        return find("stream", typed, {view.name: view for view in views})

    async def log(self, space: SpaceName, stream: StreamId, lines: int, run: RunId | None = None) -> tuple[str, ...]:
        view = await self.view(space, stream)
        if run not in {None, view.run}:
            record = self._runs.get(run)
            return record.log_tail[-lines:] if record and record.stream == stream else ()
        return self.log_lines[-lines:]

    async def snapshot(self, space: SpaceName, stream: StreamId) -> Snapshot:
        view = await self.view(space, stream)
        if not view.running:
            raise NotRunning(view.name, view.state)
        return Snapshot(self.frame, view.position_s or 0.0, self.clock.now())

    async def history(self, space: SpaceName, stream: StreamId | None, limit: int) -> list[RunRecord]:
        mine = [run for run in self._runs.values() if run.space == space and stream in {None, run.stream}]
        return list(reversed(mine))[:limit]

    async def health(self) -> Health:
        running = sum(stream.view.running for stream in self._streams.values())
        return Health(
            version="0.1.0",
            ffmpeg_version="5.1.9",
            cores=2,
            cpu_percent=12.3,
            memory_total_bytes=8_000_000_000,
            memory_available_bytes=5_000_000_000,
            disk_free_bytes=40_000_000_000,
            running=running,
            limit_total=self.config.limits.total,
            copies_fit=3,
            uptime_s=3600.0,
            encode_cpu_percent=130.0,
            timers=2,
        )

    async def limit_use(self, user: UserId) -> LimitUse:
        mine = [s.view for s in self._streams.values() if s.view.running and s.by == user]
        own = await self.store.people.limit(user)
        allowed = self.config.limits.per_user if own is None else own
        total = sum(s.view.running for s in self._streams.values())
        return LimitUse(len(mine), allowed, total, self.config.limits.total, tuple(view.name for view in mine))

    # Within

    def _maybe_fail(self) -> None:
        if self.crash:
            raise self.crash
        if self.refusal:
            raise self.refusal

    def _find_kept(self, space: SpaceName, typed: str) -> _Stream | None:
        for stream in self._streams.values():
            if stream.view.space == space and (typed == f"#s{stream.view.id}" or fold(typed) == fold(stream.view.name)):
                return stream
        return None

    async def _name_source(self, space: SpaceName, typed: str) -> str:
        kept = self._find_kept(space, typed)
        return kept.view.source.name if kept else (await self._find_source(space, typed)).name

    async def _name_destination(self, space: SpaceName, typed: str) -> str:
        return (await self.destinations.find(space, typed)).name

    async def _find_source(self, space: SpaceName, typed: str) -> SourceRef:
        if typed.startswith("#p"):
            found = await self.playlists.find(space, f"#{typed[2:]}")
            return SourceRef(SourceKind.PLAYLIST, found.id, found.name)
        if typed.startswith("#"):
            item = await self.library.find_item(space, typed)
            return SourceRef(SourceKind.MEDIA, item.id, item.name.rpartition(".")[0])
        return await self.library.find(space, typed)

    async def _find_destinations(self, space: SpaceName, typed: Sequence[str]) -> tuple[Destination, ...]:
        if typed:
            return tuple([await self.destinations.find(space, name) for name in typed])
        known = await self.destinations.all(space)
        if len(known) != 1:
            raise NeedsDestination(tuple(one.name for one in known))
        return tuple(known)

    async def set_key(self, space: SpaceName, destination: DestinationId, key: str) -> Destination:
        return await self.destinations.set_key(space, destination, key)

    def _check_keys(self, space: SpaceName, wanted: Sequence[Destination]) -> None:
        locks = {one.lock: one.name for one in wanted}
        for stream in self._streams.values():
            view = stream.view
            for one in stream.destinations if view.running else ():
                if one.lock not in locks:
                    continue
                if view.space != space:
                    raise KeyInUse(locks[one.lock], None)
                raise KeyInUse(locks[one.lock], view.name, view.state, view.started_at, view.started_by)
