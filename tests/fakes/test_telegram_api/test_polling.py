"""Updates: that what people do reaches the bot, once, and that its answers reach them."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import Conflict
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes

from tests.fakes.test_telegram_api.client import a_bot, buttons, keyboard

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from telegram import Bot
    from telegram.ext import BaseHandler

    from tests.fakes.telegram_api import Chat, FakeTelegram, User
    from tests.fakes.test_telegram_api.client import Clock

Context = ContextTypes.DEFAULT_TYPE


@asynccontextmanager
async def polling(bot: Bot, *handlers: BaseHandler[Any, Any, Any]) -> AsyncIterator[None]:
    """Run a real application, as the service does, until the test has seen enough."""
    app = Application.builder().bot(bot).build()
    app.add_handlers(handlers)
    assert app.updater is not None
    async with app:
        await app.updater.start_polling()
        await app.start()
        yield
        await app.updater.stop()
        await app.stop()


async def greet(update: Update, context: Context) -> None:
    """Answer /start in HTML with a button that bears the first argument."""
    assert update.message is not None
    assert context.args is not None
    button = InlineKeyboardButton("Again", callback_data=context.args[0])
    await update.message.reply_html("<b>Hello</b>", reply_markup=InlineKeyboardMarkup([[button]]))


async def repeat(update: Update, _: Context) -> None:
    """Answer a press and show what was on the button."""
    assert update.callback_query is not None
    await update.callback_query.answer("As you wish")
    await update.callback_query.edit_message_text(f"You pressed {update.callback_query.data}")


async def test_message_and_press_are_answered(telegram: FakeTelegram, bot: Bot, rina: User, chat: Chat) -> None:
    """What a person types and presses reaches the handlers, and she sees what they answer."""
    async with polling(bot, CommandHandler("start", greet), CallbackQueryHandler(repeat)):
        await telegram.say(rina, chat, "/start now")
        hello = await telegram.wait_message(chat, "Hello")
        assert (hello.text, hello.source, hello.labels) == ("Hello", "<b>Hello</b>", ["Again"])

        press = await telegram.press(rina, hello, "Again")
        assert await telegram.wait_answered(press) == "As you wish"
        assert await telegram.wait_message(chat, "You pressed now") is hello

    assert hello.labels == []
    assert [version.text for version in hello.versions] == ["Hello"]
    assert (telegram.unanswered(), telegram.pending, telegram.refused) == ([], [], [])


async def test_waiting_in_vain_says_what_was_there(telegram: FakeTelegram, bot: Bot, chat: Chat) -> None:
    """A test that waits for the wrong message learns what the bot said instead."""
    await bot.send_message(chat.id, "something else")

    with pytest.raises(AssertionError, match="something else"):
        await telegram.wait_message(chat, "wanted", timeout_s=0.01)


async def test_confirmed_updates_never_come_again(telegram: FakeTelegram, bot: Bot, rina: User, chat: Chat) -> None:
    """An update is given again and again until the next offset confirms it, and then no more."""
    for text in ("one", "two", "three"):
        await telegram.say(rina, chat, text)

    first = await bot.get_updates(limit=2)
    assert [update.message and update.message.text for update in first] == ["one", "two"]
    assert await bot.get_updates(limit=2) == first
    rest = await bot.get_updates(offset=first[-1].update_id + 1)
    assert [update.message and update.message.text for update in rest] == ["three"]
    assert await bot.get_updates() == rest
    assert await bot.get_updates(offset=rest[0].update_id + 1) == ()


async def test_negative_offset_keeps_the_newest(telegram: FakeTelegram, bot: Bot, rina: User, chat: Chat) -> None:
    """A bot can skip all but the last updates, and drop them all."""
    for text in ("one", "two", "three"):
        await telegram.say(rina, chat, text)

    (last,) = await bot.get_updates(offset=-1)
    assert last.message is not None
    assert last.message.text == "three"
    await bot.delete_webhook(drop_pending_updates=True)
    assert telegram.pending == []


async def test_updates_wait_a_day(telegram: FakeTelegram, bot: Bot, rina: User, chat: Chat, clock: Clock) -> None:
    """What was said while the bot was away for a day is there, dated as it was said; later it is gone."""
    said_s = clock.now_s
    await telegram.say(rina, chat, "/stop lofi")

    clock.now_s += 24 * 3600
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert update.message.date.timestamp() == said_s
    clock.now_s += 1
    assert await bot.get_updates() == ()


async def test_long_poll_wakes_for_a_message(telegram: FakeTelegram, bot: Bot, rina: User, chat: Chat) -> None:
    """A message reaches a waiting bot at once."""
    waiting = asyncio.create_task(bot.get_updates(timeout=50))
    await telegram.wait_until(lambda: telegram.is_polled)

    await telegram.say(rina, chat, "hi")

    assert len(await waiting) == 1


async def test_second_poller_ends_the_first(telegram: FakeTelegram, bot: Bot, rina: User, chat: Chat) -> None:
    """Of two services with one token the one that polled first is told so, and the other gets the message."""
    first = asyncio.create_task(bot.get_updates(timeout=50))
    await telegram.wait_until(lambda: telegram.is_polled)

    async with a_bot(telegram) as other:
        second = asyncio.create_task(other.get_updates(timeout=50))
        with pytest.raises(Conflict, match="terminated by other getUpdates request"):
            await first
        await telegram.say(rina, chat, "hi")
        assert len(await second) == 1
    assert [(it.method, it.status) for it in telegram.refused] == [("getUpdates", 409)]


async def test_poller_that_hung_up_is_no_second_one(telegram: FakeTelegram, bot: Bot, rina: User, chat: Chat) -> None:
    """A service that was killed while it polled does not stand in its successor's way."""
    first = asyncio.create_task(bot.get_updates(timeout=50))
    await telegram.wait_until(lambda: telegram.is_polled)
    first.cancel()
    await telegram.wait_until(lambda: not telegram.is_polled)

    await telegram.say(rina, chat, "hi")
    assert len(await bot.get_updates(timeout=50)) == 1
    assert telegram.refused == []


