"""What the bot says unasked: each way in which a chat can be closed, moved or busy is told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.telegram.pace import Rates
from bot.channel import (
    CantPin,
    ChannelAway,
    ChannelError,
    ChatGone,
    ChatMoved,
    ChatRef,
    MessageGone,
    MessageRef,
    private_chat,
)
from bot.reply import Button, Code, File, Picture, Reply, Text, say
from core.model import RunId, StreamId
from tests.adapters.telegram.rig import Club
from tests.fakes.telegram_api import FakeTelegram
from tests.fakes.test_telegram_api.client import png

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bot.talk import Bot
    from tests.fakes.clock import FakeClock
    from tests.fakes.telegram_api import Chat


def ref(chat: Chat, thread: str = "") -> ChatRef:
    """A chat as the bot calls it."""
    return ChatRef("telegram", str(chat.id), thread)


def card(text: str) -> Reply:
    """A stream's card."""
    return Reply((Text(text, strong=True),), ((Button("Stop", "stop #1", RunId(1)),),), card=StreamId(1))


async def test_alert_arrives_with_its_buttons_and_silently_where_asked(club: Club) -> None:
    """A push stands in the chat as it was said, with a sound unless it is to be silent."""
    chat = club.chat_of(club.viewer)

    await club.channel.send(ref(chat), Reply((Text("dark"),), ((Button("Stop", "stop #1", RunId(7)),),), silent=True))

    (seen,) = club.telegram.messages(chat)
    assert (seen.text, seen.silent, seen.keyboard[0][0].data) == ("dark", True, "stop #1|7")


async def test_person_is_written_to_by_id(club: Club) -> None:
    """An admin of whom only the id is known is told in the private chat, and the message can be edited there."""
    message = await club.channel.send(private_chat("telegram", "2"), say("hello"))
    await club.channel.edit(message, say("good bye"))

    assert message.chat == ref(club.chat_of(club.viewer))
    assert [seen.text for seen in club.telegram.messages(club.chat_of(club.viewer))] == ["good bye"]


async def test_card_is_edited_in_place_and_only_on_change(club: Club) -> None:
    """A card changes where it stands; one that shows the same already costs no request."""
    chat = club.chat_of(club.viewer)
    message = await club.channel.send(ref(chat), card("starting"))

    await club.channel.edit(message, card("live"))
    await club.channel.edit(message, card("live"))

    assert [seen.text for seen in club.telegram.messages(chat)] == ["live"]
    assert len(club.telegram.calls("editMessageText")) == 1


async def test_board_is_pinned_where_the_bot_may(club: Club) -> None:
    """A message is pinned in a group whose admins allow it; where they don't that is told apart from a closed chat."""
    allowed = club.group(bot_rights=["can_pin_messages"])
    pinned = await club.channel.send(ref(allowed), say("board"))
    await club.channel.pin(pinned)
    assert [str(message.id) for message in allowed.pinned] == [pinned.message]
    assert [call.params["disable_notification"] for call in club.telegram.calls("pinChatMessage")] == ["true"]
    await club.channel.unpin(pinned)
    assert allowed.pinned == []

    other = await club.channel.send(ref(club.group(-1_000_000_000_056)), say("board"))
    with pytest.raises(CantPin):
        await club.channel.pin(other)
    private = await club.channel.send(private_chat("telegram", "2"), say("board"))
    await club.channel.pin(private)
    assert len(club.chat_of(club.viewer).pinned) == 1
    await club.channel.unpin(private)
    assert club.chat_of(club.viewer).pinned == []


async def test_unchanged_message_is_no_error(telegram: FakeTelegram, bot: Bot, clock: FakeClock) -> None:
    """After a restart nobody knows what a card shows: that it shows the same already is no fault."""
    club, reborn = Club(telegram, bot, clock), Club(telegram, bot, clock)
    async with club.running():
        message = await club.channel.send(ref(club.chat_of(club.viewer)), card("live"))

    async with reborn.running():
        await reborn.channel.edit(message, card("live"))

    assert "message is not modified" in telegram.refused[-1].description


async def test_deleted_card_is_gone(club: Club) -> None:
    """A card that somebody deleted is told as gone, so that a new one is sent."""
    chat = club.chat_of(club.viewer)
    message = await club.channel.send(ref(chat), card("live"))
    chat.messages[int(message.message)].deleted = True

    with pytest.raises(MessageGone):
        await club.channel.edit(message, card("over"))


async def test_picture_and_log_arrive_as_such(club: Club) -> None:
    """A snapshot is a photo, a long log a document, and a picture that Telegram can't show a document too."""
    chat = club.chat_of(club.viewer)

    for block in (Picture(png(640, 360), "a.png", "now"), Code("line\n" * 2000, "lofi.txt"), File(b"x", "b.txt")):
        await club.channel.send(ref(chat), Reply((block,)))
    await club.channel.send(ref(chat), Reply((Picture(b"no picture", "c.png", "odd"),)))

    media = [seen.media for seen in club.telegram.messages(chat)]
    assert [(it.kind, it.name) for it in media if it] == [
        ("photo", "a.png"),
        ("document", "lofi.txt"),
        ("document", "b.txt"),
        ("document", "c.png"),
    ]


