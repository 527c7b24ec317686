"""Schedules that are only kept, never run: what commands, pickers and suggestions need of them."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

from core.errors import NotFound
from core.model import ScheduleId, StreamId
from core.names import find, parse_reference
from core.schedule.model import NoEnd, ScheduleRecord, ScheduleView
from core.schedule.plan import Plan, next_runs

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from core.clock import Clock
    from core.model import Actor, SpaceName
    from core.schedule.model import ScheduleChange, ScheduleRequest

    Namer = Callable[[SpaceName, str], Awaitable[str]]

RUNS_SHOWN = 5


class FakeSchedules:
    """Implements what the bot calls of `core.schedule.book.Schedules`, in memory; it refuses no overlap."""

    def __init__(self, clock: Clock, name_source: Namer, name_destination: Namer) -> None:
        self._clock = clock
        self._name_source, self._name_destination = name_source, name_destination
        self._kept: dict[ScheduleId, ScheduleView] = {}
        self._ids = itertools.count(1)

    async def all(self, space: SpaceName, stream: StreamId | None = None) -> list[ScheduleView]:
        mine = [view for view in self._kept.values() if view.record.space == space]
        return [view for view in mine if stream in {None, view.record.stream}]

    async def find(self, space: SpaceName, typed: str) -> ScheduleView:
        views = await self.all(space)
        if (number := parse_reference(typed)) is not None:
            return find("schedule", str(number), {str(view.record.id): view for view in views})
        return find("schedule", typed, {view.record.plan.name: view for view in views})

    async def add(self, actor: Actor, request: ScheduleRequest) -> ScheduleView:
        source = await self._name_source(actor.space, request.source)
        destinations = [await self._name_destination(actor.space, typed) for typed in request.destinations]
        number = ScheduleId(next(self._ids))
        name = request.name or source
        plan = Plan(
            str(number),
            request.repeat,
            request.start,
            request.zone,
            request.length,
            name=name,
            missed=request.missed,
        )
        record = ScheduleRecord(
            number, actor.space, StreamId(0), plan, request.remind, request.unfit, actor.user, self._clock.now()
        )
        view = ScheduleView(record, source, source, tuple(destinations), (), None, None, over=False)
        return self._keep(view, plan)

    async def change(self, actor: Actor, schedule: ScheduleId, change: ScheduleChange) -> ScheduleView:
        view = await self._view(actor.space, schedule)
        length = None if isinstance(change.length, NoEnd) else change.length or view.record.plan.length
        paused = view.record.plan.paused if change.paused is None else change.paused
        was = view.record.plan
        plan = replace(was, name=change.name or was.name, length=length, paused=paused)
        plan = replace(plan, repeat=change.repeat or was.repeat, start=change.start or was.start)
        return self._keep(view, plan)

    async def skip(self, actor: Actor, schedule: ScheduleId) -> ScheduleView:
        view = await self._view(actor.space, schedule)
        return self._keep(replace(view, next=view.next[1:]), view.record.plan)

    async def remove(self, actor: Actor, schedule: ScheduleId) -> None:
        del self._kept[(await self._view(actor.space, schedule)).record.id]

    async def _view(self, space: SpaceName, schedule: ScheduleId) -> ScheduleView:
        found = self._kept.get(schedule)
        if found is None or found.record.space != space:
            raise NotFound("schedule", f"#{schedule}")
        return found

    def _keep(self, view: ScheduleView, plan: Plan) -> ScheduleView:
        runs = () if plan.paused else tuple(next_runs(plan, self._clock.now(), RUNS_SHOWN))
        kept = replace(view, record=replace(view.record, plan=plan), next=runs, over=not runs and not plan.paused)
        self._kept[kept.record.id] = kept
        return kept
