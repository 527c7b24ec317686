"""An alert is told, whatever happens to the platform or to us: later, twice, elsewhere, but told."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.channel import ChatRef
from core.model import MAIN_SPACE
from core.push import NewNote
from tests.bot.pushing import ADMIN, CONSOLE, GROUP, OTHER, Pushing
from tests.fakes.clock import FakeClock
from tests.fakes.stores import locked

SUPERGROUP = ChatRef("telegram", "-1001", "7")


@pytest.fixture
async def service(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Pushing]:
    """A service with one alert chat."""
    service = Pushing(tmp_path, clock)
    await service.open()
    await service.subscribe()
    yield service
    await service.close()
    assert service.telegram.useless == 0


async def test_an_alert_is_told_within_a_second(service: Pushing, clock: FakeClock) -> None:
    """Whoever has a phone in hand knows of a death within a second: what, why, what is done, with buttons."""  # N1
    before = clock.monotonic()
    await service.happens(service.dark())

    (alert,) = service.group
    assert alert.text == (
        "🔴 s1 → youtube went dark at 12:00:00. YouTube closed the connection (reset). Trying again in 1 s."
    )
    assert alert.labels == ["Restart now", "Stop", "Logs", "Mute 1 h"]
    assert alert.at_s[0] - before < 1
    assert not alert.reply.silent
    assert [message.text for message in service.console.in_chat(CONSOLE)] == [alert.text]


async def test_an_hour_without_the_platform_loses_nothing(service: Pushing, clock: FakeClock) -> None:
    """After an hour's outage of the platform all that happened is told, in order, what is over as over."""  # N9
    service.telegram.away = True
    first = service.dark(1)
    await service.happens(first, after_s=60)
    await service.happens(service.recovered(first), after_s=1200)
    await service.happens(service.dark(2), service.dark(3), after_s=1200)
    await service.happens(service.failed(4), after_s=1200)
    assert service.group == []

    service.telegram.away = False
    await clock.advance(61)

    said = "\n".join(service.texts)
    assert "2 streams went dark at 12:21: all to youtube" in said
    assert "s2, s3" in said
    assert "s4 → youtube failed. The media file is gone." in said
    assert "s1 → youtube is back after 1 min" in said
    assert "Dark from 12:00:00 to 12:01:00" in said
    assert await service.store.outbox.pending(GROUP) == []


async def test_a_platform_that_says_how_long_is_left_alone_so_long(service: Pushing, clock: FakeClock) -> None:
    """A platform that asks for patience gets it, to the second."""
    service.telegram.away, service.telegram.retry_after_s = True, 47.0
    await service.happens(service.dark(), after_s=46)
    assert len(service.telegram.tries) == 1
    service.telegram.away = False

    await clock.advance(2)

    assert len(service.group) == 1


@pytest.mark.parametrize("sent", [False, True], ids=["before it was sent", "before it was known to be sent"])
async def test_an_alert_outlives_a_kill(service: Pushing, clock: FakeClock, sent: bool) -> None:
    """After a kill -9 the next service tells what is not known to have been told: rather twice than never."""  # N9
    service.telegram.takes_but_never_answers = sent
    await service.happens(service.dark(), after_s=0.5 if sent else 0.1)
    assert len(service.group) == sent
    await service.kill()
    service.telegram.takes_but_never_answers = False

    await service.open()
    await clock.advance(1)

    assert service.texts == [service.texts[0]] * (1 + sent)


async def test_what_was_told_is_not_told_again(service: Pushing, clock: FakeClock) -> None:
    """A restart of the service repeats no alert, and still turns it into good news."""
    dark = service.dark()
    await service.happens(dark)
    await service.kill()
    await service.open()
    await clock.advance(5)
    assert len(service.group) == 1

    await service.happens(service.recovered(dark))

    (told,) = service.texts
    assert told.splitlines() == [
        "🟢 s1 → youtube is back after 6 s (2 tries).",
        "Dark from 12:00:00 to 12:00:06. YouTube closed the connection (reset).",
    ]


async def test_a_shutdown_tells_what_it_can_and_keeps_the_rest(tmp_path: Path, clock: FakeClock) -> None:
    """What happens while the service ends is told at its next start."""  # R16
    service = Pushing(tmp_path, clock)
    await service.open()
    await service.subscribe()
    service.telegram.away = True
    service.publish(service.dark(1))
    await service.push.stop()
    service.publish(service.dark(2))
    await service.close()

    service.telegram.away = False
    await service.open()
    await clock.advance(1)

    assert "s1, s2" in service.texts[0]
    await service.close()


async def test_each_chat_hears_in_order(service: Pushing) -> None:
    """What happened first is read first, in every chat."""
    await service.subscribe(OTHER)
    for number in range(1, 5):
        await service.happens(service.dark(number), after_s=3)

    for chat in (GROUP, OTHER):
        names = [message.text.split()[1] for message in service.telegram.in_chat(chat)]
        assert names == ["s1", "s2", "s3", "s4"]


