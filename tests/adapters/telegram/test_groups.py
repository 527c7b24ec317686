"""Groups: who is meant, who may, and what others need not read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from core.model import MAIN_SPACE
from tests.fakes.wait import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.adapters.telegram.rig import Club
    from tests.fakes.telegram_api import Chat


async def is_quiet(club: Club, chat: Chat) -> bool:
    """Whether the bot said nothing here, known once it has answered somebody elsewhere."""
    before = len(club.telegram.messages(chat))
    await club.says(club.boss, "/whoami")
    return len(club.telegram.messages(chat)) == before


@pytest.mark.parametrize(
    "order", ["/stop@streambro_bot\nlofi", "/stop@streambro_bot lofi", "/stop lofi", "@Streambro_bot stop lofi"]
)
async def test_order_in_a_group_is_carried_out(club: Club, order: str) -> None:
    """In a group an order is a command, with or without the bot's name, or words behind the bot's name."""
    group = club.group(bot_rights=["can_delete_messages"])
    await club.says(club.operator, "/startstream lofi youtube", group)

    seen = await club.says(club.operator, order, group)

    assert seen.text.startswith("⚪ lofi")
    assert seen.reply_to is not None
    assert seen.reply_to.text == order


@pytest.mark.parametrize("talk", ["/stop@other_bot lofi", "stop lofi", "let us /stop lofi", "@other_bot stop lofi"])
async def test_talk_of_a_group_is_left_alone(club: Club, talk: str) -> None:
    """What people say to each other, or to another bot, is no order, even where the bot reads everything."""
    group = club.group(bot_rights=["can_delete_messages"])
    await club.says(club.operator, "/startstream lofi youtube", group)

    await club.telegram.say(club.operator, group, talk)
    await club.says(club.operator, "/status lofi", group)

    assert [asked.text for asked in club.listener.asked] == ["/startstream lofi youtube", "/status lofi"]


async def test_topic_is_answered_in_the_topic(club: Club) -> None:
    """In a forum the answer stands where the question was asked, and the bot knows the topic as the chat's thread."""
    forum = club.group(threads={7: "streams"})

    seen = await club.says(club.operator, "/streams", forum, thread=7)

    assert seen.thread == 7
    assert club.listener.asked[-1].chat.thread == "7"
    await club.telegram.press(club.operator, seen, "status #1", forged=True)
    await eventually(lambda: club.listener.asked[-1].pressed, "the press")
    assert club.listener.asked[-1].chat.thread == "7"


@pytest.mark.parametrize("chat", ["itself", "channel"])
async def test_anonymous_orders_are_sent_back(club: Club, chat: str) -> None:
    """An order of an anonymous admin or of a channel changes nothing: nobody knows whose it is, and it is said so."""
    group = club.group()
    writer = group if chat == "itself" else club.telegram.channel(-1_000_000_000_900, "News")

    seen = await club.says(club.admin, "/startstream lofi youtube", group, sender_chat=writer)

    assert seen.text == "I take orders from persons only. Write as yourself, not as a group, a channel or a bot."
    assert club.listener.asked == []


async def test_order_posted_in_a_channel_is_sent_back(club: Club) -> None:
    """An order that is written as a channel's post is answered with how to give it; its other posts are left alone."""
    channel = club.telegram.channel(-1_000_000_000_901, "News")
    channel.bot_status, channel.bot_rights = "administrator", {"can_post_messages"}

    await club.telegram.say(club.admin, channel, "good morning", sender_chat=channel)
    seen = await club.says(club.admin, "/stop", channel, sender_chat=channel)

    assert "from persons only" in seen.text
    assert len(club.telegram.messages(channel)) == 1
    assert club.listener.asked == []


async def test_bot_is_sent_back(club: Club) -> None:
    """Another bot can't give orders."""
    group = club.group()
    robot = club.telegram.user(55, "Robot", "robot_bot", is_bot=True)

    assert "from persons only" in (await club.says(robot, "/stop lofi", group)).text
    assert club.listener.asked == []


async def test_anonymous_talk_is_left_alone(club: Club) -> None:
    """An anonymous admin who speaks to others, or to another bot, is not lectured."""
    group = club.group(bot_rights=["can_delete_messages"])

    await club.telegram.say(club.admin, group, "good morning", sender_chat=group)
    await club.telegram.say(club.admin, group, "/weather", sender_chat=group)
    await club.telegram.say(club.admin, group, "/stop", sender_chat=group)

    await club.telegram.wait_message(group, "from persons only")
    assert len(club.telegram.messages(group)) == 1