async def test_bot_gets_only_the_kinds_that_it_asked_for(
    telegram: FakeTelegram, bot: Bot, rina: User, chat: Chat
) -> None:
    """A bot that asks for presses alone is told of nothing else, until it asks for everything again."""
    sent = await bot.send_message(chat.id, "x", reply_markup=keyboard(buttons(1)))
    await bot.get_updates(allowed_updates=["callback_query"])

    await telegram.say(rina, chat, "hi")
    await telegram.press(rina, chat.messages[sent.message_id], "B")
    (update,) = await bot.get_updates(allowed_updates=[])
    assert update.callback_query is not None
    telegram.block(rina)
    last = (await bot.get_updates())[-1]
    assert last.my_chat_member is not None
    assert last.my_chat_member.new_chat_member.status == "kicked"


async def test_what_is_no_new_order_of_a_person_is_marked(telegram: FakeTelegram, bot: Bot, rina: User) -> None:
    """Edits, forwards, channels, bots, anonymous administrators and topics are marked as on the real platform."""
    group = telegram.group(-1_000_000_000_001, "Club", [rina], threads={7: "Alerts"})
    robot, channel = telegram.user(5, "Robot", is_bot=True), telegram.channel(-1_000_000_000_009, "News")
    await telegram.say(rina, group, "/stop", edited=True)
    await telegram.say(rina, group, "/stop", forwarded=True)
    await telegram.say(rina, group, "/stop", sender_chat=group)
    await telegram.say(rina, group, "/stop", sender_chat=channel)
    await telegram.say(robot, group, "/stop", thread=7)

    edit, *rest = await bot.get_updates()
    assert edit.message is None
    assert edit.edited_message is not None
    forward, anonymous, posted, by_robot = [update.message for update in rest]
    assert forward is not None
    assert forward.forward_origin is not None
    assert anonymous is not None
    assert (anonymous.sender_chat, anonymous.from_user and anonymous.from_user.id) == (anonymous.chat, 1087968824)
    assert posted is not None
    assert posted.sender_chat is not None
    assert posted.sender_chat.type == "channel"
    assert by_robot is not None
    assert by_robot.from_user is not None
    assert (by_robot.from_user.is_bot, by_robot.message_thread_id, by_robot.is_topic_message) == (True, 7, True)


async def test_commands_are_marked_as_entities(telegram: FakeTelegram, bot: Bot, rina: User, chat: Chat) -> None:
    """A typed command is an entity, whatever stands before it, and a path or an address is none."""
    await telegram.say(rina, chat, "\N{PARTY POPPER} /stop@streambro_bot lofi /home/me a/b me@home.example @rina")

    (update,) = await bot.get_updates()
    assert update.message is not None
    found = [(it.type, update.message.parse_entity(it)) for it in update.message.entities]
    assert found == [("bot_command", "/stop@streambro_bot"), ("mention", "@rina")]


async def test_privacy_mode_keeps_talk_from_the_bot(telegram: FakeTelegram, bot: Bot, rina: User) -> None:
    """In a group a bot hears commands and replies to itself; as an administrator everything."""
    group = telegram.group(-1001, "Club", [rina])
    await bot.send_message(group.id, "How long?")
    (question,) = telegram.messages(group)
    await telegram.say(rina, group, "not for you")
    await telegram.say(rina, group, "/stop@another_bot")
    await telegram.say(rina, group, "/stop@StreamBro_bot")
    await telegram.say(rina, group, "/stop")
    await telegram.say(rina, group, "6 h", reply_to=question)
    telegram.promote(group, "can_delete_messages")
    await telegram.say(rina, group, "now for you")

    heard = [update.message and update.message.text for update in await bot.get_updates()]
    assert heard == ["/stop@StreamBro_bot", "/stop", "6 h", None, "now for you"]


async def test_button_of_a_deleted_message_can_still_be_pressed(
    telegram: FakeTelegram, bot: Bot, rina: User, chat: Chat
) -> None:
    """A press that crosses a deletion, or bears data that no button has, arrives."""
    sent = await bot.send_message(chat.id, "x", reply_markup=keyboard(buttons(1)))
    message = chat.messages[sent.message_id]
    await sent.delete()

    await telegram.press(rina, message, "B")
    await telegram.press(rina, message, "forged", forged=True)
    with pytest.raises(AssertionError, match="no button 'C'"):
        await telegram.press(rina, message, "C")
    queries = [update.callback_query for update in await bot.get_updates()]
    assert [query and (query.data, query.message and query.message.is_accessible) for query in queries] == [
        ("x", False),
        ("forged", False),
    ]
