"""Cards and boards stay true: while one looks, at every change, behind alerts, and after a restart of the service."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channel import ChatRef
from bot.i18n import Words
from bot.present.board import board
from bot.present.cards import card
from bot.reply import Text
from core.model import MAIN_SPACE, Actor, StartRequest, StreamId, StreamView
from core.push import Reader, Shown
from tests.bot.pushing import GROUP, OTHER, Pushing
from tests.bot.talk import text_of
from tests.fakes.channel import Message
from tests.fakes.clock import FakeClock


class Watching(Pushing):
    """A service with a file, a destination and somebody who orders."""

    rina: Actor
    ran: tuple[str, ...] = ()  # what the engine finds running when it opens

    async def prepare(self) -> None:
        """Put files, destinations and what runs there."""
        person = await self.store.people.person("telegram", "777", "Rina")
        self.rina = Actor(person.id, "Rina", MAIN_SPACE, "telegram")
        for name in ("lofi", "ngaji"):
            self.engine.library.put(f"{name}.mp4", MAIN_SPACE)
            await self.engine.destinations.add(MAIN_SPACE, f"to-{name}", "youtube", f"key-of-{name}")
        for name in self.ran:
            self.engine.go_live((await self.start(name)).id)

    async def start(self, name: str = "lofi") -> StreamView:
        """Start a stream."""
        return await self.engine.start(self.rina, StartRequest(name, (f"to-{name}",)))

    async def show(
        self, stream: StreamId | None, chat: ChatRef = GROUP, *, pinned: bool = False, reader: Reader | None = None
    ) -> Message:
        """Let an adapter answer with a card, or with the board, which may be to be pinned."""
        words, now = await self.push.cards._tools.readers.words(None), self.clock.now()
        views = await self.engine.views(MAIN_SPACE)
        view = next((view for view in views if view.id == stream), None)
        reply = card(view, words, now) if view else board(views, words, now, copies_fit=3)
        message = await self.telegram.send(chat, reply)
        until = now + timedelta(minutes=10)
        reader = reader or Reader(self.rina.user)
        shown = Shown(chat, MAIN_SPACE, stream, message.message, reader, operator=True, until=until, pinned=pinned)
        await self.push.cards.show(shown, reply)
        return self.telegram.messages[-1]


@pytest.fixture
async def service(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Watching]:
    """A service without alert chats."""
    service = Watching(tmp_path, clock)
    await service.open()
    yield service
    await service.close()
    assert service.telegram.useless == 0


def edits(message: Message) -> int:
    """How often a message was changed."""
    return len(message.said) - 1


async def test_a_card_is_refreshed_for_ten_minutes(service: Watching, clock: FakeClock) -> None:
    """Whoever looks at a card sees its uptime move for ten minutes; then it rests until something happens."""  # P10
    view = await service.start()
    message = await service.show(view.id)
    service.engine.go_live(view.id)
    await clock.advance(300)
    assert "up 0:04:5" in message.text
    await clock.advance(310)
    rested = edits(message)
    assert 30 < rested <= 61

    await clock.advance(3600)
    assert edits(message) == rested
    service.engine.go_dark(view.id)
    service.publish(service.dark(int(view.id)))
    await clock.advance(1)

    assert edits(message) == rested + 1
    assert message.text.startswith("🔴 lofi")


async def test_a_card_follows_its_stream_at_once(service: Watching, clock: FakeClock) -> None:
    """The card turns green with the stream, not at its next turn; the first time it asks to look at the platform."""
    view = await service.start()
    message = await service.show(view.id)
    await clock.advance(1)
    service.engine.go_live(view.id)
    service.publish(service.recovered(service.dark(int(view.id))))
    await clock.advance(1)

    assert message.text.startswith("🟢 lofi → to-lofi · LIVE")
    assert "to-lofi" in message.text.splitlines()[-1]


async def test_a_card_ends_with_its_run(service: Watching, clock: FakeClock) -> None:
    """Long after anybody looked, a card still says how its run ended, and is let go with that."""
    view = await service.start()
    message = await service.show(view.id)
    service.engine.go_live(view.id)
    await clock.advance(7200)
    await service.engine.stop(service.rina, view.id)
    service.publish(service.ended(int(view.id)))
    await clock.advance(1)

    assert "stopped by Rina after 2:00:00" in message.text
    assert await service.store.chats.shown() == []
    assert service.push.cards._kept == {}


async def test_a_board_is_kept_for_ever(service: Watching, clock: FakeClock) -> None:
    """A pinned board is true hours later, worst first, and changes at once where a stream does."""  # P10
    view, other = await service.start(), await service.start("ngaji")
    message = await service.show(None)
    service.engine.go_live(view.id)
    service.engine.go_live(other.id)
    await clock.advance(6 * 3600 + 61)
    assert "lofi → to-lofi · 6:0" in message.text

    service.engine.go_dark(other.id)
    service.publish(service.dark(int(other.id)))
    await clock.advance(1)

    assert message.text.splitlines()[1].startswith("🔴 ngaji")


async def test_a_chat_has_one_board(service: Watching, clock: FakeClock) -> None:
    """A new board takes the place of the chat's old one, which says so instead of what was; another chat's stays."""
    view = await service.start()
    service.engine.go_live(view.id)
    old, elsewhere = await service.show(None), await service.show(None, OTHER)
    await clock.advance(1)
    new = await service.show(None)
    stood = edits(old)
    await clock.advance(600)

    assert edits(old) == stood + 1
    assert (old.text, old.labels) == ("📺 The board is in a newer message below.", [])
    assert edits(new) > 5
    assert edits(elsewhere) > 5


async def test_a_stream_has_one_card_in_a_chat(service: Watching, clock: FakeClock) -> None:
    """An earlier card of the same stream says that there is a newer one, rather than LIVE for ever."""
    view = await service.start()
    service.engine.go_live(view.id)
    old, elsewhere = await service.show(view.id), await service.show(view.id, OTHER)
    await clock.advance(1)
    new = await service.show(view.id)
    await clock.advance(60)

    assert (old.text, old.labels) == ("lofi: its card is in a newer message below.", [])
    assert "LIVE" in new.text
    assert "LIVE" in elsewhere.text


async def test_a_card_says_why_for_each_destination(service: Watching) -> None:
    """Where a stream goes to several places, its card says of each that is dark why it is."""
    names = ("to-lofi", "to-ngaji")
    view = await service.engine.start(service.rina, StartRequest("lofi", names))
    dark = service.engine.go_dark(view.id)
    words = await service.push.cards._tools.readers.words(None)
    lines = [block.text for block in card(dark, words, service.clock.now()).blocks if isinstance(block, Text)]
    why = "YouTube closed the connection (reset)."
    assert lines[1:] == [line for name in names for line in (f"🔴 {name} · dark 0:00:00 · trying again now", why)]


async def test_a_board_offers_to_be_pinned_for_ten_minutes(service: Watching, clock: FakeClock) -> None:
    """Whoever looks at a board may pin it with a press; later the button is out of the way."""
    await service.start()
    board = await service.show(None)
    await clock.advance(60)
    assert "📌 Pin" in board.labels

    await clock.advance(600)

    assert "📌 Pin" not in board.labels


async def test_a_new_board_takes_over_the_pin(service: Watching, clock: FakeClock) -> None:
    """Who pinned the board has the newest one at the top of the chat, also after a restart, and no other."""
    await service.start()
    await service.show(None, pinned=True)
    await service.kill()
    service.ran = ("lofi",)
    await service.open()
    new = await service.show(None)
    await clock.advance(1)

    assert [pin.message for pin in service.telegram.pinned] == [new.id]
    assert "📌 Pin" not in new.labels


async def test_a_pin_that_is_refused_can_be_tried_again(service: Watching, clock: FakeClock) -> None:
    """Where we may not pin, the board keeps its button, for when we may."""
    await service.start()
    service.telegram.may_pin = False
    await service.show(None, pinned=True)
    board, told = service.group
    await clock.advance(1)

    assert told.text == "📌 I may not pin here. Allow me to pin messages, or pin it yourself."
    assert "📌 Pin" in board.labels


async def test_a_pinned_board_that_was_deleted_comes_again(service: Watching, clock: FakeClock) -> None:
    """A slip of the finger does not cost a team its board; who deletes it twice is rid of it."""
    view = await service.start()
    service.engine.go_live(view.id)
    service.telegram.delete(await service.show(None, pinned=True))
    await clock.advance(61)

    (again,) = service.group
    assert again.text.startswith("📺 1 stream")
    assert again.reply.silent
    assert service.telegram.pinned[-1].message == again.id
    assert [shown.message for shown in await service.store.chats.shown()] == [again.id]
    await clock.advance(60)
    assert edits(again) > 0

    service.telegram.delete(again)
    await clock.advance(120)
    assert (service.group, await service.store.chats.shown()) == ([], [])


async def test_edits_keep_to_half_of_what_is_allowed(service: Watching, clock: FakeClock) -> None:
    """However many cards stand in a chat, it is changed at most ten times a minute on Telegram."""
    for name in ("lofi", "ngaji"):
        view = await service.start(name)
        await service.show(view.id)
        service.engine.go_live(view.id)
    await service.show(None)
    for _ in range(100):
        service.publish(service.dark(1), service.dark(2))
        await clock.advance(1)

    times = sorted(at for message in service.group for at in message.at_s[1:])
    assert len(times) > 10
    assert all(later - first >= 60 for first, later in zip(times, times[10:], strict=False))


async def test_topics_of_a_group_share_its_allowance(service: Watching, clock: FakeClock) -> None:
    """Two busy topics take from one allowance, since the platform counts by group: an alert always finds room."""
    for name, thread in (("lofi", "7"), ("ngaji", "8")):
        view = await service.start(name)
        await service.show(view.id, ChatRef("telegram", "-100", thread))
        service.engine.go_live(view.id)
    for _ in range(150):
        service.publish(service.dark(1), service.dark(2))
        await clock.advance(1)

    edited = [message for message in service.telegram.messages if edits(message)]
    times = sorted(at for message in edited for at in message.at_s[1:])
    assert len(edited) == 2
    assert all(later - first >= 60 for first, later in zip(times, times[10:], strict=False))


@pytest.mark.parametrize("thread", ["7", "8"], ids=["the same topic", "another topic"])
async def test_edits_wait_behind_alerts(service: Watching, clock: FakeClock, thread: str) -> None:
    """While a chat is still to be told of trouble, its cards wait, so that they never take an alert's place."""
    await service.subscribe()
    view = await service.start()
    message = await service.show(view.id, ChatRef("telegram", "-100", thread))
    service.engine.go_live(view.id)
    service.telegram.away = True
    await service.happens(service.dark(5))
    tries = len(service.telegram.tries)
    await clock.advance(600)
    assert len(service.telegram.tries) - tries < 20
    service.telegram.away = False
    await clock.advance(61)

    (alert,) = [one for one in service.group if one is not message]
    assert alert.at_s[0] <= min(at for at in message.at_s[1:])


