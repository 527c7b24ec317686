"""What people may order about schedules: make, change, pause, skip, delete and look at them; it starts no stream."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from core.errors import NotFound
from core.model import NewRun, ScheduledRun, ScheduleId, StartRequest
from core.names import check_name, find, fold, parse_reference
from core.schedule.calendar import check_calendar, find_excess, is_over
from core.schedule.due import Mark
from core.schedule.errors import ScheduleNeverRuns, TooManySchedules
from core.schedule.model import NEXT_SHOWN, NewSchedule, NoEnd, ScheduleView
from core.schedule.plan import Plan, next_runs, occurrence_at

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from datetime import datetime

    from core.model import Actor, Destination, DestinationId, SpaceName, StreamId, StreamRecord
    from core.planning import Draft
    from core.schedule.keeper import Keeper
    from core.schedule.load import Excess
    from core.schedule.model import ScheduleChange, ScheduleRecord, ScheduleRequest
    from core.streams.deck import Deck

MOST: Final = 200
"""Schedules of a space: more than anybody can oversee."""

RETIMED: Final = ("repeat", "start", "zone", "length", "paused")
"""Changes after which runs count from now on only."""


class Schedules:
    """The schedules of all spaces; one order at a time, so that two never take the same time unseen."""

    def __init__(self, deck: Deck, keeper: Keeper) -> None:
        self._deck = deck
        self._store = deck.store.schedules
        self._keeper = keeper
        self._lock = asyncio.Lock()

    async def all(self, space: SpaceName, stream: StreamId | None = None) -> list[ScheduleView]:
        """Return the space's schedules, or those of one stream, by their next run; those that are over last."""
        views = [await self._view(record) for record in await self._store.all(space, stream)]
        return sorted(views, key=lambda view: (view.over, _next_start(view), view.record.plan.name))

    async def find(self, space: SpaceName, typed: str) -> ScheduleView:
        """Return the schedule that `typed` means: `#7` or a name.

        Raises:
            NotFound, Ambiguous: kind schedule.
        """
        records = await self._store.all(space)
        number = parse_reference(typed)
        if number is not None:
            return await self._view(find("schedule", str(number), {str(int(r.id)): r for r in records}))
        return await self._view(find("schedule", typed, {r.plan.name: r for r in records}))

    async def add(self, actor: Actor, request: ScheduleRequest) -> ScheduleView:
        """Make a schedule, and the stream that it starts where there is none of that kind yet.

        Raises:
            ScheduleOverlaps, ScheduleTooLong, ScheduleNeverRuns, TooManySchedules: it can't be.
            CoreError: what planning or the store refuse; then nothing has changed.
        """
        async with self._lock:
            known = await self._store.all(actor.space)
            if len(known) >= MOST:
                raise TooManySchedules(MOST)
            now = self._deck.clock.now()
            kept = await self._deck.store.streams.all(actor.space)
            start = StartRequest(request.source, request.destinations, unfit=request.unfit)
            draft = await self._deck.planner.draft(actor.space, start, kept)
            await self._deck.planner.check(draft, unfit=request.unfit)
            definition = _define(actor, draft, kept, now)
            name = _choose_name(request.name, definition.name, known)
            plan = Plan(
                id="",
                repeat=request.repeat,
                start=request.start,
                zone=request.zone,
                length=request.length,
                missed=request.missed,
                name=name,
                since=now,
            )
            await self._check(plan, definition.stream, draft.destinations, actor.space, now)
            record = await self._store.add(NewSchedule(definition, plan, request.remind, request.unfit, actor.user))
            self._keeper.ask_again(record.id)
            return await self._view(record, warn=True)

    async def change(self, actor: Actor, schedule: ScheduleId, change: ScheduleChange) -> ScheduleView:
        """Change a schedule; a run that is on air goes on as it is.

        Raises:
            NotFound: kind schedule. Else as `add`.
        """
        async with self._lock:
            before, now = await self._record(actor.space, schedule), self._deck.clock.now()
            plan = _changed(before.plan, change)
            if any(getattr(plan, field) != getattr(before.plan, field) for field in RETIMED):
                plan = replace(plan, since=now)
                stream = await self._deck.store.streams.get(before.stream)
                await self._check(plan, before.stream, await self._destinations(stream), actor.space, now)
            remind = before.remind if change.remind is None else change.remind
            record = await self._store.update(schedule, plan, remind=remind, seen=now)
            self._keeper.ask_again(schedule)
            return await self._view(record, warn=True)

    async def skip(self, actor: Actor, schedule: ScheduleId) -> ScheduleView:
        """Leave out the run that is still to start, or else the next one.

        Raises:
            NotFound: kind schedule. ScheduleNeverRuns: there is none to leave out.
        """
        async with self._lock:
            view = await self._view(await self._record(actor.space, schedule))
            done = {Mark.RAN, Mark.STOPPED}
            run = view.current if view.current is not None and view.mark not in done else None
            run = run or next(iter(view.next), None)
            if run is None:
                raise ScheduleNeverRuns
            await self._store.skip(ScheduledRun(schedule, run.key, run.start))
            self._keeper.ask_again(schedule)
            return await self._view(view.record)

    async def remove(self, actor: Actor, schedule: ScheduleId) -> None:
        """Delete a schedule; a run of it that is on air goes on.

        Raises:
            NotFound: kind schedule.
        """
        await self._record(actor.space, schedule)
        await self._store.remove(schedule)
        self._keeper.ask_again(schedule)

    @asynccontextmanager
    async def keeping_apart(self, actor: Actor, stream: StreamId, destinations: Sequence[str]) -> AsyncIterator[None]:
        """Let a stream go to other destinations, while no schedule is made: its own must not meet theirs there.

        Raises:
            ScheduleOverlaps: they would. NotFound, Ambiguous: kind destination.
        """
        async with self._lock:
            if destinations:
                found, now = (
                    await self._deck.planner.find_destinations(actor.space, destinations),
                    self._deck.clock.now(),
                )
                for record in await self._store.all(actor.space, stream):
                    if not await self._is_over(record, now):
                        await self._keep_apart(record.plan, stream, found, actor.space, now)
            yield

    @asynccontextmanager
    async def keeping_key_apart(
        self, space: SpaceName, destination: DestinationId, lock: str
    ) -> AsyncIterator[Destination]:
        """Let a destination have another key, while no schedule is made: what goes there must not meet that key's.

        Raises:
            ScheduleOverlaps: it would.
        """
        async with self._lock:
            found, now = await self._deck.store.destinations.get(destination), self._deck.clock.now()
            renewed = replace(found, lock=lock)
            for record in await self._store.all(space):
                stream = await self._deck.store.streams.get(record.stream)
                if destination in stream.spec.destinations and not await self._is_over(record, now):
                    await self._keep_apart(record.plan, record.stream, (renewed,), space, now)
            yield found

    def ask_again(self, *schedules: ScheduleId) -> None:
        """Have the keeper look at these: something they depend on has changed."""
        self._keeper.ask_again(*schedules)

    async def _record(self, space: SpaceName, schedule: ScheduleId) -> ScheduleRecord:
        record = await self._store.find(schedule)
        if record is None or record.space != space:
            raise NotFound("schedule", f"#{schedule}")
        return record

    async def _destinations(self, stream: StreamRecord) -> tuple[Destination, ...]:
        return tuple([await self._deck.store.destinations.get(known) for known in stream.spec.destinations])

    async def _check(
        self,
        plan: Plan,
        stream: StreamId | None,
        destinations: Sequence[Destination],
        space: SpaceName,
        now: datetime,
    ) -> None:
        if not next_runs(plan, now, 1):
            raise ScheduleNeverRuns
        await self._keep_apart(plan, stream, destinations, space, now)

    async def _keep_apart(
        self,
        plan: Plan,
        stream: StreamId | None,
        destinations: Sequence[Destination],
        space: SpaceName,
        now: datetime,
    ) -> None:
        others = await self._others(plan, stream, {destination.lock for destination in destinations}, space, now)
        # Two that run every few minutes and never meet take seconds.
        await asyncio.to_thread(check_calendar, plan, others, now)

    async def _others(
        self, plan: Plan, stream: StreamId | None, locks: set[str], space: SpaceName, now: datetime
    ) -> list[tuple[Plan, str, bool]]:
        """Return the plans that must not meet this one: why (stream, key), and whether they are of the same space."""
        found = []
        for other in await self._store.all():
            if str(other.id) == plan.id or await self._is_over(other, now):
                continue
            if other.stream == stream:
                found.append((other.plan, "stream", True))
                continue
            record = await self._deck.store.streams.get(other.stream)
            if locks & {destination.lock for destination in await self._destinations(record)}:
                found.append((other.plan, "key", other.space == space))
        return found

    async def _is_over(self, record: ScheduleRecord, now: datetime) -> bool:
        current = occurrence_at(record.plan, now)
        mark = await self._mark(record, now)
        return is_over(record.plan, now, current, mark, running=self._deck.places.of(record.stream) is not None)

    async def _mark(self, record: ScheduleRecord, now: datetime) -> Mark | None:
        current = occurrence_at(record.plan, now)
        if current is None:
            return None
        return (await self._store.marks(record.id, current.start)).get(current.key)

    async def _view(self, record: ScheduleRecord, *, warn: bool = False) -> ScheduleView:
        now = self._deck.clock.now()
        stream = await self._deck.store.streams.get(record.stream)
        current = occurrence_at(record.plan, now)
        mark = await self._mark(record, now)
        running = self._deck.places.of(record.stream) is not None
        coming = () if record.plan.paused else tuple(next_runs(record.plan, now, NEXT_SHOWN))
        allowed = await self._allowed(record) if warn else 0
        return ScheduleView(
            record=record,
            stream=stream.name,
            source=stream.spec.source.name,
            destinations=tuple(destination.name for destination in await self._destinations(stream)),
            next=coming,
            current=current,
            mark=mark,
            over=is_over(record.plan, now, current, mark, running=running),
            excess=await self._find_excess(record, allowed, now) if warn else None,
            allowed=allowed,
        )

    async def _allowed(self, record: ScheduleRecord) -> int:
        own = await self._deck.store.people.limit(record.created_by)
        return self._deck.places.use(record.created_by, own).user_allowed

    async def _find_excess(self, record: ScheduleRecord, allowed: int, now: datetime) -> Excess | None:
        mine = [other for other in await self._store.all() if other.created_by == record.created_by]
        plans = [other.plan for other in mine if not other.plan.paused]
        streams = {other.stream for other in mine}
        endless = [
            place
            for place in self._deck.places
            if place.user == record.created_by
            and place.session is not None
            and place.session.record.ends_at is None
            and place.session.record.id not in streams
        ]
        return await asyncio.to_thread(find_excess, plans, allowed - len(endless), now)


