"""The streams that run now, and what they stand on; sessions come and go here, and nowhere else."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from core.errors import NotFound, NotRunning, StoreUnavailable
from core.model import Outcome, State
from core.monitor.admission import Admission

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from core.events import Bus
    from core.ffmpeg.contract import Running, RunSpec
    from core.model import Actor, Destination, OutputId, SpaceName, StreamId, StreamRecord, StreamView
    from core.planning import Planner
    from core.schedule.timers import Timers
    from core.store.store import Store
    from core.streams.order import OutputOrder, Surroundings
    from core.streams.places import Place, Places
    from core.streams.session import StreamSession

log = logging.getLogger(__name__)


def locks_of(destinations: Sequence[Destination]) -> dict[str, str]:
    """Return the locks of these destinations with the names that people know them by."""
    return {destination.lock: destination.name for destination in destinations}


class Deck:
    """What all of the engine's parts share. A session runs in a task of its own from `board` until its end."""

    def __init__(
        self, *, store: Store, planner: Planner, places: Places, around: Surroundings, timers: Timers, bus: Bus
    ) -> None:
        self.store = store
        self.planner = planner
        self.places = places
        self.around = around
        self.clock = around.clock
        self.config = around.config
        self.timers = timers
        self.bus = bus
        self.admission = Admission(places, around.config, around.clock)
        self.closing = False
        self._outputs: dict[OutputId, StreamSession] = {}

    async def record(self, space: SpaceName, stream: StreamId) -> StreamRecord:
        """Return a stream of the space, running or not.

        Raises:
            NotFound: kind stream, also for another space's.
        """
        record = await self.store.streams.get(stream)
        if record.space != space:
            raise NotFound("stream", f"#{stream}")
        return record

    async def running(self, space: SpaceName, stream: StreamId) -> Place:
        """Return the place of a stream of the space that runs.

        Raises:
            NotFound: there is no such stream. NotRunning: it ended.
        """
        record = await self.record(space, stream)
        place = self.places.of(stream)
        if place is None:
            run = await self.store.streams.run(record.run) if record.run else None
            raise NotRunning(record.name, run.end_state if run else State.STOPPED)
        return place

    def board(self, place: Place, session: StreamSession) -> None:
        """Let a session run in its place until it ends."""
        place.session = session
        place.task = asyncio.get_running_loop().create_task(self._keep(place, session), name=f"stream {place.name}")
        self.arm_end(session.record)

    async def set_outputs(
        self,
        session: StreamSession,
        destinations: Sequence[Destination],
        adopted: Mapping[OutputId, Running] | None = None,
    ) -> None:
        """Give a session its outputs, one for each destination."""
        record = session.record
        spec = lambda: session.record.spec  # noqa: E731 - asked at every attempt
        orders = [
            self._guard_key(record.id, destination, self.planner.order(record.id, destination, spec))
            for destination in destinations
        ]
        once = record.spec.encodes_once
        encoding = self.planner.order_encoding(record.id, spec) if once else None
        session.set_outputs(orders, encoding, adopted)
        self._outputs.update(dict.fromkeys(session.output_ids, session))

    async def pump(self) -> None:
        """Pass the runner's reports on to the sessions, for ever."""
        async for report in self.around.runner.reports():
            if (session := self._outputs.get(report.output)) is not None:
                if (place := self.places.of(session.record.id)) is not None:
                    place.note(report)
                session.feed(report)

    def _guard_key(self, stream: StreamId, destination: Destination, order: OutputOrder) -> OutputOrder:
        """Return the order with the key of each attempt held for it (N4), from before its process exists."""

        def hold(spec: RunSpec) -> None:
            self.places.prepare(stream, order.id, destination, spec.lock)

        return replace(order, hold=hold)

    def arm_end(self, record: StreamRecord) -> None:
        """Set, move or lift the scheduled stop of a running stream, and of no other."""
        key = f"end {record.id}"
        if record.ends_at is None:
            self.timers.cancel(key)
        else:
            self.timers.set(key, record.ends_at, self._scheduled_stop(record.id))

    async def end(self, place: Place, outcome: Outcome, by: Actor | None) -> StreamView:
        """Stop a running stream and return it as it ended.

        The wish is written down first. Where the database can't take it now, the stream is stopped all the same: people
        want it off the air, and the end of its run is written as soon as that goes.
        """
        asked_s = self.clock.monotonic()
        await place.ready.wait()
        if (session := place.session) is None:
            raise NotRunning(place.name, "stopped")
        try:
            await self.store.streams.set_wanted(session.record.id, wanted=False)
        except StoreUnavailable as error:
            log.warning("the stop of stream %s can't be saved yet: %s", session.record.id, error)
        session.stop(outcome, by, asked_s)
        return await asyncio.shield(session.ended)

    async def leave_all(self) -> list[OutputId]:
        """End every session without touching its processes; return the outputs that go on."""
        tasks = [place.task for place in self.places if place.task is not None]
        outputs = list(self._outputs)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.timers.clear()
        return outputs

    async def _keep(self, place: Place, session: StreamSession) -> None:
        place.ready.set()
        try:
            await session.run()
        except Exception:
            log.exception("the session of stream %s ended by a defect", session.record.id)
        finally:
            self.places.leave(place)
            for output in [output for output, owner in self._outputs.items() if owner is session]:
                del self._outputs[output]
            if not self.closing:
                self.timers.cancel(f"end {session.record.id}")

    def _scheduled_stop(self, stream: StreamId) -> Callable[[], asyncio.Future[None]]:
        async def stop() -> None:
            place = self.places.of(stream)
            if place is None or place.session is None:
                return
            record = place.session.record
            if record.ends_at is not None and record.ends_at <= self.clock.now():
                await self.end(place, Outcome.SCHEDULED, None)
            else:  # it was moved in this very moment, or the clock was set back
                self.arm_end(record)

        return lambda: asyncio.ensure_future(stop())
