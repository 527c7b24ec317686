"""The daily report: at its hour in each chat's zone, once a day whatever happens, and /report at any time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from bot.access import Access
from bot.daily import Daily, gather
from bot.i18n import Words
from bot.notes import DailyReport, dump, load
from bot.present.digest import tell
from bot.readers import Readers
from core.model import MAIN_SPACE, Outcome, RunEnd, StartRequest
from core.monitor.report import StreamReport
from core.push import AlertChat, ChatRef, Level, NewNote, Note, Reader
from tests.bot.pushing import GROUP, OTHER
from tests.bot.talk import Bot, labels_of, text_of
from tests.core.engine.rig import Rig
from tests.fakes.clock import START, FakeClock
from tests.fakes.engine import FakeEngine
from tests.fakes.stores import Furnished, furnish

if TYPE_CHECKING:
    from pathlib import Path

    from core.store import Store

NIGHT_S = 20 * 3600  # from noon, when the clock begins, to eight
AT = datetime(2026, 11, 23, 8, tzinfo=UTC)


async def has_run(store: Store, clock: FakeClock, name: str = "lofi") -> Furnished:
    """Let a stream have run for an hour until now."""
    home = await furnish(store)
    _, run = await home.began(name, started_at=clock.now() - timedelta(hours=1))
    end = RunEnd(clock.now(), home.rina.id, Outcome.STOPPED, None, 2, 0, 36.0, 12_000_000, ("one", "two"))
    await store.streams.end_run(run.id, end)
    return home


def a_daily(store: Store, clock: FakeClock, woken: list[ChatRef] | None = None) -> Daily:
    """The part of a service that has just started."""
    wake = (woken if woken is not None else []).append
    engine: Any = FakeEngine(store, clock)
    return Daily(engine, Readers(store, Access()), clock, wake, "08:00")


async def told(store: Store, chat: ChatRef = GROUP) -> list[Note]:
    """What is written down for a chat."""
    return [note for note in await store.outbox.pending(chat) if note.kind == "DailyReport"]


async def test_the_report_comes_at_its_hour_once_a_day(store: Store, clock: FakeClock) -> None:
    """At eight each alert chat has its report, not before and only once, also where the service starts anew."""
    # N11
    await store.chats.put(AlertChat(GROUP, MAIN_SPACE, wanted=True))
    woken: list[ChatRef] = []
    daily = a_daily(store, clock, woken)
    await daily.look()  # noon of the day before: of a day that nothing ran nobody is told
    await clock.advance(NIGHT_S - 60)
    await has_run(store, clock)
    await daily.look()
    assert (await told(store), woken) == ([], [])

    await clock.advance(60)
    for _ in range(3):
        await daily.look()
    await a_daily(store, clock).look()

    assert (len(await told(store)), woken) == (1, [GROUP])
    await clock.advance(20 * 3600)
    await has_run(store, clock, "ngaji")
    await clock.advance(4 * 3600)
    await daily.look()
    assert len(await told(store)) == 2


async def test_each_chat_has_its_own_eight_o_clock(store: Store, clock: FakeClock) -> None:
    """A chat in Jakarta reads it at eight in Jakarta, seven hours before one in London."""
    rina = await store.people.person("telegram", "1", "Rina")
    await store.people.set_timezone(rina.id, "Asia/Jakarta")
    await store.chats.put(AlertChat(GROUP, MAIN_SPACE, Reader(rina.id), wanted=True))
    await store.chats.put(AlertChat(OTHER, MAIN_SPACE, wanted=True))
    daily = a_daily(store, clock)
    await daily.look()
    await clock.advance(13 * 3600)
    await has_run(store, clock)

    await daily.look()

    assert (len(await told(store)), len(await told(store, OTHER))) == (1, 0)


async def test_what_runs_is_reported_with_all_that_it_sent(tmp_path: Path) -> None:
    """The data sent of a stream that is on air is as much as its card says, not what it was when it turned live."""
    rig = Rig(tmp_path)
    await rig.prepare()
    view = await rig.engine.start(rig.rina, StartRequest("lofi", ("youtube",)))
    await rig.clock.advance(600)

    report = await gather(rig.engine, MAIN_SPACE, rig.clock.now())

    shown = (await rig.engine.view(MAIN_SPACE, view.id)).bytes_sent
    assert report is not None
    assert [stream.bytes_sent for stream in report.streams] == [shown]
    assert shown > 200_000_000
    await rig.crash()


async def test_a_service_that_was_away_makes_up_for_it(store: Store, clock: FakeClock) -> None:
    """Who was restarted at eight still has the report of that day."""
    await store.chats.put(AlertChat(GROUP, MAIN_SPACE, wanted=True))
    await has_run(store, clock)

    await a_daily(store, clock).look()

    assert len(await told(store)) == 1


@pytest.mark.parametrize("said", [{"wanted": False}, {"wanted": True, "level": Level.PROBLEMS}])
async def test_who_did_not_ask_is_not_told(store: Store, clock: FakeClock, said: dict[str, object]) -> None:
    """Chats without alerts, and those that want problems only, have no report."""
    await store.chats.put(replace(AlertChat(GROUP, MAIN_SPACE), **said))  # type: ignore[arg-type]  # fields by name
    await has_run(store, clock)

    await a_daily(store, clock).look()

    assert await told(store) == []


async def test_who_asks_for_alerts_after_the_hour_waits_for_the_next(store: Store, clock: FakeClock) -> None:
    """/alerts on at noon does not bring a report at noon, nor when the service starts anew after that."""
    await has_run(store, clock)
    await store.chats.put(AlertChat(GROUP, MAIN_SPACE, wanted=True, reports_from=clock.now()))

    for daily in (a_daily(store, clock), a_daily(store, clock)):
        await daily.look()
    assert await told(store) == []

    await clock.advance(NIGHT_S)
    await daily.look()
    assert len(await told(store)) == 1


async def test_a_chat_names_its_hour_and_zone(store: Store, clock: FakeClock) -> None:
    """A chat that asked for 21:00 in Jakarta has it then, problems only or not, whatever zone its admin moves to."""
    rina = await store.people.person("telegram", "1", "Rina")
    await store.people.set_timezone(rina.id, "America/New_York")
    here = Reader(rina.id, zone="Asia/Jakarta")
    said = AlertChat(GROUP, MAIN_SPACE, here, level=Level.PROBLEMS, reports=True, report_at=21 * 60)
    await store.chats.put(said)
    daily = a_daily(store, clock)
    await clock.advance(2 * 3600 - 60)
    await has_run(store, clock)
    await daily.look()
    assert await told(store) == []

    await clock.advance(60)
    await daily.look()

    assert len(await told(store)) == 1


async def test_a_chat_has_no_report_where_it_said_so(store: Store, clock: FakeClock) -> None:
    """A chat with alerts that wants no report has none; without an hour of the service only who named one has it."""
    await store.chats.put(AlertChat(GROUP, MAIN_SPACE, wanted=True, reports=False))
    await store.chats.put(AlertChat(OTHER, MAIN_SPACE, wanted=True))
    await has_run(store, clock)
    engine: Any = FakeEngine(store, clock)
    woken: list[ChatRef] = []
    silent = Daily(engine, Readers(store, Access()), clock, woken.append, None)

    await silent.look()
    assert await told(store, OTHER) == []
    await store.chats.put(AlertChat(OTHER, MAIN_SPACE, reports=True, report_at=11 * 60))
    await silent.look()

    assert (len(await told(store)), len(await told(store, OTHER))) == (0, 1)


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (
            Words(),
            [
                "📊 From Sun 22 Nov 08:00 to 08:00",
                (
                    "🟠 nob 99.5 % of 1 d · dark 7 min · restarts 3"
                    " · why: the platform closed the connection (reset) · 32.4 GB"
                ),
                "🟢 lofi 100.0 % of 6 h · 8.1 GB · 2.4 % sent twice",
                "Sent in all: 40.5 GB",
            ],
        ),
        (
            Words("id", ZoneInfo("Asia/Jakarta")),
            [
                "📊 Dari Min 22 Nov 15.00 sampai 15.00",
                "🟠 nob 99,5 % dari 1 hari · mati 7 menit · mulai ulang 3 · sebab: platform menutup koneksi · 32,4 GB",
                "🟢 lofi 100,0 % dari 6 jam · 8,1 GB · 2,4 % dikirim ulang",
                "Terkirim seluruhnya: 40,5 GB",
            ],
        ),
    ],
    ids=["en", "id"],
)
def test_it_is_read_on_a_phone(words: Words, lines: list[str]) -> None:
    """The worst first, a line each: percent, minutes dark, restarts, causes, data; also after the outbox kept it."""
    # N11, N12
    streams = (
        StreamReport("nob", 86_400.0, 420.0, 3, 32_400_000_000, ("reset",)),
        StreamReport("lofi", 21_600.0, 0.0, 0, 8_100_000_000, loss=0.024),
    )
    report = DailyReport(AT, MAIN_SPACE, AT - timedelta(days=1), AT, streams)
    note = Note(1, GROUP, MAIN_SPACE, AT, "DailyReport", dump(report), None, None, None)
    assert load(note) == report

    shown = tell([report], words)

    assert text_of(shown).split("\n") == lines
    assert len(labels_of(shown)) == 1


async def test_report_now(bot: Bot) -> None:
    """/report tells the last 24 hours at once, or that nothing ran."""
    assert await bot.viewer.told("/report") == "Nothing ran in the last 24 hours."
    await has_run(bot.store, bot.clock)

    found = await bot.viewer.told("/report")

    assert "🟠 lofi 99.0 % of 1 h · dark 36 s · restarts 1 · 12.0 MB" in found


async def test_causes_come_from_what_chats_were_told(store: Store, clock: FakeClock) -> None:
    """Why a stream was dark stands in its alerts; told to two chats it is one cause, and another space's is none."""
    body = '{"stream": 1, "cause": "reset"}'
    notes = [NewNote(chat, MAIN_SPACE, clock.now(), "OutputWentDark", body) for chat in (GROUP, OTHER)]
    await store.outbox.add(notes)

    found = await store.outbox.dark_causes(MAIN_SPACE, START)

    assert {int(stream): causes for stream, causes in found.items()} == {1: ["reset"]}
