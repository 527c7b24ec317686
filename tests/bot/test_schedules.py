"""Schedules as people make, see and change them in chat, on the real engine."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from bot.acting import Acting
from bot.i18n import Words
from bot.notes import dump, load
from bot.present.alerts import alert
from bot.readers import Readers
from bot.routes import CONSOLE_CHAT, Routes
from core.model import MAIN_SPACE, RunId, ScheduleId, StreamId
from core.people import Role
from core.push import ChatRef, Note
from core.schedule.events import ScheduleBlocked, ScheduleMissed, ScheduleReminder, ScheduleStarted
from core.schedule.hindrance import PROBLEMS
from tests.bot.talk import Bot, buttons_of, labels_of, text_of
from tests.core.engine.rig import Rig
from tests.fakes.clock import START

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.reply import Reply
    from core.schedule.events import ScheduleEvent

DAILY = "schedule lofi youtube start=18:00 for=5h repeat=daily tz=Asia/Jakarta"
"""The clock starts at noon UTC, 19:00 in Jakarta."""


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    """A bot on a real engine, with a viewer and an operator."""
    rig = Rig(tmp_path)
    await rig.prepare()
    bot = Bot(rig.store, rig.clock, cast("Any", rig.engine))
    for number, name, role in (("2", "Vera", Role.VIEWER), ("3", "Otto", Role.OPERATOR)):
        person = await rig.store.people.person("telegram", number, name)
        await rig.store.people.grant(person.id, MAIN_SPACE, role)
    yield bot
    await rig.crash()


async def test_a_schedule_is_made_and_shown(bot: Bot) -> None:
    """`/schedule` answers with what runs when by its own clock, the next five runs by the reader's."""  # P6
    made = await bot.operator.says(DAILY)
    first, coming, *_ = text_of(made).split("\n")
    assert first == "🗓 lofi → youtube, every day 18:00-23:00 Jakarta"
    assert coming == "next: Tue 6 Jan 11:00 (in 23 h), Wed 7 Jan, Thu 8 Jan, Fri 9 Jan, Sat 10 Jan"
    assert labels_of(made) == ["Pause", "Change", "Delete"]

    table = await bot.viewer.says("/schedules")
    assert "lofi → youtube every day 18:00-23:00 Jakarta Tue 6 Jan 11:00" in text_of(table)
    assert labels_of(table) == []
    assert "⚪ lofi → youtube · starts Tue 6 Jan 11:00" in await bot.viewer.told("/streams")


async def test_a_single_run_on_air_is_not_over(bot: Bot) -> None:
    """While the only run of a schedule is on air, /schedules says until when; stopped by hand it is over."""
    await bot.operator.says("schedule lofi youtube start='2026-01-05 12:10' for=2h repeat=once tz=UTC")
    await bot.clock.advance(700)
    table = text_of(await bot.viewer.says("/schedules"))
    assert ("on air until 14:10" in table, "over" in table) == (True, False)
    assert "on air until 14:10" in await bot.operator.told("reschedule lofi")
    await bot.operator.says("stop lofi")
    assert "over" in text_of(await bot.viewer.says("/schedules"))


async def test_a_run_years_ahead_is_told_with_its_year(bot: Bot) -> None:
    """Who plans for the year after next reads which year that is, and so does whoever would meet it."""  # R9
    made = await bot.operator.told("schedule lofi youtube start='2028-03-01 10:00' for=1h tz=UTC")
    assert "next: Wed 1 Mar 2028 10:00 (in" in made
    assert "Wed 1 Mar 2028 10:00" in text_of(await bot.viewer.says("/schedules"))
    told = await bot.operator.told("schedule ngaji youtube start='2028-03-01 10:30' for=1h tz=UTC")
    assert "Wed 1 Mar 2028 10:30 to 11:00" in told


async def test_whoever_starts_without_an_end_reads_that_the_schedule_ends_it(bot: Bot) -> None:
    """The card of a stream that was started by hand says that its schedule joins it, and when it ends for that."""
    await bot.operator.says("schedule lofi youtube start=18:00 for=5h repeat=daily tz=UTC")
    await bot.operator.says("startstream lofi youtube")
    await bot.clock.advance(5)
    card = await bot.viewer.told("status lofi")
    assert "Its schedule begins today 18:00 and joins this run.\nIt then ends with the schedule, 23:00." in card


async def test_an_overlap_names_the_schedule_in_the_way(bot: Bot) -> None:
    """A schedule that would push a key that another pushes then is refused, with that one's name and time."""  # R9
    await bot.operator.says(f"{DAILY} name=evening")
    told = await bot.operator.told("schedule ngaji youtube start='tomorrow 20:00' for=2h tz=WIB")
    assert told == ("❌ It overlaps 'evening' (every day 18:00-23:00 Jakarta, same key): Tue 6 Jan 13:00 to 15:00.")


