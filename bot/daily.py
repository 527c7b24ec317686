"""The daily report: gathered from the store, put into the outbox of each alert chat once a day; it words nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from bot.notes import DailyReport, dump
from core.monitor.report import build_report
from core.monitor.sample import RAW
from core.push import NewNote

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.readers import Readers
    from core.clock import Clock
    from core.engine import Engine
    from core.model import SpaceName
    from core.push import AlertChat, ChatRef

DAY: Final = timedelta(days=1)
LOOK_S: Final = 60.0


async def gather(engine: Engine, space: SpaceName, until: datetime) -> DailyReport | None:
    """Return how the day before `until` went; None where nothing ran."""
    store, since = engine.store, until - DAY
    # A run's record is written when something happens; what has gone out since then only the engine knows.
    sent = {view.run: view.bytes_sent for view in await engine.views(space) if view.running}
    kept = await store.streams.runs_since(space, since)
    runs = [replace(run, bytes_sent=max(run.bytes_sent, sent.get(run.id, 0))) for run in kept]
    measured = {run.stream: await store.samples.between(run.stream, RAW, since, until) for run in runs}
    streams = build_report(runs, measured, await store.outbox.dark_causes(space, since), since, until)
    return DailyReport(until, space, since, until, streams) if streams else None


class Daily:
    """Looks once a minute whose day is over.

    The note in the outbox is the mark that a chat has had its report: it is written at most once a day. A service that
    was away at the hour makes up for it the same day; a chat that asks for it later waits for the next.
    """

    def __init__(
        self, engine: Engine, readers: Readers, clock: Clock, wake: Callable[[ChatRef], None], at: str | None
    ) -> None:
        """`at` is `HH:MM` by each chat's own clock, of chats that named no hour; None: those have no reports."""
        self._engine = engine
        self._store = engine.store
        self._readers = readers
        self._clock = clock
        self._wake = wake
        self._at = time.fromisoformat(at) if at else None
        self._done: dict[ChatRef, datetime] = {}  # by the chat's clock: the last hour that was looked at

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self.look()
            await self._clock.sleep(LOOK_S)

    async def look(self) -> None:
        """Write what is due now."""
        now = self._clock.now()
        chats = await self._store.chats.wanting_report()
        self._done = {said.chat: self._done[said.chat] for said in chats if said.chat in self._done}
        for said in chats:
            due = await self._find_due(said, now)
            if due is not None and self._done.get(said.chat) != due:
                await self._tell(said, due, now)
                self._done[said.chat] = due

    async def _find_due(self, said: AlertChat, now: datetime) -> datetime | None:
        """Return today's hour by the chat's clock, None before it, and where it was over when the chat asked."""
        at = self._at if said.report_at is None else time(*divmod(said.report_at, 60))
        if at is None or not await self._readers.may_read(said.reader, said.space):
            return None
        zone = (await self._readers.words(said.reader)).zone
        local = now.astimezone(zone).replace(tzinfo=None)
        due = datetime.combine(local.date(), at)
        asked = said.reports_from.astimezone(zone).replace(tzinfo=None) if said.reports_from else due
        return due if asked <= due <= local else None

    async def _tell(self, said: AlertChat, due: datetime, now: datetime) -> None:
        report = await gather(self._engine, said.space, now)
        if report is None:
            return
        about = f"report {said.space} {due.date().isoformat()}"
        note = NewNote(said.chat, said.space, now, DailyReport.__name__, dump(report), about)
        if await self._store.outbox.add_once(note):
            self._wake(said.chat)