async def test_a_mute_holds_back_alerts_and_nothing_else(service: Watching, clock: FakeClock) -> None:
    """Whoever muted a chat for the night still finds the board true there, however much he is to be told after it."""
    await service.subscribe(muted_until=clock.now() + timedelta(hours=2))
    view = await service.start()
    board = await service.show(None)
    service.engine.go_live(view.id)
    await service.happens(service.dark(5))
    await clock.advance(3660)

    assert service.group == [board]
    assert "🟢 lofi → to-lofi · 1:00:" in board.text
    assert edits(board) > 50


async def test_nothing_is_sent_where_nothing_changed(service: Watching, clock: FakeClock) -> None:
    """A board whose words are the same is not sent again."""
    message = await service.show(None)
    await clock.advance(3600)
    assert edits(message) == 0


async def test_a_restart_takes_cards_and_boards_up_again(service: Watching, clock: FakeClock) -> None:
    """After a kill -9 and a new start, the same messages go on."""
    view = await service.start()
    message, pinned = await service.show(view.id), await service.show(None)
    await clock.advance(1)
    await service.kill()
    service.ran = ("lofi",)
    await service.open()
    await clock.advance(120)

    assert message.text.startswith("🟢 lofi")
    assert "🟢 lofi" in pinned.text


async def test_a_deleted_message_is_let_go(service: Watching, clock: FakeClock) -> None:
    """Where somebody deleted a card, nothing is sent any more, and the chat's other messages go on."""
    view = await service.start()
    service.engine.go_live(view.id)
    gone, pinned = await service.show(view.id), await service.show(None)
    service.telegram.delete(gone)
    await clock.advance(120)

    assert [shown.stream for shown in await service.store.chats.shown()] == [None]
    assert edits(pinned) > 0


