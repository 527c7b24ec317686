"""What people are told, where and how loud: one trouble is one message, and its end is told in its place."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.strangers import Stranger
from core.events import DiskAlert, OutputSlow, ResourceAlert, ServiceCameBack, StartedAgain, StreamStarted
from core.model import MAIN_SPACE, Cause, CauseCode, Outcome, RunId, SpaceName, StreamId
from core.people import Role
from core.push import AlertChat, ChatRef, Home, Level, NewNote, Reader
from tests.bot.pushing import ADMIN, CONSOLE, GROUP, OTHER, Pushing
from tests.fakes.clock import FakeClock
from tests.fakes.stores import furnish

CLUB = SpaceName("club")
PRIVATE = ChatRef("telegram", "3")
NIGHT = (22 * 60, 6 * 60)


@pytest.fixture
async def service(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Pushing]:
    """A service with one alert chat."""
    service = Pushing(tmp_path, clock)
    await service.open()
    await service.subscribe()
    yield service
    await service.close()
    assert service.telegram.useless == 0


async def test_twenty_deaths_in_a_second_are_one_message(service: Pushing, clock: FakeClock) -> None:
    """Twenty streams that die within a second are one message that names them all, the first of it at once."""
    for number in range(1, 21):
        service.publish(service.dark(number))
        await clock.advance(0.05)
    assert len(service.group) == 1
    await clock.advance(2)

    (alert,) = service.group
    assert alert.text.startswith("🔴 20 streams went dark at 12:00: all to youtube. The network or YouTube is away.")
    assert [name for name in (f"s{number}" for number in range(1, 21)) if name not in alert.text] == []
    assert alert.labels == ["Details", "Mute 1 h"]


async def test_a_group_is_told_as_it_recovers(service: Pushing) -> None:
    """The message about many streams says which are back, and turns into good news with the last of them."""
    darks = [service.dark(number) for number in (1, 2, 3)]
    await service.happens(*darks, after_s=10)
    await service.happens(service.recovered(darks[1]), after_s=5)
    (alert,) = service.group
    assert alert.text.splitlines()[1:] == [
        "s1, s3",
        "🟢 s2 → youtube is back after 10 s (2 tries).",
        "Dark from 12:00:00 to 12:00:10. YouTube closed the connection (reset).",
    ]

    await service.happens(service.recovered(darks[0]), service.recovered(darks[2]), after_s=5)

    assert service.texts == ["🟢 3 streams are back after 15 s at most.\ns2, s1, s3"]


async def test_a_recovery_changes_its_alert(service: Pushing) -> None:
    """The alert that rang becomes good news by itself, without ringing again."""
    dark = service.dark()
    await service.happens(dark, after_s=4)
    await service.happens(service.recovered(dark))

    (alert,) = service.group
    assert alert.text.startswith("🟢 s1 → youtube is back after 4 s (2 tries).")
    assert alert.labels == []


async def test_a_recovery_whose_alert_is_gone_is_said_silently(service: Pushing) -> None:
    """Where somebody deleted the alert, the good news comes as a message of its own, without a sound."""
    dark = service.dark()
    await service.happens(dark, after_s=4)
    service.telegram.delete(service.group[0])
    await service.happens(service.recovered(dark))

    (told,) = service.group
    assert told.text.startswith("🟢 s1 → youtube is back")
    assert told.reply.silent


async def test_the_third_failure_makes_the_alert_clearer(service: Pushing) -> None:
    """When the key is refused again and again the same message says what to do, and does not ring a second time."""
    dark = service.dark(cause=Cause(CauseCode.REFUSED))
    await service.happens(dark, after_s=4)
    third = service.dark(failures=3, since_s=4, cause=Cause(CauseCode.REFUSED), next_try_s=300.0)
    await service.happens(third, after_s=4)

    (alert,) = service.group
    assert "YouTube refuses the key or the address (3 times). Copy the key again" in alert.text
    assert "Send new key" in alert.labels


async def test_an_outage_is_brought_back_to_mind(service: Pushing) -> None:
    """A stream that stays dark rings again every hour, and the latest of these messages tells its end."""
    await service.happens(service.dark(), after_s=3600)
    later = service.dark(failures=60, since_s=3600)
    await service.happens(later)
    assert "has been dark since 12:00 (60 tries)" in service.texts[1]

    await service.happens(service.recovered(later))

    assert [text[0] for text in service.texts] == ["🔴", "🟢"]


async def test_an_outage_that_ended_while_nobody_could_be_told_is_not_red(service: Pushing, clock: FakeClock) -> None:
    """A reminder that waited for the platform beside the good news does not come after it as if it were still true."""
    await service.happens(service.dark(), after_s=3600)
    service.telegram.away = True
    reminder = service.dark(failures=60, since_s=3600)
    await service.happens(reminder, after_s=60)
    await service.happens(service.recovered(reminder), after_s=60)
    service.telegram.away = False
    await clock.advance(61)
    assert service.texts[-1].startswith("🟢 s1 → youtube is back after 1 h 1 min")


async def test_red_does_not_wait_for_good_news(service: Pushing, clock: FakeClock) -> None:
    """While so much recovers that the allowance is used up, a new death is still told within a second."""  # N1
    darks = [service.dark(number) for number in range(1, 21)]
    await service.happens(*darks, after_s=5)
    for dark in darks:
        await service.happens(service.recovered(dark), after_s=0.5)
    before = clock.monotonic()
    await service.happens(service.dark(99))

    assert service.group[-1].text.startswith("🔴 s99")
    assert service.group[-1].at_s[0] - before < 1
    await clock.advance(60)
    assert service.texts[0].startswith("🟢 20 streams are back")


async def test_what_is_planned_never_alarms(service: Pushing) -> None:
    """A planned stop is told without a sound, a start and a rotation not at all."""
    own = {"at": service.clock.now(), "space": MAIN_SPACE, "stream": StreamId(1), "name": "s1", "run": RunId(1)}
    await service.happens(StreamStarted(by="Rina", **own))  # type: ignore[arg-type]  # fields by name
    assert service.group == []

    await service.happens(service.ended())

    assert service.texts == ["⚪ s1 stopped as planned"]
    assert service.group[0].reply.silent


async def test_whoever_stops_a_stream_is_not_told_so_twice(service: Pushing) -> None:
    """The chat that gave the order has its answer; the others are told who did it."""
    await service.subscribe(OTHER)
    with service.push.acting.order_of(GROUP):
        await service.happens(service.ended(outcome=Outcome.STOPPED, by="Rina"))
    assert service.group == []
    assert [m.text for m in service.telegram.in_chat(OTHER)] == ["⚪ s1 stopped by Rina"]


async def test_warnings_come_silently_and_are_taken_back(service: Pushing) -> None:
    """A warning makes no sound, and says in its own place that all is well again."""
    own = {"at": service.clock.now(), "space": MAIN_SPACE, "stream": StreamId(1), "name": "s1", "run": RunId(1)}
    high = {"kind": "cpu", "value": 91.0, "limit": 80.0, **own}
    await service.happens(ResourceAlert(over=True, for_s=60.0, **high), after_s=120)  # type: ignore[arg-type]  # fields by name
    assert service.texts == ["🟠 s1 uses 91 % of a core for 1 min (limit: 80 %)."]
    assert service.group[0].reply.silent

    await service.happens(ResourceAlert(over=False, for_s=180.0, **high))  # type: ignore[arg-type]  # fields by name

    assert service.texts == ["✅ s1 is back to normal after 3 min."]


async def test_a_warning_that_comes_again_is_said_again(service: Pushing) -> None:
    """A second time too slow is a new message, not a change of yesterday's."""
    values = service._output(1)
    for slow in (True, False, True):
        await service.happens(OutputSlow(slow=slow, speed=0.8, **values), after_s=60)  # type: ignore[arg-type]  # fields by name
    assert [text[0] for text in service.texts] == ["✅", "🟠"]