async def test_what_is_missing_is_asked_for(bot: Bot) -> None:
    """Whoever leaves out where or when is asked, with buttons or for the next message."""
    where = await bot.operator.says("schedule lofi")
    assert "youtube" in labels_of(where)
    when = await bot.operator.says("schedule lofi youtube")
    assert when is not None
    assert "start" in when.data["ask"]
    assert "🗓 lofi → youtube, Mon 5 Jan 18:00, no end UTC" in await bot.operator.told("18:00")


async def test_pause_resume_and_delete_by_buttons(bot: Bot) -> None:
    """The buttons under a schedule pause it, take it up again, and delete it after asking once."""
    made = await bot.operator.says(DAILY)
    paused = await bot.operator.presses(made, "Pause")
    assert "paused" in text_of(paused)
    assert "next:" not in text_of(paused)
    assert "next:" in text_of(await bot.operator.presses(paused, "Resume"))
    question = await bot.operator.presses(made, "Delete")
    assert "lofi" in await bot.viewer.told("schedules")
    await bot.operator.presses(question, "Yes, delete")
    assert "No schedules yet." in await bot.viewer.told("schedules")


@pytest.mark.parametrize(
    ("part", "choice", "shown"),
    [
        ("Start", "20:00", "every day 20:00-01:00 Jakarta"),
        ("Length", "3 h", "every day 18:00-21:00 Jakarta"),
        ("Length", "no end", "every day 18:00, no end Jakarta"),
        ("Days", "weekdays", "weekdays 18:00-23:00 Jakarta"),
        ("Days", "Sun", "Sun 18:00-23:00 Jakarta"),
    ],
)
async def test_time_length_and_days_are_changed_by_buttons(bot: Bot, part: str, choice: str, shown: str) -> None:
    """On a phone nothing has to be typed to move a schedule: [Change], what, and to what."""
    parts = await bot.operator.presses(await bot.operator.says(DAILY), "Change")
    asked = await bot.operator.presses(parts, part)
    assert shown in text_of(await bot.operator.presses(await page_with(bot, asked, choice), choice))


async def page_with(bot: Bot, asked: Reply | None, choice: str) -> Reply | None:
    """Turn pages until that choice is there."""
    while choice not in labels_of(asked):
        asked = await bot.operator.presses(asked, "More…")
    return asked


async def test_a_single_run_keeps_its_day(bot: Bot) -> None:
    """The hours that are offered for a schedule of one run are those of its day."""
    made = await bot.operator.says("schedule lofi youtube start='tomorrow 18:00' for=2h")
    hours = await bot.operator.presses(await bot.operator.presses(made, "Change"), "Start")
    assert "Tue 6 Jan 20:00-22:00" in text_of(await bot.operator.presses(hours, "20:00"))


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ("start=20.00", "every day 20:00-01:00 Jakarta"),
        ("until=21:30", "every day 18:00-21:30 Jakarta"),
        ("for=none", "every day 18:00, no end Jakarta"),
        ("repeat=weekdays", "weekdays 18:00-23:00 Jakarta"),
        ("repeat=senin,rabu", "Mon, Wed 18:00-23:00 Jakarta"),
        ('repeat="cron 30 6 * * 0"', "cron 30 6 * * 0, 5 h Jakarta"),
        ("tz=WITA", "every day 18:00-23:00 Makassar"),
        ("name=malam missed=skip remind=yes", "malam: lofi → youtube"),
        ("skip=yes", "I leave out one run."),
    ],
)
async def test_each_part_can_be_changed(bot: Bot, change: str, shown: str) -> None:
    """Time, length, days, zone, name and what to do when late can be changed one by one; the rest stays."""
    await bot.operator.says(DAILY)
    assert shown in await bot.operator.told(f"reschedule lofi {change}")


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ("schedule lofi youtube start=18:00 for=25h repeat=daily", "schedule_too_long"),
        ('schedule lofi youtube repeat="cron 0 25 * * *"', "cron_field_invalid"),
        ('schedule lofi youtube repeat="cron 0 0 30 2 *"', "cron_never_runs"),
        ('schedule lofi youtube start=18:00 repeat="cron 0 18 * * *"', "invalid_value"),
        ("schedule lofi youtube start=18:00 repeat=sometimes", "invalid_value"),
        ("schedule lofi youtube start=18:00 tz=Asia/Jakrta", "not_found"),
        ("schedule nothing youtube start=18:00", "not_found"),
        ("unschedule nothing", "not_found"),
    ],
)
async def test_what_can_not_be_is_refused_in_words(bot: Bot, order: str, code: str) -> None:
    """A schedule that can't be is refused with the reason, and nothing is kept of it."""
    refused = await bot.operator.says(order)
    assert refused is not None
    assert refused.code == code
    assert "{" not in text_of(refused)
    assert "No schedules yet." in await bot.viewer.told("schedules")