async def test_a_forgotten_stream_s_card_is_let_go(service: Watching, clock: FakeClock) -> None:
    """The card of a stream that was removed is left as it was."""
    view = await service.start()
    await service.show(view.id)
    await service.engine.stop(service.rina, view.id)
    await service.engine.forget(service.rina, view.id)
    await clock.advance(30)
    assert await service.store.chats.shown() == []


async def test_a_card_that_cannot_be_made_is_given_up(service: Watching, clock: FakeClock) -> None:
    """A fault in one card is logged a few times and not for ever; the board beside it goes on."""
    view = await service.start()
    service.engine.go_live(view.id)
    await service.show(view.id)
    service.engine._streams[view.id].view = replace(view, outputs=None)  # type: ignore[arg-type]  # the fault
    await clock.advance(600)
    assert await service.store.chats.shown() == []


@pytest.mark.parametrize(("language", "told"), [("en", "3.0 % sent twice"), ("id", "3,0 % dikirim ulang")])
async def test_a_line_that_loses_shows(service: Watching, language: str, told: str) -> None:
    """What had to be sent again stands on the card where it is more than a little: a bad line, before it is too bad."""
    view = service.engine.go_live((await service.start()).id)
    shown: dict[float | None, str] = {}
    for loss in (None, 0.009, 0.03):
        lossy = replace(view, outputs=tuple(replace(output, loss=loss) for output in view.outputs))
        shown[loss] = text_of(card(lossy, Words(language), service.clock.now()))
    assert shown[None] == shown[0.009]
    assert told in shown[0.03]