DIED_AT = datetime(2026, 1, 5, 3, 12, tzinfo=UTC)
PLAINLY = "Back. 2 streams went on without a break, 1 was started again (nobs)."
TIMED = "Back. 2 streams went on without a break, 1 was started again (nobs: FFmpeg had died at 03:12)."


@pytest.mark.parametrize(
    ("died", "told"),
    [
        (StartedAgain("nobs"), PLAINLY),
        (StartedAgain("nobs", DIED_AT, Cause(CauseCode.KILLED)), TIMED),
        (
            StartedAgain("nobs", DIED_AT, Cause(CauseCode.RESET, "rtmp://x/KEY")),
            f"{TIMED}\nnobs: The ingest closed the connection (reset).",
        ),
    ],
    ids=["unknown", "killed", "with a cause"],
)
async def test_a_restart_of_the_service_is_one_line(service: Pushing, died: StartedAgain, told: str) -> None:
    """After the service was away, one line says what went on and what had to be started again, with when and why."""
    await service.happens(
        ServiceCameBack(at=service.clock.now(), space=MAIN_SPACE, went_on=("lofi", "malam"), started_again=(died,))
    )
    assert service.texts == [told]


async def test_a_return_of_an_earlier_release_is_told(service: Pushing) -> None:
    """What an earlier release left in the outbox, with names alone, is told after the update too."""
    at = service.clock.now()
    body = json.dumps({"at": at.isoformat(), "space": "main", "went_on": ["lofi", "malam"], "started_again": ["nobs"]})
    note = NewNote(GROUP, MAIN_SPACE, at, "ServiceCameBack", body)
    await service.store.outbox.add([note])
    service.push.outbox.wake(GROUP)
    await service.clock.advance(1)
    assert service.texts == [PLAINLY]