async def test_blocked_bot_learns_that_the_chat_is_gone(club: Club) -> None:
    """Who blocked the bot, threw it out or deleted the topic is not written to again."""
    club.telegram.block(club.viewer)
    group, forum = club.group(), club.group(-1_000_000_000_056, threads={7: "streams"})
    club.telegram.kick(group)

    nobody = ChatRef("telegram", "12345")
    for chat in (ref(club.chat_of(club.viewer)), ref(group), ref(forum, "9"), nobody):
        with pytest.raises(ChatGone):
            await club.channel.send(chat, say("hello"))


async def test_upgraded_group_is_followed(club: Club) -> None:
    """A group that became a supergroup is told with its new id, so that its alerts go on there."""
    group = club.telegram.group(-55, "Club", [club.admin])
    new = club.telegram.upgrade_group(group)

    with pytest.raises(ChatMoved) as moved:
        await club.channel.send(ref(group), say("hello"))

    assert moved.value.chat == ref(new)


async def test_busy_platform_says_for_how_long(club: Club) -> None:
    """A 429 tells how long to wait; a failure or a hang-up that it may pass."""
    chat = ref(club.chat_of(club.viewer))
    club.telegram.fail("sendMessage", 429, retry_after_s=17)
    with pytest.raises(ChannelAway) as away:
        await club.channel.send(chat, say("hello"))
    assert away.value.retry_after_s == 17

    await club.clock.advance(17)
    troubles: list[Callable[[], object]] = [
        lambda: club.telegram.fail("sendMessage", 502),
        lambda: club.telegram.drop("sendMessage", 1),
    ]
    for trouble in troubles:
        trouble()
        with pytest.raises(ChannelAway) as away:
            await club.channel.send(chat, say("hello"))
        assert away.value.retry_after_s is None


async def test_refused_request_is_no_outage(club: Club) -> None:
    """What will never be taken is told as a failure, not as something to try again."""
    club.telegram.fail("sendMessage", 400, description="Bad Request: something new")

    with pytest.raises(ChannelError) as told:
        await club.channel.send(ref(club.chat_of(club.viewer)), say("hello"))

    assert not isinstance(told.value, ChannelAway | ChatGone | MessageGone)


async def test_second_part_is_tried_again_alone(telegram: FakeTelegram, bot: Bot, clock: FakeClock) -> None:
    """When a long message breaks off in the middle, it is finished, and its beginning is not said twice."""
    club = Club(telegram, bot, clock, Rates(chat_burst=1))
    chat = club.chat_of(club.viewer)

    async def talk() -> None:
        await club.channel.send(ref(chat), say("\n".join(["x" * 90] * 60)))

    async with club.running(), club.beside(talk()):
        await telegram.wait_message(chat, "x")
        telegram.fail("sendMessage", 500, times=2)
        await club.in_time(lambda: len(telegram.messages(chat)) == 2)

    assert sum(message.text.count("x") for message in telegram.messages(chat)) == 60 * 90


@pytest.mark.parametrize("place", ["private", "group"])
async def test_pace_is_kept(bot: Bot, clock: FakeClock, place: str) -> None:
    """However much there is to say, no message is sent faster than a chat may be written to, and none is lost."""
    async with FakeTelegram(clock=lambda: clock.now().timestamp()) as telegram:
        club = Club(telegram, bot, clock, Rates())
        chat = club.chat_of(club.viewer) if place == "private" else club.group()
        said: list[MessageRef] = []

        async def talk() -> None:
            said.extend([await club.channel.send(ref(chat), say(f"{number}")) for number in range(45)])

        async with club.running(), club.beside(talk()):
            await club.in_time(lambda: len(said) == 45)

    assert [seen.text for seen in telegram.messages(chat)] == [str(number) for number in range(45)]
    assert telegram.refused == []


async def test_many_chats_at_once_keep_the_overall_pace(bot: Bot, clock: FakeClock) -> None:
    """A push to a hundred chats stays below what the platform allows a bot in a second."""
    async with FakeTelegram(clock=lambda: clock.now().timestamp()) as telegram:
        club = Club(telegram, bot, clock, Rates())
        chats = [telegram.private_chat(telegram.user(1000 + n, f"P{n}")) for n in range(100)]

        async def talk(chat: Chat) -> None:
            await club.channel.send(ref(chat), say("hello"))

        async with club.running(), club.beside(*map(talk, chats)):
            await club.in_time(lambda: all(map(telegram.messages, chats)))

    assert telegram.refused == []


def test_names_of_one_chat_share_its_allowance(club: Club) -> None:
    """Topics count with their group, and a person's private chat is one, by whichever name it is written to."""
    group = ChatRef("telegram", "-100")
    assert club.channel.allowance_of(ChatRef("telegram", "-100", "7")) == group
    assert club.channel.allowance_of(private_chat("telegram", "2")) == ChatRef("telegram", "2")


def test_edits_take_half_of_what_a_group_allows(club: Club) -> None:
    """Cards leave room for alerts: half of Telegram's 20 a minute."""
    assert club.channel.edits_per_minute == 10
