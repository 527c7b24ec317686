"""What is remembered for telling people unasked: it moves with its chat, and ends with it or with its stream."""

from datetime import timedelta

import pytest

from core.model import MAIN_SPACE, SpaceName, StreamId
from core.push import AlertChat, ChatRef, Home, Level, NewNote, Reader, Shown
from core.store import Store
from tests.fakes.stores import NOON, Furnished

GROUP = ChatRef("telegram", "-100", "7")
SUPERGROUP = ChatRef("telegram", "-1001", "7")
CLUB = SpaceName("club")


def note(about: str | None = None, chat: ChatRef = GROUP, after_s: float = 0) -> NewNote:
    """Return something to tell."""
    return NewNote(chat, MAIN_SPACE, NOON + timedelta(seconds=after_s), "StreamEnded", "{}", about)


def card(stream: StreamId | None, message: str = "5") -> Shown:
    """Return a message that is kept up to date."""
    return Shown(GROUP, MAIN_SPACE, stream, message, Reader(None, "id"), operator=True, until=NOON)


async def test_what_a_chat_said_is_kept_whole(store: Store) -> None:
    """All that a chat said about alerts is there again after a restart, for its own team."""
    said = AlertChat(
        GROUP, MAIN_SPACE, Reader(None, "id", zone="UTC"), True, Level.PROBLEMS, NOON, (1320, 360), True, 480, NOON
    )
    await store.chats.put(said)
    assert await store.chats.find(GROUP) == said
    assert await store.chats.of_space(MAIN_SPACE) == [said]
    assert await store.chats.of_space(CLUB) == []
    assert await store.chats.reader(GROUP) == said.reader
    assert await store.chats.find(SUPERGROUP) is None


async def test_all_of_a_chat_moves_but_its_messages(home: Furnished) -> None:
    """A group that became another keeps alerts, streams and what it was to be told; its old messages are let go."""
    store, (stream, _) = home.store, await home.began()
    await store.chats.put(AlertChat(GROUP, MAIN_SPACE, wanted=True))
    await store.chats.set_home(Home(stream.id, GROUP))
    await store.chats.show(card(stream.id))
    await store.outbox.add([note()])

    await store.chats.move(GROUP, SUPERGROUP)

    assert (await store.chats.find(SUPERGROUP), await store.chats.find(GROUP)) == (
        AlertChat(SUPERGROUP, MAIN_SPACE, wanted=True),
        None,
    )
    assert await store.chats.home(stream.id) == Home(stream.id, SUPERGROUP)
    assert await store.chats.homes(MAIN_SPACE) == [Home(stream.id, SUPERGROUP)]
    assert await store.outbox.waiting() == [SUPERGROUP]
    assert await store.chats.shown() == []


async def test_a_move_to_where_alerts_are_asked_for_keeps_those(store: Store) -> None:
    """Where the new chat said something itself, that holds."""
    theirs = AlertChat(SUPERGROUP, MAIN_SPACE, wanted=False)
    await store.chats.put(AlertChat(GROUP, MAIN_SPACE, wanted=True))
    await store.chats.put(theirs)
    await store.chats.move(GROUP, SUPERGROUP)
    assert await store.chats.of_space(MAIN_SPACE) == [theirs]


async def test_a_forgotten_stream_has_no_home(home: Furnished) -> None:
    """With a stream goes what was remembered of its chat; one that is gone already gets none."""
    stream, _ = await home.began()
    await home.store.chats.set_home(Home(stream.id, GROUP))
    await home.store.streams.forget(stream.id, NOON)
    await home.store.chats.set_home(Home(stream.id, GROUP))
    assert await home.store.chats.home(stream.id) is None


@pytest.mark.parametrize("stream", [StreamId(3), None], ids=["card", "board"])
async def test_a_newer_card_takes_the_place_of_the_old(store: Store, stream: StreamId | None) -> None:
    """A chat has one card a stream and one board; letting the old one go does not touch the new one."""
    await store.chats.show(card(stream, "5"))
    await store.chats.show(card(stream, "6"))
    await store.chats.let_go(card(stream, "5"))
    assert await store.chats.shown() == [card(stream, "6")]
    await store.chats.let_go(card(stream, "6"))
    assert await store.chats.shown() == []


async def test_notes_wait_in_order_until_told(store: Store) -> None:
    """What happened first is told first, and what was told is found again by what it was about."""
    await store.outbox.add([note("a"), note("b"), note("c", SUPERGROUP)])
    first, second = await store.outbox.pending(GROUP)
    assert (first.about, second.about) == ("a", "b")
    await store.outbox.deliver([first.id, second.id], "77", NOON)

    assert await store.outbox.pending(GROUP) == []
    later = NOON + timedelta(seconds=1)
    assert [one.about for one in await store.outbox.told(GROUP, ["a"], later)] == ["a", "b"]
    assert await store.outbox.told(GROUP, ["c"], later) == []
    assert await store.outbox.waiting() == [SUPERGROUP]


async def test_what_a_closed_chat_was_to_be_told_goes_elsewhere(store: Store) -> None:
    """Each of the others gets all of it, in order; without any it is dropped."""
    await store.outbox.add([note("a"), note("b")])
    await store.outbox.send_elsewhere(GROUP, [SUPERGROUP])
    assert [one.about for one in await store.outbox.pending(SUPERGROUP)] == ["a", "b"]
    await store.outbox.send_elsewhere(SUPERGROUP, [])
    assert await store.outbox.waiting() == []


async def test_the_outbox_is_bounded(store: Store) -> None:
    """Told notes fall off by age, and the oldest of all by number."""
    await store.outbox.add([note(str(number)) for number in range(5)])
    told = await store.outbox.pending(GROUP)
    await store.outbox.deliver([told[0].id], "1", NOON)
    assert await store.outbox.prune(NOON + timedelta(seconds=1)) == 1
    assert await store.outbox.prune(NOON, keep=2) == 2
    assert [one.about for one in await store.outbox.pending(GROUP)] == ["3", "4"]