async def test_a_platform_that_is_away_holds_up_no_other(service: Pushing) -> None:
    """While one platform is away, the others are told at once."""
    service.telegram.away = True
    await service.happens(service.dark())
    assert len(service.console.in_chat(CONSOLE)) == 1


async def test_a_message_that_is_refused_holds_up_no_other(service: Pushing) -> None:
    """A message that the platform will never take is given up, so that the next alert comes through."""
    service.telegram.refuses = True
    await service.happens(service.dark(1), after_s=120)
    service.telegram.refuses = False

    await service.happens(service.dark(2))

    assert [text.split()[1] for text in service.texts] == ["s2"]


async def test_red_news_that_is_refused_is_told_the_admins(service: Pushing, clock: FakeClock) -> None:
    """The admins read, once, which chat was not told of which streams; what is not red is given up without a word."""
    await service.add_admin()
    await service.subscribe(OTHER)
    service.telegram.refused = {GROUP}
    dark = service.dark(1)
    await service.happens(dark, service.dark(2), after_s=120)
    await service.happens(service.recovered(dark), after_s=120)
    await clock.advance(600)

    (note,) = service.telegram.in_chat(ADMIN)

    assert note.text.startswith("🟠 telegram -100 was not told of trouble with s1, s2: its platform refuses that")
    assert note.labels == ["Details"]
    assert len(service.telegram.in_chat(OTHER)) == 1
    assert await service.store.outbox.pending(GROUP) == []


async def test_what_no_chat_takes_is_given_up_everywhere(service: Pushing, clock: FakeClock) -> None:
    """A message that is refused to the admins, too, goes round no further, and the next alert comes through."""
    await service.add_admin()
    service.telegram.refuses = True
    await service.happens(service.dark(1), after_s=600)
    tries = len(service.telegram.tries)
    await clock.advance(3600)
    assert len(service.telegram.tries) == tries
    service.telegram.refuses = False
    await service.happens(service.dark(2))
    assert [text.split()[1] for text in service.texts] == ["s2"]


async def test_a_note_that_cannot_be_read_holds_up_no_other(service: Pushing, clock: FakeClock) -> None:
    """After going back to an older release, what that can't read is left out and the rest is told."""
    strange = NewNote(GROUP, MAIN_SPACE, clock.now(), "OfALaterRelease", "{}")
    await service.store.outbox.add([strange, NewNote(GROUP, MAIN_SPACE, clock.now(), "StreamEnded", "?")])
    await service.happens(service.dark())
    assert len(service.group) == 1


async def test_a_group_that_moved_keeps_its_alerts(service: Pushing) -> None:
    """A group that became a supergroup is told there, this time and from then on."""
    service.telegram.moved[GROUP] = SUPERGROUP
    await service.happens(service.dark(1), after_s=5)
    await service.happens(service.dark(2), after_s=5)

    assert [m.text.split()[1] for m in service.telegram.in_chat(SUPERGROUP)] == ["s1", "s2"]
    assert (await service.store.chats.find(SUPERGROUP)) is not None


async def test_a_chat_that_is_gone_is_told_to_the_admins(service: Pushing) -> None:
    """When the bot is thrown out of the alert chat, the admins learn it, and get what it was to be told."""
    await service.add_admin()
    service.telegram.gone.add(GROUP)
    await service.happens(service.dark(1), after_s=5)

    told = "\n".join(message.text for message in service.telegram.in_chat(ADMIN))
    assert "I can't write to telegram -100 any more" in told
    assert "s1 → youtube went dark" in told
    tries = len(service.telegram.tries)
    await service.happens(service.dark(2), after_s=5)
    assert len(service.telegram.tries) == tries


async def test_the_outbox_stays_small(service: Pushing, clock: FakeClock) -> None:
    """What was told weeks ago is forgotten, what is still to be told is not."""
    await service.happens(service.dark(1))
    service.telegram.away = True
    await service.happens(service.dark(2))
    await clock.leap(9 * 86_400)

    assert await service.store.outbox.told(GROUP, (), clock.now().replace(year=2000)) == []
    assert len(await service.store.outbox.pending(GROUP)) == 1


async def test_no_secret_is_stored(service: Pushing) -> None:
    """The database holds of an alert what FFmpeg's log never told."""  # N8
    await service.happens(service.dark())
    told = await service.store.outbox.told(GROUP, (), service.clock.now().replace(year=2000))
    assert told
    assert [note for note in told if "KEY" in note.body] == []


async def test_a_database_that_is_away_delays_and_loses_nothing(service: Pushing, clock: FakeClock) -> None:
    """What happens while the database can't be written is told when it can be."""
    with locked(service.path):
        await service.happens(service.dark(), after_s=10)
        assert service.group == []

    await clock.advance(3)

    assert len(service.group) == 1


async def test_a_database_that_is_away_repeats_nothing(service: Pushing, clock: FakeClock) -> None:
    """An alert that was told, which then can't be noted, is not told again and again until it can be."""
    await service.happens(service.dark(), after_s=0.1)
    with locked(service.path):
        await clock.advance(10)

    await clock.advance(3)

    assert len(service.group) == 1
    assert await service.store.outbox.pending(GROUP) == []
