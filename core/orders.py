"""Orders that change what runs: each is admitted, written down, then acted on; it shows nothing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from core.errors import InUse, NameInUse, Overloaded, ShuttingDown
from core.events import StreamStarted
from core.model import NewRun, Outcome, StartRequest, build_output_id
from core.names import check_name, fold
from core.planning import Draft, find_kept
from core.streams.deck import locks_of
from core.streams.session import StreamSession

if TYPE_CHECKING:
    from collections.abc import Collection, Coroutine, Sequence

    from core.destinations import Destinations
    from core.model import Actor, ChangeRequest, Destination, SpaceName, StreamId, StreamRecord, StreamView
    from core.monitor.room import Shortage
    from core.streams.deck import Deck
    from core.streams.places import Place

T = TypeVar("T")


class Orders:
    """What people may order. Every order is finished even if whoever gave it goes away in the middle."""

    def __init__(self, deck: Deck, destinations: Destinations) -> None:
        self._deck = deck
        self._destinations = destinations
        self._store = deck.store.streams

    async def start(self, actor: Actor, request: StartRequest) -> StreamView:
        """Start a stream.

        Raises:
            CoreError: what planning, admission or the store refuse; then nothing has changed.
        """
        return await self._own(self._start(actor, request))

    async def stop(self, actor: Actor, stream: StreamId) -> StreamView:
        """Stop a stream; when this returns it is gone from the ingest, after `stop.grace_s` at the latest.

        Raises:
            NotFound: kind stream, also where it is another space's. NotRunning: it does not run.
        """
        place = await self._deck.running(actor.space, stream)
        return await self._own(self._deck.end(place, Outcome.STOPPED, actor))

    async def stop_all(self, actor: Actor) -> list[StreamView]:
        """Stop every stream of the space."""
        mine = [place for place in self._deck.places if place.space == actor.space]
        return await asyncio.gather(*(self._own(self._deck.end(place, Outcome.STOPPED, actor)) for place in mine))

    async def restart(self, actor: Actor, stream: StreamId) -> StreamView:
        """Attempt again now, without waiting for the backoff; a stream that ended is started as last time."""
        record = await self._deck.record(actor.space, stream)
        place = self._deck.places.of(stream)
        if place is None or place.session is None:
            return await self.start(actor, StartRequest(f"#s{record.id}"))
        place.session.restart()
        return place.session.view()

    async def change(self, actor: Actor, stream: StreamId, change: ChangeRequest) -> StreamView | None:
        """Change source, destinations, name or end; what runs goes on, after a planned break where it must.

        Returns the stream as it runs, None where it does not.

        Raises:
            NotRunning: it does not run, and its end was to be changed.
            CoreError: what planning or admission refuse; then nothing has changed.
        """
        return await self._own(self._change(actor, stream, change))

    async def forget(self, actor: Actor, stream: StreamId) -> None:
        """Remove a stream that does not run; its history stays.

        Raises:
            InUse: it runs.
        """
        record = await self._deck.record(actor.space, stream)
        if self._deck.places.of(stream) is not None:
            raise InUse("stream", record.name, (record.name,))
        await self._store.forget(stream, self._deck.clock.now())

    async def set_key(self, destination: Destination, key: str, lock: str) -> Destination:
        """Give a destination another key, of that `lock`; what is live goes on with the old one, what waits tries anew.

        Raises:
            KeyInUse: it goes to a destination that is being pushed to, and another stream pushes that key.
            InvalidKey, KeyExists, NotFound: as `Destinations.set_key`.
        """
        return await self._own(self._set_key(destination, key, lock))

    async def _set_key(self, destination: Destination, key: str, lock: str) -> Destination:
        deck = self._deck
        deck.places.exchange(destination, lock)
        try:
            changed = await self._destinations.set_key(destination.space, destination.id, key)
        except BaseException:
            deck.places.exchange(replace(destination, lock=lock), destination.lock)
            raise
        for place in deck.places:
            if place.session is not None:
                place.session.take_new_key(build_output_id(place.session.record.id, destination.id))
        return changed

    async def resume(self, actor: Actor, stream: StreamId | None) -> list[StreamView]:
        """Start what a restore left stopped, one stream or all of the space; return those that were started.

        What only a schedule would have started is left to that again, and what should have ended by now stays ended.
        """
        records = await self._store.all(actor.space)
        held = [record for record in records if record.held and stream in {None, record.id}]
        due = [record for record in held if record.wanted and not self._is_over(record)]
        for record in held:
            if record not in due:
                await self._store.set_wanted(record.id, wanted=False)
                await self._store.set_held(record.id, held=False)
        return [await self.start(actor, StartRequest(f"#s{record.id}", ends_at=record.ends_at)) for record in due]

    def _is_over(self, record: StreamRecord) -> bool:
        return record.ends_at is not None and record.ends_at <= self._deck.clock.now()

    async def _own(self, work: Coroutine[Any, Any, T]) -> T:
        if self._deck.closing:
            work.close()
            raise ShuttingDown
        return await asyncio.shield(asyncio.get_running_loop().create_task(work))

    async def _start(self, actor: Actor, request: StartRequest) -> StreamView:
        deck = self._deck
        kept = await self._store.all(actor.space)
        scheduled = await deck.store.schedules.streams(actor.space)
        draft = await deck.planner.draft(actor.space, request, kept)
        await deck.planner.check(draft, unfit=request.unfit)
        allowed = await deck.store.people.limit(actor.user)
        capacity = await deck.around.runner.capacity()
        name, again = self._settle_name(actor.space, draft, kept, scheduled)
        shortage = deck.admission.find_shortage(capacity, draft.spec.mode, len(draft.destinations))
        place = deck.places.take(actor, name, locks_of(draft.destinations), since=deck.clock.now(), allowed=allowed)
        place.mode = draft.spec.mode
        try:
            self._admit(draft, shortage)
            session = await self._open(actor, request, draft, name, again)
        except BaseException:
            deck.places.leave(place)
            raise
        session.shortage = shortage
        deck.board(place, session)
        deck.bus.publish(StreamStarted(**session.event_fields(), by=actor.name))
        return session.view()

    def _admit(self, draft: Draft, shortage: Shortage | None) -> None:
        """Refuse what the host has no room for, where the configuration says so.

        Raises:
            Overloaded: it has none.
        """
        if shortage is not None and self._deck.config.limits.refuse_overload:
            raise Overloaded(shortage.resource, draft.spec.mode, shortage.needs, shortage.free)

    async def _open(
        self, actor: Actor, request: StartRequest, draft: Draft, name: str, again: StreamRecord | None
    ) -> StreamSession:
        deck = self._deck
        order = NewRun(
            stream=again.id if again else None,
            space=actor.space,
            name=name,
            spec=draft.spec,
            source_name=draft.spec.source.name,
            destination_names=_join_names(draft.destinations),
            started_by=actor.user,
            started_at=deck.clock.now(),
            ends_at=request.ends_at,
            scheduled=request.scheduled,
        )
        record, run = await self._store.begin(order)
        session = StreamSession(record, run, actor.name, deck.around, self._store, deck.bus.publish)
        await deck.set_outputs(session, draft.destinations)
        return session

    def _settle_name(
        self, space: SpaceName, draft: Draft, kept: Sequence[StreamRecord], scheduled: Collection[StreamId]
    ) -> tuple[str, StreamRecord | None]:
        """Return the name, and the kept stream to take up: the one asked for, one of the same kind, or the namesake.

        Only a name that nobody chose gets a number. `scheduled` streams stay what they are, since their schedules start
        them as they were made.

        Raises:
            NameInUse: the name that was chosen is a scheduled stream's of another kind.
        """
        if draft.again is not None:
            return draft.again.name, draft.again
        if draft.named:
            name = check_name("stream", draft.name)
            namesake = find_kept(kept, name)
            if namesake is not None and namesake.id in scheduled and not _is_same(namesake, draft):
                raise NameInUse("stream", name)
            return name, namesake
        places = self._deck.places
        for record in kept:
            if _is_same(record, draft) and places.find(space, record.name) is None:
                return record.name, record
        taken = {fold(record.name) for record in kept if record.held or record.id in scheduled}
        name = places.choose_name(space, draft.name, taken)
        return name, find_kept(kept, name)

    async def _change(self, actor: Actor, stream: StreamId, change: ChangeRequest) -> StreamView | None:
        deck = self._deck
        before = await deck.record(actor.space, stream)
        draft = await self._draft_change(actor.space, before, change)
        if change.ends_at is not None and not before.held:
            await deck.running(actor.space, stream)
        place = deck.places.of(stream)
        if place is not None:
            deck.places.move(place, locks_of(draft.destinations))
        ends_at = None if change.no_end else change.ends_at or before.ends_at
        record = await self._store.update(stream, name=draft.name, spec=draft.spec, thresholds=change.thresholds)
        await self._store.set_ends_at(stream, ends_at)
        if place is None or place.session is None:
            return None
        await self._apply(place, place.session, replace(record, ends_at=ends_at), draft.destinations)
        return place.session.view()

    async def _draft_change(self, space: SpaceName, record: StreamRecord, change: ChangeRequest) -> Draft:
        deck, spec = self._deck, record.spec
        if change.source is not None:
            spec = replace(spec, source=await deck.planner.find_source(space, change.source))
        if change.destinations:
            destinations = await deck.planner.find_destinations(space, change.destinations)
            spec = replace(spec, destinations=tuple(destination.id for destination in destinations))
        else:
            destinations = tuple([await deck.store.destinations.get(known) for known in spec.destinations])
        name = record.name if change.name is None else check_name("stream", change.name)
        draft = Draft(spec, destinations, name, named=True)
        if spec != record.spec:
            await deck.planner.check(draft, unfit=False)
        return draft

    async def _apply(
        self, place: Place, session: StreamSession, record: StreamRecord, destinations: Sequence[Destination]
    ) -> None:
        before, session.record, place.name = session.record, record, record.name
        self._deck.arm_end(record)
        if record.spec != before.spec:
            names = _join_names(destinations)
            await self._store.describe_run(session.run_record.id, record.spec.source.name, names)
            await self._deck.set_outputs(session, destinations)


def _join_names(destinations: Sequence[Destination]) -> str:
    return ", ".join(destination.name for destination in destinations)


def _is_same(record: StreamRecord, draft: Draft) -> bool:
    return (record.spec.source, record.spec.destinations) == (draft.spec.source, draft.spec.destinations)
