"""Looking at streams, running and ended; it changes nothing."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import NoPicture
from core.ffmpeg.snapshot import take_snapshot
from core.model import FINAL_STATES, Health, Mode, Snapshot, State, StreamView
from core.names import find
from core.planning import REFERENCE
from core.streams.state import WORST_FIRST

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from core.ffmpeg.binary import FfmpegBinary
    from core.ffmpeg.contract import Part
    from core.model import (
        DestinationId,
        LimitUse,
        RunId,
        RunRecord,
        SpaceName,
        StreamId,
        StreamRecord,
        UserId,
    )
    from core.schedule.plan import Occurrence
    from core.streams.deck import Deck
    from core.upkeep import Upkeep


class Views:
    """What people may look at, always within one space."""

    def __init__(
        self,
        deck: Deck,
        ffmpeg: FfmpegBinary,
        data_dir: Path,
        version: str,
        next_run: Callable[[StreamId], Occurrence | None],
        upkeep: Upkeep,
    ) -> None:
        self._deck = deck
        self._next_run = next_run
        self._upkeep = upkeep
        self._ffmpeg = ffmpeg
        self._data_dir = data_dir
        self._version = version
        self._started_s = deck.clock.monotonic()

    async def all(self, space: SpaceName) -> list[StreamView]:
        """Return all streams of the space, worst first, those that ended last."""
        records = await self._deck.store.streams.all(space)
        last_runs = await self._deck.store.streams.last_runs(space)
        names = await self._names(records)
        known = {place.id: place.name for place in await self._deck.store.destinations.all(space)}
        views = [self._view(r, last_runs.get(r.id), names[r.started_by], known) for r in records]
        return sorted(views, key=_rank)

    async def one(self, space: SpaceName, stream: StreamId) -> StreamView:
        """Return one stream of the space.

        Raises:
            NotFound: kind stream.
        """
        record = await self._deck.record(space, stream)
        run = await self._deck.store.streams.run(record.run) if record.run else None
        known = {place.id: place.name for place in await self._deck.store.destinations.all(space)}
        return self._view(record, run, (await self._names([record]))[record.started_by], known)

    async def find(self, space: SpaceName, typed: str) -> StreamView:
        """Return the stream that `typed` means: `#s7`, `#7`, or a name.

        Raises:
            NotFound, Ambiguous: kind stream.
        """
        records = await self._deck.store.streams.all(space)
        if (reference := REFERENCE.fullmatch(typed.strip())) and reference[1] in {"", "s"}:
            known = {str(int(r.id)): r.id for r in records}
            return await self.one(space, find("stream", reference[2], known))
        return await self.one(space, find("stream", typed, {r.name: r.id for r in records}))

    async def log(self, space: SpaceName, stream: StreamId, lines: int, run: RunId | None = None) -> tuple[str, ...]:
        """Return log lines, oldest first: of what runs now, else of its last run, or of the run asked for."""
        record = await self._deck.record(space, stream)
        place = self._deck.places.of(stream)
        if place is not None and place.session is not None and run in {None, record.run}:
            found = place.session.log_lines()
            for output in place.session.output_ids:
                found.extend(await self._deck.around.runner.log_tail(output, lines))
            return tuple(found[-lines:])
        wanted = run or record.run
        if wanted is None:
            return ()
        kept = await self._deck.store.streams.run(wanted)
        return kept.log_tail[-lines:] if kept.stream == stream else ()

    async def snapshot(self, space: SpaceName, stream: StreamId) -> Snapshot:
        """Return the frame that is on air now, read from the source at its present position.

        Raises:
            NotRunning: it does not run. NoPicture: it is not live, or no frame could be read.
        """
        place = await self._deck.running(space, stream)
        if place.session is None or (on_air := place.session.find_on_air()) is None:
            raise NoPicture(place.name, "not_live")
        planner = self._deck.planner
        parts = on_air.parts or await planner.locate(await planner.parts(place.session.record.spec.source))
        part, at_s = _locate(parts, on_air.position_s)
        try:
            picture = await take_snapshot(self._ffmpeg, Path(part.path), at_s)
        except NoPicture as error:
            raise NoPicture(place.name, error.reason) from None
        return Snapshot(picture, at_s, self._deck.clock.now())

    async def history(self, space: SpaceName, stream: StreamId | None, limit: int) -> list[RunRecord]:
        """Return past runs and the open ones, newest first."""
        return await self._deck.store.streams.runs(space, stream, limit)

    async def limit_use(self, user: UserId) -> LimitUse:
        """Return how many streams the user and all run, and may."""
        return self._deck.places.use(user, await self._deck.store.people.limit(user))

    async def health(self) -> Health:
        """Return how host and service are."""
        capacity = await self._deck.around.runner.capacity()
        best_kbps = await self._deck.store.samples.best_kbps()
        admission = self._deck.admission
        running = admission.running
        copies, encodes = (admission.find_fits(capacity, mode) for mode in (Mode.COPY, Mode.ENCODE))
        return Health(
            version=self._version,
            ffmpeg_version=".".join(map(str, self._ffmpeg.version)) or "?",
            cores=capacity.cores,
            cpu_percent=capacity.cpu_percent,
            memory_total_bytes=capacity.memory_total_bytes,
            memory_available_bytes=capacity.memory_available_bytes,
            disk_free_bytes=shutil.disk_usage(self._data_dir).free,
            running=len(running),
            limit_total=self._deck.config.limits.total,
            copies_fit=copies.count,
            uptime_s=self._deck.clock.monotonic() - self._started_s,
            encodes_fit=encodes.count,
            copies=copies,
            encodes=encodes,
            uplink_kbps=sum(output.bitrate_kbps or 0.0 for view in running for output in view.outputs),
            uplink_best_kbps=best_kbps,
            uplink_mbps=self._deck.config.monitor.uplink_mbps,
            encode_cpu_percent=admission.costs.of(Mode.ENCODE).cpu_percent,
            fallen=self._upkeep.fallen,
            timers=len(self._deck.timers.keys()),
        )

    def _view(
        self, record: StreamRecord, run: RunRecord | None, started_by: str, known: Mapping[DestinationId, str]
    ) -> StreamView:
        place = self._deck.places.of(record.id)
        if place is not None and place.session is not None:
            view = place.session.view()
        else:
            view = view_of_ended(record, run, started_by)
        destinations = tuple(known.get(destination, "?") for destination in record.spec.destinations)
        if (coming := self._next_run(record.id)) is not None:
            view = replace(view, starts_at=coming.start, scheduled_end=coming.end)
        return replace(view, destinations=destinations)

    async def _names(self, records: list[StreamRecord]) -> dict[UserId, str]:
        people = {r.started_by: await self._deck.store.people.find(r.started_by) for r in records}
        return {user: person.name if person else "?" for user, person in people.items()}


def view_of_ended(record: StreamRecord, run: RunRecord | None, started_by: str) -> StreamView:
    """Return a stream that does not run as its last run left it."""
    return StreamView(
        id=record.id,
        space=record.space,
        name=record.name,
        source=record.spec.source,
        mode=record.spec.mode,
        loop=record.spec.loop,
        state=run.end_state if run else State.STOPPED,
        held=record.held,
        outputs=(),
        run=record.run,
        started_by=started_by,
        started_at=run.started_at if run else None,
        ends_at=None,
        restarts=max(0, run.attempts - 1 - run.planned_breaks) if run else 0,
        planned_breaks=run.planned_breaks if run else 0,
        dark_s=run.dark_s if run else 0.0,
        bytes_sent=run.bytes_sent if run else 0,
        ended=run,
        thresholds=record.thresholds,
    )


def _rank(view: StreamView) -> tuple[int, int, str]:
    return (view.state in FINAL_STATES, WORST_FIRST.index(view.state), view.name)


def _locate(parts: Sequence[Part], position_s: float) -> tuple[Part, float]:
    """Return which part of a source is on air after `position_s` of output, and how far into it."""
    total_s = sum(part.length_s for part in parts)
    left_s = position_s % total_s if total_s else 0.0
    for part in parts:
        if left_s < part.length_s:
            return part, left_s
        left_s -= part.length_s
    return parts[-1], 0.0
