"""Who is told unasked: never another team, and nobody who has no role any more."""

from collections.abc import AsyncIterator
from dataclasses import fields
from datetime import datetime
from pathlib import Path

import pytest

from bot.daily import Daily
from bot.i18n import Words
from bot.notes import KINDS, load
from bot.present.digest import tell
from bot.push import Push
from bot.readers import Readers
from bot.routes import CONSOLE_CHAT
from core.events import Event
from core.model import MAIN_SPACE, SpaceName, StreamRecord
from core.people import Role
from core.push import AlertChat, ChatRef, Home, NewNote, Reader, Shown
from core.store import Store
from tests.bot.pushing import ADMIN
from tests.bot.talk import CLUB, CLUB_CHAT, Bot, text_of
from tests.bot.test_cards import Watching
from tests.fakes.clock import FakeClock
from tests.fakes.stores import furnish

HIS = ChatRef("telegram", "3")


@pytest.fixture
async def service(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Watching]:
    """A service with an admin and an operator, Otto, who writes in private."""
    service = Watching(tmp_path, clock)
    await service.open()
    await service.add_admin()
    person = await service.store.people.person("telegram", "3", "Otto")
    await service.store.people.grant(person.id, MAIN_SPACE, Role.OPERATOR)
    yield service
    await service.close()


async def otto(store: Store) -> Reader:
    """He who reads in his private chat."""
    return Reader((await store.people.person("telegram", "3", "Otto")).id, "en", private=True)


async def test_revoked_person_is_told_nothing_more(service: Watching) -> None:
    """A private chat with alerts on, whose person lost his role, hears of nothing: neither alert nor daily report."""
    reader = await otto(service.store)
    assert reader.user is not None
    await service.subscribe(HIS, reader=reader)
    await service.happens(service.dark(1))
    assert len(service.telegram.in_chat(HIS)) == 1
    await service.store.people.revoke(reader.user, MAIN_SPACE)

    await service.happens(service.dark(2), after_s=30)

    assert len(service.telegram.in_chat(HIS)) == 1


async def test_revoked_persons_stream_is_the_admins_care(service: Watching) -> None:
    """What somebody left running who lost his role is told the admins, not him and not nobody."""
    reader = await otto(service.store)
    assert reader.user is not None
    stream, _ = await (await furnish(service.store)).began("s1")
    await service.store.chats.set_home(Home(stream.id, HIS, reader))
    await service.happens(service.dark(int(stream.id)))
    assert len(service.telegram.in_chat(HIS)) == 1
    await service.store.people.revoke(reader.user, MAIN_SPACE)

    await service.happens(service.dark(int(stream.id)), after_s=30)

    assert len(service.telegram.in_chat(HIS)) == 1
    assert len(service.telegram.in_chat(ADMIN)) == 1


async def test_revoked_persons_board_says_so_and_rests(service: Watching, clock: FakeClock) -> None:
    """His board says once that it is kept up to date no longer, and shows nothing of the team from then on."""
    reader = await otto(service.store)
    assert reader.user is not None
    await service.start()
    board = await service.show(None, HIS, reader=reader)
    await clock.advance(70)
    assert "lofi" in board.text
    await service.store.people.revoke(reader.user, MAIN_SPACE)
    await clock.advance(130)
    assert board.text == "You have no role here any more, so this is not kept up to date."
    assert await service.store.chats.shown() == []


async def test_revoke_forgets_the_private_chat(bot: Bot) -> None:
    """Who is let in again starts anew: his chat asks for no alerts until he says so."""
    await bot.operator.says("/alerts on")
    await bot.in_group(bot.admin).says("/alerts on")
    await bot.admin.says("/revoke Otto")
    chats: list[AlertChat] = await bot.store.chats.of_space(MAIN_SPACE)
    assert [said.chat.chat for said in chats] == ["-55"]