async def test_what_was_dark_before_is_not_said_to_be_started(service: Pushing) -> None:
    """A service that is back says how many streams are still dark; their own alerts stand above, and will change."""
    came_back = ServiceCameBack(
        at=service.clock.now(), space=MAIN_SPACE, went_on=("lofi",), started_again=(), still_dark=("malam", "nobs")
    )
    await service.happens(came_back)
    assert service.texts == ["Back. 1 stream went on without a break, 2 are still dark."]
    assert service.group[0].reply.silent


async def test_a_muted_chat_is_told_afterwards(service: Pushing, clock: FakeClock) -> None:
    """[Mute 1 h]: nothing is said meanwhile, known troubles still change; then one summary of what is left and was."""
    old = service.dark(1)
    await service.happens(old, after_s=60)
    await service.subscribe(muted_until=clock.now() + timedelta(hours=1))
    passed = service.dark(2)
    await service.happens(passed, after_s=60)
    await service.happens(service.recovered(passed), service.recovered(old), service.dark(3), after_s=600)
    assert [text[0] for text in service.texts] == ["🟢"]

    await clock.advance(3600)

    assert len(service.group) == 2
    assert [line.split()[:2] for line in service.texts[1].splitlines()] == [
        ["🔴", "s3"],
        ["🟢", "s2"],
        ["Dark", "from"],
    ]


async def test_unmuting_tells_at_once(service: Pushing, clock: FakeClock) -> None:
    """Who unmutes before the time need not wait for it."""
    await service.subscribe(muted_until=clock.now() + timedelta(hours=1))
    await service.happens(service.dark(), after_s=60)
    assert service.group == []

    await service.subscribe(muted_until=None)
    service.push.outbox.wake(GROUP)
    await clock.advance(1)

    assert len(service.group) == 1


async def test_quiet_hours_let_only_red_ring(service: Pushing, clock: FakeClock) -> None:
    """At night, in the chat's own zone, everything but a red alert comes without a sound."""
    rina = await service.store.people.person("telegram", "777", "Rina")
    await service.store.people.set_timezone(rina.id, "Asia/Jakarta")
    await service.subscribe(reader=Reader(rina.id), quiet=NIGHT)
    await clock.advance(3.5 * 3600)  # 22:30 in Jakarta
    low = DiskAlert(at=clock.now(), space=MAIN_SPACE, low=True, free_mib=800.0, floor_mib=1024.0)

    await service.happens(low, after_s=10)
    await service.happens(service.dark(), after_s=10)

    assert [(m.text[0], m.reply.silent) for m in service.group] == [("🟠", True), ("🔴", False)]
    assert "22:30:10" in service.texts[1]


async def test_alerts_speak_the_chats_language(service: Pushing) -> None:
    """An alert is put into the words of whoever asked for it, when it is sent."""  # N12
    await service.subscribe(reader=Reader(None, "id"))
    await service.happens(service.dark())
    assert "mati pukul 12.00.00. YouTube menutup koneksi" in service.texts[0]


