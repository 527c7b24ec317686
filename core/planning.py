"""From an order's words to what shall run: which source, where to, whether it fits, and each attempt's command."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.errors import NeedsDestination, NotCopyable, NotFound, SourceUnreadable
from core.ffmpeg.command import RelayPlan, SourcePlan, build_argv, build_encoding, build_relay, find_report_s
from core.ffmpeg.contract import Part
from core.ffmpeg.encoders import QUALITIES, EncodeSettings, choose_quality
from core.media.preflight import check_copy
from core.model import (
    MediaId,
    Mode,
    Platform,
    PlaylistId,
    SourceKind,
    SourceRef,
    StreamId,
    StreamSpec,
    build_encoding_id,
    build_output_id,
)
from core.names import fold, shorten
from core.streams.order import LONGEST_RUN_S, OutputOrder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from core.config import FfmpegConfig
    from core.destinations import Destinations
    from core.ffmpeg.binary import FfmpegBinary
    from core.ffmpeg.contract import RunSpec
    from core.media.library import Library
    from core.model import Destination, MediaItem, SpaceName, StartRequest, StreamRecord
    from core.store.store import Store

REFERENCE: Final = re.compile(r"#([ps]?)([0-9]{1,9})")
"""Things by id, as buttons name them: `#12` a file, `#p3` a playlist, `#s7` a stream."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An order understood: what shall run, where to, under which name. `again` is the stream that it takes up."""

    spec: StreamSpec
    destinations: tuple[Destination, ...]
    name: str
    named: bool
    again: StreamRecord | None = None