@pytest.mark.parametrize(("how", "told"), [("edited", "edited"), ("forwarded", "forwarded")])
async def test_only_new_words_of_ones_own_are_orders(club: Club, how: str, told: str) -> None:
    """An edited or forwarded /stop stops nothing, and whoever sent it learns why."""
    fields: dict[str, Any] = {how: True}
    seen = await club.says(club.operator, "/stop all", **fields)

    assert told in seen.text
    assert club.listener.asked == []


async def test_edited_talk_is_left_alone(club: Club) -> None:
    """Who corrects a word in a chat is not told about orders."""
    await club.telegram.say(club.operator, club.chat_of(club.operator), "helo", edited=True)

    assert await is_quiet(club, club.chat_of(club.operator))


async def test_stranger_is_not_answered_in_a_group(club: Club) -> None:
    """A stranger's order in a group causes no talk there."""
    group = club.group()

    await club.telegram.say(club.stranger, group, "/streams")

    assert await is_quiet(club, group)


async def test_what_is_for_one_goes_to_his_own_chat(club: Club) -> None:
    """An invitation asked for in a group is not shown to the group: its code would let anybody in."""
    group = club.group()

    seen = await club.telegram.say(club.admin, group, "/invite admin")
    own = await club.telegram.wait_message(club.chat_of(club.admin), "/claim")

    assert own.text.count("/claim") == 1
    assert await is_quiet(club, group), seen


async def test_who_has_no_chat_with_the_bot_is_shown_the_way(club: Club) -> None:
    """Where the bot can't write in private, the group is told where to ask, with a button that leads there."""
    group = club.group()
    club.telegram.block(club.viewer)

    seen = await club.says(club.viewer, "/whoami", group)

    assert seen.text == "I answer that in private only. Open our chat and ask me there."
    assert [button.url for row in seen.keyboard for button in row] == ["https://t.me/streambro_bot"]


async def test_others_buttons_are_refused_in_a_note(club: Club) -> None:
    """Who may not press a button is told so in a note for him alone; the card stays as it is."""
    group = club.group()
    card = await club.says(club.operator, "/startstream lofi youtube", group)
    before = card.text

    note = await club.presses(club.viewer, card, "Stop")

    assert "operator" in note
    assert card.text == before
    assert len(club.telegram.messages(group)) == 1


async def test_strangers_press_changes_nothing(club: Club) -> None:
    """A stranger's press is answered, so that his button does not spin, and does nothing."""
    group = club.group()
    card = await club.says(club.operator, "/startstream lofi youtube", group)

    assert await club.presses(club.stranger, card, "Stop") == ""
    assert card.text.startswith("🟡")


async def test_refusal_does_not_wipe_out_a_question(club: Club) -> None:
    """Somebody else's press on a picker leaves it to whoever was asked."""
    group = club.group()
    picker = await club.says(club.operator, "/startstream", group)

    await club.presses(club.viewer, picker, "lofi")

    assert picker.text == "What shall go live?"


async def test_log_asked_for_in_a_group_comes_in_private(club: Club) -> None:
    """[Logs] on a card in a group sends the lines to whoever pressed, and tells him so."""
    group = club.group()
    card = await club.says(club.operator, "/startstream lofi youtube", group)

    note = await club.presses(club.viewer, card, "Logs")

    assert note == "I sent it to you in our private chat."
    assert "second line" in club.telegram.messages(club.chat_of(club.viewer))[-1].text
    assert len(club.telegram.messages(group)) == 1


async def test_button_of_an_ended_run_is_refused(club: Club) -> None:
    """[Stop] on yesterday's card does not stop today's run."""
    card = await club.says(club.operator, "/startstream lofi youtube")
    old_stop = card.button("Stop").data
    await club.says(club.operator, "/stop lofi")
    await club.says(club.operator, "/startstream lofi youtube")
    chat = club.chat_of(club.operator)
    before = len(club.telegram.messages(chat))

    press = await club.telegram.press(club.operator, card, str(old_stop), forged=True)
    await club.telegram.wait_answered(press)

    assert [view.running for view in await club.bot.engine.views(MAIN_SPACE)] == [True]
    assert "over" in (await club.next_message(chat, before)).text


@pytest.fixture(autouse=True)
def _nothing_refused(club: Club) -> Iterator[None]:
    """No request may break a rule of the platform, bar those to who blocked the bot."""
    yield
    assert [it for it in club.telegram.refused if it.status != 403] == []