def _next_start(view: ScheduleView) -> float:
    return view.next[0].start.timestamp() if view.next else float("inf")


def _define(actor: Actor, draft: Draft, kept: Sequence[StreamRecord], now: datetime) -> NewRun:
    """Return what the stream is: the kept one that was named or is of the same kind, else a new one."""
    same = (record for record in kept if (record.spec.source, record.spec.destinations) == _kind(draft))
    again = draft.again or next(same, None)
    taken = {fold(record.name) for record in kept}
    return NewRun(
        stream=again.id if again else None,
        space=actor.space,
        name=again.name if again else _number(check_name("stream", draft.name), taken),
        spec=draft.spec,
        source_name=draft.spec.source.name,
        destination_names=", ".join(destination.name for destination in draft.destinations),
        started_by=actor.user,
        started_at=now,
    )


def _kind(draft: Draft) -> tuple[object, object]:
    return draft.spec.source, draft.spec.destinations


def _number(wanted: str, taken: set[str]) -> str:
    name, number = wanted, 1
    while fold(name) in taken:
        number += 1
        name = f"{wanted}-{number}"
    return name


def _choose_name(asked: str | None, stream: str, known: Sequence[ScheduleRecord]) -> str:
    """Return the schedule's name: the one asked for, else its stream's with a number where that is taken."""
    if asked is not None:
        return check_name("schedule", asked)
    return _number(stream, {fold(record.plan.name) for record in known})


def _changed(plan: Plan, change: ScheduleChange) -> Plan:
    given = {
        name: value for name in ("zone", "missed", "name", "paused") if (value := getattr(change, name)) is not None
    }
    if "name" in given:
        given["name"] = check_name("schedule", str(given["name"]))
    if change.repeat is not None:
        given |= {"repeat": change.repeat, "start": change.start}
    if change.length is not None:
        given["length"] = None if isinstance(change.length, NoEnd) else change.length
    return replace(plan, **given)