class Planner:
    """Understands orders. It reads the store and the media folder and changes neither."""

    def __init__(
        self, store: Store, library: Library, destinations: Destinations, config: FfmpegConfig, ffmpeg: FfmpegBinary
    ) -> None:
        self._store = store
        self._library = library
        self._destinations = destinations
        self._config = config
        self._ffmpeg = ffmpeg

    async def draft(self, space: SpaceName, request: StartRequest, kept: Sequence[StreamRecord]) -> Draft:
        """Understand an order to start. `kept` are the space's streams.

        Raises:
            NotFound, Ambiguous: a name means nothing, or too much.
            NeedsDestination: none was named and there is not just one.
        """
        record = find_kept(kept, request.source)
        if record is not None and not request.destinations:
            return await self.draft_again(record, request)
        was = await self._begin(space, request.source, record)
        destinations = await self.find_destinations(space, request.destinations)
        spec = replace(_wish(was, request), destinations=tuple(destination.id for destination in destinations))
        return Draft(spec, destinations, request.name or was.source.name, named=request.name is not None)

    async def _begin(self, space: SpaceName, typed: str, record: StreamRecord | None) -> StreamSpec:
        """Return what a new stream begins as: any of that source or, where there is none, what a kept one of it is."""
        try:
            return StreamSpec(source=await self.find_source(space, typed), destinations=())
        except NotFound:
            if record is None:
                raise
            return record.spec

    async def draft_again(self, record: StreamRecord, request: StartRequest) -> Draft:
        """Understand an order to start a kept stream as last time, but for what the order says otherwise."""
        was = record.spec
        destinations = tuple([await self._store.destinations.get(destination) for destination in was.destinations])
        return Draft(_wish(was, request), destinations, record.name, named=True, again=record)

    async def find_source(self, space: SpaceName, typed: str) -> SourceRef:
        """Return the file or playlist that `typed` means.

        Raises:
            NotFound, Ambiguous: kind source.
        """
        if (reference := REFERENCE.fullmatch(typed.strip())) is None:
            return await self._library.find(space, typed)
        kind, number = reference[1], int(reference[2])
        if kind == "s":
            raise NotFound("source", shorten(typed))
        if kind == "p":
            playlist = await self._store.playlists.get(PlaylistId(number))
            found, owner = SourceRef(SourceKind.PLAYLIST, number, playlist.name), playlist.space
        else:
            item = await self._store.media.get(MediaId(number))
            found, owner = SourceRef(SourceKind.MEDIA, number, item.name.rpartition(".")[0] or item.name), item.space
        if owner != space:
            raise NotFound("source", shorten(typed))
        return found

    async def find_destinations(self, space: SpaceName, typed: Sequence[str]) -> tuple[Destination, ...]:
        """Return the destinations that the names mean, each once; the only one there is where none is named."""
        if typed:
            found = [await self._destinations.find(space, name) for name in typed]
            return tuple(dict.fromkeys(found))
        known = await self._destinations.all(space)
        if len(known) != 1:
            raise NeedsDestination(tuple(destination.name for destination in known))
        return (known[0],)

    async def check(self, draft: Draft, *, unfit: bool) -> None:
        """Refuse what FFmpeg would silently publish wrong.

        Args:
            unfit: 'Start anyway': pass over findings that a platform only advises against.

        Raises:
            SourceUnreadable: a part is missing or no media.
            NotCopyable: it can't be copied to one of its destinations as it is.
        """
        parts = await self.parts(draft.spec.source)
        probes = [(item.name, item.probe) for item in parts if item.probe is not None]
        if draft.spec.mode is not Mode.COPY:
            return
        for platform in dict.fromkeys(destination.platform for destination in draft.destinations):
            findings = check_copy(probes, platform)
            counting = tuple(finding for finding in findings if finding.hard or not unfit)
            if counting:
                raise NotCopyable(draft.spec.source.name, counting)

    async def parts(self, source: SourceRef) -> tuple[MediaItem, ...]:
        """Return the files of a source in their order, each of them media and still there.

        Raises:
            SourceUnreadable: one is not, or a playlist is empty.
        """
        if source.kind is SourceKind.MEDIA:
            ids: tuple[MediaId, ...] = (MediaId(source.id),)
        else:
            ids = (await self._store.playlists.get(PlaylistId(source.id))).items
        if not ids:
            raise SourceUnreadable(source.name, "playlist_empty")
        known = {media: await self._store.media.get(media) for media in dict.fromkeys(ids)}
        for item in known.values():
            if item.probe is None:
                raise SourceUnreadable(item.name, item.problem or "not_media")
        await self._library.find_paths(known.values())
        return tuple(known[media] for media in ids)

    def order(self, stream: StreamId, destination: Destination, spec: Callable[[], StreamSpec]) -> OutputOrder:
        """Return what an output is to do. `spec` is asked at every attempt, so a change takes effect at the next."""

        async def build() -> RunSpec:
            if spec().encodes_once:
                ingest = await self._destinations.ingest(destination.id)
                encoding = build_encoding_id(stream)
                plan = RelayPlan(self._ffmpeg.path, encoding, ingest.url, ingest.playpath.reveal())
                relay = build_relay(replace(plan, report_s=find_report_s(self._ffmpeg.version)))
                return replace(relay, lock=ingest.lock)
            return await self.build(spec(), destination)

        return OutputOrder(
            id=build_output_id(stream, destination.id),
            destination=destination.name,
            platform=destination.platform,
            build=build,
            loop=spec().loop,
            rotate_s=_find_rotation_s(spec()),
            copies=spec().mode is Mode.COPY,
            relays=spec().encodes_once,
        )

    def order_encoding(self, stream: StreamId, spec: Callable[[], StreamSpec]) -> OutputOrder:
        """Return what the one encoding of a stream is to do, for all its destinations."""

        async def build() -> RunSpec:
            source, parts = await self._plan_source(spec())
            return replace(build_encoding(source, own=build_encoding_id(stream)), parts=parts)

        return OutputOrder(
            id=build_encoding_id(stream),
            destination="",
            platform=Platform.CUSTOM,
            build=build,
            loop=spec().loop,
            rotate_s=_find_rotation_s(spec()),
        )

    async def length_s(self, source: SourceRef) -> float | None:
        """Return how long one pass of a source takes, None where a part is missing or its length unknown."""
        try:
            parts = await self.parts(source)
        except (SourceUnreadable, NotFound):
            return None
        lengths = [item.probe.duration_s if item.probe else None for item in parts]
        return sum(length or 0.0 for length in lengths) if all(lengths) else None

    async def build(self, spec: StreamSpec, destination: Destination) -> RunSpec:
        """Return one attempt's command, with the key as it is now.

        Raises:
            SourceUnreadable: a file is gone.
        """
        source, parts = await self._plan_source(spec)
        ingest = await self._destinations.ingest(destination.id)
        run = build_argv(source.going_to(ingest.url, ingest.playpath.reveal()))
        return replace(run, lock=ingest.lock, parts=parts)

    async def locate(self, items: Sequence[MediaItem]) -> tuple[Part, ...]:
        """Return where a source's files lie, and how long each lasts."""
        paths = await self._library.find_paths(items)
        lengths = ((item.probe and item.probe.duration_s) or 0.0 for item in items)
        return tuple(Part(str(path), length_s) for path, length_s in zip(paths, lengths, strict=True))

    async def _plan_source(self, spec: StreamSpec) -> tuple[SourcePlan, tuple[Part, ...]]:
        items = await self.parts(spec.source)
        parts = await self.locate(items)
        plan = SourcePlan(
            ffmpeg=self._ffmpeg.path,
            report_s=find_report_s(self._ffmpeg.version),
            inputs=tuple(Path(part.path) for part in parts),
            loop=spec.loop,
            has_audio=any(item.probe and item.probe.audio for item in items),
            encode=self._encoding(spec, items[0]) if spec.mode is Mode.ENCODE else None,
        )
        return plan, parts

    def _encoding(self, spec: StreamSpec, first: MediaItem) -> EncodeSettings:
        video = first.probe.video if first.probe else None
        chosen = QUALITIES.get(spec.quality or "") or choose_quality(
            video.height if video else 720, video.fps if video else 30
        )
        encoder = "libx264" if self._config.encoder == "auto" else self._config.encoder
        return EncodeSettings(chosen, encoder, self._config.preset)


def _find_rotation_s(spec: StreamSpec) -> float:
    return min(spec.rotate_s or LONGEST_RUN_S, LONGEST_RUN_S)


def _wish(was: StreamSpec, request: StartRequest) -> StreamSpec:
    """Return it with what the order says otherwise."""
    return replace(
        was,
        mode=request.mode or was.mode,
        loop=was.loop if request.loop is None else request.loop,
        quality=request.quality or was.quality,
        rotate_s=request.rotate_s or was.rotate_s,
    )


def find_kept(kept: Sequence[StreamRecord], typed: str) -> StreamRecord | None:
    """Return the kept stream that `typed` names wholly, or refers to by id."""
    reference = REFERENCE.fullmatch(typed.strip())
    if reference is not None:
        return next((r for r in kept if reference[1] == "s" and r.id == int(reference[2])), None)
    return next((record for record in kept if fold(record.name) == fold(typed)), None)