async def test_problems_only_is_problems_only(service: Pushing) -> None:
    """A chat that wants problems only is not told of planned ends."""
    await service.subscribe(level=Level.PROBLEMS)
    await service.happens(service.ended(1))
    await service.happens(service.dark(2))
    assert [text[0] for text in service.texts] == ["🔴"]


async def test_without_an_alert_chat_the_stream_s_own_is_told(service: Pushing) -> None:
    """While no chat asked for alerts, the chat that started the stream gets them."""
    await service.subscribe(level=Level.ALL)
    home = await furnish(service.store)
    stream, _ = await home.began()
    await service.store.chats.set_home(Home(stream.id, PRIVATE))
    await service.happens(service.dark(int(stream.id)), after_s=5)
    assert service.telegram.in_chat(PRIVATE) == []

    await service.store.chats.forget(GROUP)
    await service.happens(service.dark(int(stream.id)), after_s=5)
    back = ServiceCameBack(at=service.clock.now(), space=MAIN_SPACE, went_on=("lofi",), started_again=())
    await service.happens(back, after_s=5)

    assert [m.text.split()[0] for m in service.telegram.in_chat(PRIVATE)] == ["🔴", "Back."]


async def test_another_team_is_told_nothing(service: Pushing) -> None:
    """A space's chats hear of its own streams only."""
    theirs = service.dark()
    await service.store.chats.forget(GROUP)
    await service.store.chats.put(service_chat(CLUB))
    await service.happens(theirs)
    assert service.telegram.messages == []
    assert len(service.console.in_chat(CONSOLE)) == 1


async def test_the_console_can_be_switched_off(service: Pushing) -> None:
    """Who looks at the console may have peace there, while the chats are told."""
    await service.store.chats.put(AlertChat(CONSOLE, MAIN_SPACE, wanted=False))
    await service.happens(service.dark())
    assert service.console.messages == []
    assert len(service.group) == 1


def service_chat(space: SpaceName) -> AlertChat:
    """The group, as an alert chat of another space."""
    return AlertChat(GROUP, space, wanted=True)


async def test_admins_are_told_of_a_stranger(service: Pushing, clock: FakeClock) -> None:
    """Every admin on that platform can let a stranger in with one press; one stranger is one message."""
    await service.add_admin()
    mallory, rina = (Stranger("telegram", number, name, MAIN_SPACE) for number, name in (("777", "M"), ("778", "R")))
    assert await service.push.notifier.on_stranger(mallory)
    assert await service.push.notifier.on_stranger(rina)
    assert not await service.push.notifier.on_stranger(Stranger("discord", "9", "D", MAIN_SPACE))
    await clock.advance(5)

    notes = service.telegram.in_chat(ADMIN)
    assert [note.text for note in notes] == ["👤 M (777) wrote to me.", "👤 R (778) wrote to me."]
    assert notes[0].labels == ["Viewer", "Operator", "Ignore"]


async def test_ignored_stranger_stays_ignored(service: Pushing) -> None:
    """[Ignore] holds for the team whose admin pressed it, until the stranger is given a role."""
    await service.add_admin()
    people, mallory = service.store.people, Stranger("telegram", "777", "M", MAIN_SPACE)
    await people.ignore(MAIN_SPACE, "telegram", "777")
    assert not await service.push.notifier.on_stranger(mallory)
    assert not await people.is_ignored(CLUB, "telegram", "777")
    person = await people.person("telegram", "777", "M")
    await people.grant(person.id, MAIN_SPACE, Role.VIEWER)
    await people.revoke(person.id, MAIN_SPACE)
    assert await service.push.notifier.on_stranger(mallory)


async def test_nothing_is_left_in_memory(service: Pushing) -> None:
    """A chat that was told all, and a run that is over, cost nothing any more."""  # R13
    dark = service.dark()
    await service.happens(dark, after_s=5)
    await service.happens(service.recovered(dark), after_s=5)
    await service.happens(service.dark(2), service.ended(2, Outcome.FAILED), after_s=90)
    assert not service.push.outbox.is_busy(GROUP)
    assert service.push.notifier._outages._open == {}
