"""The engine as one object: what anyone may ask, its start, take-over and shutdown; its parts do the work."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Literal

from core.events import ServiceCameBack
from core.left_runs import close_left, close_overdue
from core.model import SpaceName
from core.monitor.lag import LoopLag
from core.orders import Orders
from core.recovery import Reconciliation, open_outages, reconcile
from core.schedule.ahead import Lookout
from core.schedule.book import Schedules
from core.schedule.keeper import TICK_S, Keeper
from core.streams.deck import Deck, locks_of
from core.streams.places import Place
from core.streams.session import StreamSession
from core.views import Views

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from core.destinations import Destinations
    from core.ffmpeg.binary import FfmpegBinary
    from core.ffmpeg.contract import Running
    from core.media.imports import Imports
    from core.media.library import Library
    from core.media.playlists import Playlists
    from core.model import (
        Actor,
        ChangeRequest,
        Destination,
        DestinationId,
        OutputId,
        StreamId,
        StreamRecord,
        StreamView,
    )
    from core.monitor.sampler import Monitor
    from core.upkeep import Upkeep

log = logging.getLogger(__name__)


class Engine:
    """A facade of calls. Orders are taken from `open` on until `close`."""

    def __init__(
        self,
        deck: Deck,
        *,
        library: Library,
        playlists: Playlists,
        destinations: Destinations,
        imports: Imports,
        ffmpeg: FfmpegBinary,
        data_dir: Path,
        version: str,
        upkeep: Upkeep,
        monitor: Monitor | None = None,
        tick_s: float = TICK_S,
    ) -> None:
        """`tick_s`: how often the schedules' keeper compares the clocks."""
        self._deck = deck
        self._tasks: list[asyncio.Task[None]] = []
        self._keeping: list[asyncio.Task[None]] = []
        self.upkeep = upkeep
        self.library = library
        self.playlists = playlists
        self.destinations = destinations
        self.imports = imports
        self._monitor = monitor
        self.store = deck.store
        self.bus = deck.bus
        self.config = deck.config
        self._orders = orders = Orders(deck, destinations)
        self._keeper = Keeper(deck, orders, Lookout(deck, data_dir), tick_s=tick_s)
        views = Views(deck, ffmpeg, data_dir, version, self._keeper.next_run, upkeep)
        self.schedules = Schedules(deck, self._keeper)
        self.start = orders.start
        self.stop = orders.stop
        self.stop_all = orders.stop_all
        self.restart = orders.restart
        self.resume = orders.resume
        self.views = views.all
        self.view = views.one
        self.find_stream = views.find
        self.log = views.log
        self.snapshot = views.snapshot
        self.history = views.history
        self.health = views.health
        self.limit_use = views.limit_use

    async def change(self, actor: Actor, stream: StreamId, change: ChangeRequest) -> StreamView | None:
        """Change a stream, unless its schedules would then meet others of the same key; see `core.orders`."""
        async with self.schedules.keeping_apart(actor, stream, change.destinations or ()):
            return await self._orders.change(actor, stream, change)

    async def set_key(self, space: SpaceName, destination: DestinationId, key: str) -> Destination:
        """Give a destination another key, unless streams or schedules of it would then meet others of that key (N4).

        Raises:
            ScheduleOverlaps: schedules would. Else as `Orders.set_key`.
        """
        lock = await self.destinations.check_key(space, destination, key)
        async with self.schedules.keeping_key_apart(space, destination, lock) as found:
            return await self._orders.set_key(found, key, lock)

    async def forget(self, actor: Actor, stream: StreamId) -> None:
        """Remove a stream that does not run, and its schedules; see `core.orders`."""
        schedules = [record.id for record in await self.store.schedules.all(actor.space, stream)]
        await self._orders.forget(actor, stream)
        self.schedules.ask_again(*schedules)

    async def open(self) -> Reconciliation:
        """Take over what runs, end what nobody wants, start what is wanted; return what was done."""
        await self.imports.sweep()
        running = await self._deck.around.runner.take_over()
        self._tasks.append(self.upkeep.keep("pump", self._deck.pump))
        self._tasks.append(self.upkeep.keep("timers", self._deck.timers.run))
        records = await self._deck.store.streams.all()
        found = reconcile(records, running, self._deck.clock.now())
        await close_left(self._deck, records)
        for record in found.overdue:
            await close_overdue(self._deck, record)
        for output in found.strays:
            await self._deck.around.runner.stop(output, self._deck.config.stop.grace_s)
        for record, adopted in found.go_on:
            await self._go_on(record, adopted)
        if self._monitor is not None:
            self._tasks.append(self.upkeep.keep("monitor", self._monitor.run))
            self._tasks.append(self.upkeep.keep("lag", LoopLag(self._deck).run))
        self._keeping.append(self.upkeep.keep("schedules", self._keeper.run))
        self._tell_of_return(found)
        return found

    def is_alive(self) -> bool:
        """Return whether it does its work: what watches the streams runs, and what it sees is passed on."""
        return bool(self._tasks) and self.upkeep.is_well and self._deck.around.runner.is_looking()

    async def close(self, streams: Literal["keep", "stop"]) -> None:
        """Take no more orders and settle the streams: FFmpegs go on for a later take-over, or end; wishes stay."""
        self._deck.closing = True
        await self.imports.close()
        await self.upkeep.end(self._keeping)  # before the timers are cleared, which it sets
        outputs = await self._deck.leave_all()
        runner = self._deck.around.runner
        if streams == "stop":
            await asyncio.gather(*(runner.stop(output, self._deck.config.stop.grace_s) for output in outputs))
        await self.upkeep.end(self._tasks)
        await runner.close(keep=streams == "keep")

    async def _go_on(self, record: StreamRecord, adopted: Mapping[OutputId, Running]) -> None:
        deck = self._deck
        if record.run is None:
            return
        person = await deck.store.people.find(record.started_by)
        name = person.name if person else "?"
        measured_at = await deck.store.samples.last_at(record.id)
        saved = await deck.store.streams.run(record.run)
        run = open_outages(saved, record, adopted, deck.around.runner.perished(), measured_at, deck.clock.now())
        destinations = [await deck.store.destinations.get(known) for known in record.spec.destinations]
        place = Place(record.space, record.name, record.started_by, name, locks_of(destinations), since=run.started_at)
        place.pushed = {output: running.lock for output, running in adopted.items() if running.lock}
        session = StreamSession(record, run, name, deck.around, deck.store.streams, deck.bus.publish)
        await deck.set_outputs(session, destinations, adopted)
        deck.board(deck.places.add(place), session)

    def _tell_of_return(self, found: Reconciliation) -> None:
        spaces = {record.space for record, _ in found.go_on} | {record.space for record in found.overdue}
        for space in spaces:
            known = [place for place in self._deck.places if place.session and place.session.is_known_dark]
            perished = self._deck.around.runner.perished()
            dark = tuple(place.name for place in known if place.space == space)
            self._deck.bus.publish(
                ServiceCameBack(
                    at=self._deck.clock.now(),
                    space=SpaceName(space),
                    went_on=tuple(name for name in found.went_on(space) if name not in dark),
                    started_again=tuple(one for one in found.started_again(space, perished) if one.name not in dark),
                    still_dark=dark,
                    stopped=tuple(record.name for record in found.overdue if record.space == space),
                )
            )