async def test_viewers_only_look(bot: Bot) -> None:
    """Who may only look can't make, change or delete a schedule."""  # P13
    await bot.operator.says(DAILY)
    for order in (DAILY, "reschedule lofi paused=yes", "unschedule lofi"):
        refused = await bot.viewer.says(order)
        assert refused is not None
        assert refused.code == "not_allowed"


async def test_a_forgotten_stream_has_no_schedules(bot: Bot) -> None:
    """`/forget` removes a stream together with its schedules."""
    await bot.operator.says(DAILY)
    await bot.operator.presses(await bot.operator.says("forget lofi"), "Yes, remove")
    assert "No schedules yet." in await bot.viewer.told("schedules")


async def test_a_place_that_will_be_taken_is_foreseen(bot: Bot) -> None:
    """Ten minutes ahead the chat reads that another schedule will have taken the last place, then that it is free."""
    subscription = bot.engine._deck.bus.subscribe()  # type: ignore[attr-defined]  # what is told, as chats read it
    person = await bot.store.people.person("telegram", "3", "Otto")
    await bot.store.people.set_limit(person.id, 1)
    await bot.operator.says(DAILY)
    await bot.operator.says("schedule ngaji twitch start=17:55 for=5h repeat=daily tz=Asia/Jakarta")

    def read() -> list[str]:
        told = [subscription._queue.get_nowait() for _ in range(subscription._queue.qsize())]
        return [text_of(alert(event, Words("en"))) for event in told if isinstance(event, ScheduleReminder)]

    await bot.clock.advance(22 * 3600 + 51 * 60)
    (problem,) = read()
    assert problem.startswith("🟠 lofi is to go live in 10 min, but its maker may run 1 at once, and that many will be")
    await bot.operator.says("reschedule ngaji skip=yes")
    await bot.clock.advance(60)
    assert read() == ["🟢 Nothing is in the way of lofi any more. It goes live in 8 min (11:00)."]


async def test_whoever_schedules_is_told(bot: Bot) -> None:
    """What becomes of a scheduled stream is told where it was scheduled, though nobody ever started it by hand."""
    made = await bot.operator.says(DAILY)
    stream = (await bot.store.schedules.all(MAIN_SPACE))[0].stream
    home = await bot.store.chats.home(stream)
    assert made is not None
    assert made.ok
    assert home is not None
    assert home.chat == ChatRef("telegram", "3")
    event = ScheduleBlocked(**{**FIELDS, "stream": stream}, problem="total", what="3")
    assert await Routes(bot.store, bot.access, Acting(bot.clock), Readers(bot.store, bot.access)).find(event) == [
        CONSOLE_CHAT,
        home.chat,
    ]


FIELDS: dict[str, Any] = {
    "at": START,
    "space": MAIN_SPACE,
    "schedule": ScheduleId(4),
    "title": "evening",
    "stream": StreamId(7),
    "name": "lofi",
    "starts_at": START + timedelta(minutes=10),
    "ends_at": START + timedelta(hours=5),
}
TOLD = [
    *(ScheduleReminder(**FIELDS, again=again) for again in (False, True)),
    *(ScheduleReminder(**FIELDS, problem=problem, what="this") for problem in PROBLEMS),
    *(ScheduleBlocked(**FIELDS, problem=problem, what="this") for problem in PROBLEMS),
    ScheduleStarted(**FIELDS, late_s=7200, run=RunId(5)),
    ScheduleStarted(**FIELDS, joined=True, run=RunId(5)),
    *(ScheduleMissed(**FIELDS, count=n, reason=why) for n in (1, 3) for why in ("away", "skip", "blocked")),
]


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("event", TOLD, ids=lambda event: type(event).__name__)
def test_each_event_survives_the_outbox_and_has_words(event: ScheduleEvent, language: str) -> None:
    """What happens to a schedule is kept over a restart as it was, and told in both languages with the names."""  # N9
    note = Note(1, ChatRef("telegram", "1"), MAIN_SPACE, START, type(event).__name__, dump(event), None, None, None)
    assert load(note) == event
    reply = alert(event, Words(language))
    assert "lofi" in text_of(reply)


def test_buttons_of_a_start_are_for_its_run() -> None:
    """[Stop] under last week's note about a schedule stops nothing that was started since."""
    for event in TOLD:
        for button in buttons_of(alert(event, Words("en"))) if isinstance(event, ScheduleStarted) else ():
            assert button.run == RunId(5)


def test_a_start_on_time_is_no_news() -> None:
    """A schedule that starts as it should alarms nobody."""
    assert alert(ScheduleStarted(**FIELDS), Words("en")) is None