async def test_chat_that_is_given_to_another_team_is_told_of_that_one(bot: Bot, clock: FakeClock) -> None:
    """A group with alerts on that the configuration gives to the club hears of the club from the next start on."""
    here = ChatRef("telegram", CLUB_CHAT, "7")
    stream, _ = await (await furnish(bot.store)).began("s1")
    reader, soon = Reader(None, "en"), clock.now()
    await bot.store.chats.put(AlertChat(here, MAIN_SPACE, wanted=True))
    await bot.store.chats.set_home(Home(stream.id, here))
    await bot.store.outbox.add([NewNote(here, MAIN_SPACE, soon, "StreamEnded", "{}")])
    for one in (None, stream.id):
        await bot.store.chats.show(Shown(here, MAIN_SPACE, one, str(one), reader, operator=True, until=soon))

    await Push(bot.engine, bot.access, clock).place()  # type: ignore[arg-type]  # the facade without FFmpeg

    assert [said.chat for said in await bot.store.chats.of_space(CLUB)] == [here]
    assert [(one.space, one.stream) for one in await bot.store.chats.shown()] == [(CLUB, None)]
    assert await bot.store.chats.home(stream.id) is None
    assert await bot.store.outbox.pending(here) == []


async def test_new_id_of_a_teams_group_is_told_its_admins(bot: Bot, clock: FakeClock) -> None:
    """When a team's group becomes a supergroup, its admins read which id the configuration lacks."""
    push = Push(bot.engine, bot.access, clock)  # type: ignore[arg-type]  # the facade without FFmpeg
    await push.notifier.on_moved(ChatRef("telegram", CLUB_CHAT), ChatRef("telegram", "-1009"))
    await push.notifier.on_moved(ChatRef("telegram", "-55"), ChatRef("telegram", "-1008"))
    boss = ChatRef("telegram", "user:1")
    assert [note.chat for note in await bot.store.outbox.pending(boss)] == [boss]
    told = tell([load(note) for note in await bot.store.outbox.pending(boss)], Words("en"))
    assert text_of(told) == (
        "🟠 The group telegram -100 of club has a new id: -1009. Put it into config.yaml (spaces.club) beside the old "
        "one and restart me; until then orders given there are not club's."
    )


EVENTS = [kind for kind in KINDS.values() if issubclass(kind, Event)]


async def has_run(store: Store, space: SpaceName, at: datetime) -> StreamRecord:
    """A stream of the space runs, named after it, and was started in the space's own chat."""
    stream, _ = await (await furnish(store, space)).began(f"{space}-live", space=space, started_at=at)
    await store.chats.set_home(Home(stream.id, ChatRef("telegram", f"-{space}")))
    return stream


@pytest.mark.parametrize("alerts", [True, False], ids=["alert chats", "homes"])
@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
async def test_no_news_goes_to_another_team(bot: Bot, clock: FakeClock, kind: type[Event], alerts: bool) -> None:
    """Whatever happens in one team is told its own chats and the console, with alert chats and without."""
    own = await has_run(bot.store, MAIN_SPACE, clock.now())
    await has_run(bot.store, CLUB, clock.now())
    for space in (MAIN_SPACE, CLUB) if alerts else ():
        await bot.store.chats.put(AlertChat(ChatRef("telegram", f"-{space}"), space, wanted=True))
    known = {"space": MAIN_SPACE, "at": clock.now(), "stream": own.id}
    event = kind(**{field.name: known.get(field.name) for field in fields(kind)})  # type: ignore[arg-type]  # by name

    found = await Push(bot.engine, bot.access, clock).notifier._routes.find(event)  # type: ignore[arg-type]  # the facade without FFmpeg

    assert found == [CONSOLE_CHAT, ChatRef("telegram", "-main")]


async def test_daily_reports_hold_the_teams_own(bot: Bot, clock: FakeClock) -> None:
    """Of two teams whose streams ran, each reads a report of its own streams alone."""
    for space in (MAIN_SPACE, CLUB):
        await has_run(bot.store, space, clock.now())
        await bot.store.chats.put(AlertChat(ChatRef("telegram", f"-{space}"), space, wanted=True))
    daily = Daily(bot.engine, Readers(bot.store, bot.access), clock, lambda _: None, "08:00")  # type: ignore[arg-type]  # the facade without FFmpeg
    await daily.look()
    await clock.advance(20 * 3600)
    await daily.look()
    for space, other in ((MAIN_SPACE, CLUB), (CLUB, MAIN_SPACE)):
        (note,) = await bot.store.outbox.pending(ChatRef("telegram", f"-{space}"))
        assert f"{space}-live" in note.body
        assert f"{other}-live" not in note.body
