"""Who may change what, and which chats can be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from telegram.error import ChatMigrated, Forbidden, InvalidToken

from tests.fakes.test_telegram_api.client import Clock, a_bot, buttons, keyboard, png, refusal

if TYPE_CHECKING:
    from telegram import Bot

    from tests.fakes.telegram_api import Chat, FakeTelegram, User


async def test_edit_must_change_what_is_the_bots_own(telegram: FakeTelegram, bot: Bot, rina: User, chat: Chat) -> None:
    """An edit that changes nothing, or nothing of the bot's, is refused."""
    text = (
        await bot.send_message(chat.id, "<b>x</b>", parse_mode="HTML", reply_markup=keyboard(buttons(1)))
    ).message_id
    photo = (await bot.send_photo(chat.id, png(9, 9))).message_id
    theirs = await telegram.say(rina, chat, "hi")

    same = bot.edit_message_text("<b>x</b> ", chat.id, text, parse_mode="HTML", reply_markup=keyboard(buttons(1)))
    assert (await refusal(same)).startswith("Message is not modified: specified new message content and reply markup")
    assert await refusal(bot.edit_message_text("y", chat.id, 99)) == "Message to edit not found"
    assert await refusal(bot.edit_message_text("y", chat.id, theirs.id)) == "Message can't be edited"
    assert await refusal(bot.edit_message_text("y", chat.id, photo)) == "There is no text in the message to edit"
    assert (
        await refusal(bot.edit_message_caption(chat.id, text, caption="y"))
        == "There is no caption in the message to edit"
    )
    await bot.edit_message_text("<b>x</b>", chat.id, text, parse_mode="HTML")
    assert chat.messages[text].keyboard == ()
    assert "not modified" in await refusal(bot.edit_message_reply_markup(chat.id, text))


async def test_deleting_needs_a_right_and_is_in_time(
    telegram: FakeTelegram, bot: Bot, rina: User, chat: Chat, clock: Clock
) -> None:
    """A bot deletes for 48 hours: its own, all of a private chat, and a group's where it has the right."""
    group = telegram.group(-1001, "Club", [rina])
    in_private, in_group = await telegram.say(rina, chat, "key"), await telegram.say(rina, group, "key")
    own = await bot.send_message(chat.id, "x")

    assert await refusal(bot.delete_message(group.id, in_group.id)) == "Message can't be deleted"
    telegram.promote(group, "can_delete_messages")
    await bot.delete_message(group.id, in_group.id)
    await bot.delete_message(chat.id, in_private.id)
    assert (in_private.deleted, in_group.deleted) == (True, True)
    assert await refusal(bot.delete_message(chat.id, in_private.id)) == "Message to delete not found"
    clock.now_s += 48 * 3600
    assert await refusal(bot.delete_message(chat.id, own.message_id)) == "Message can't be deleted"


async def test_pinning_in_a_group_needs_a_right(telegram: FakeTelegram, bot: Bot, rina: User) -> None:
    """A board can be pinned once the bot may."""
    group = telegram.group(-1_000_000_000_001, "Club", [rina], bot_rights=["can_delete_messages"])
    sent = await bot.send_message(group.id, "board")

    told = await refusal(bot.pin_chat_message(group.id, sent.message_id))
    assert told == "Not enough rights to manage pinned messages in the chat"
    telegram.promote(group, "can_pin_messages")
    await bot.pin_chat_message(group.id, sent.message_id)
    assert telegram.messages(group)[0].pinned
    await bot.unpin_chat_message(group.id)
    assert not telegram.messages(group)[0].pinned
    assert await refusal(bot.unpin_chat_message(group.id)) == "Message to unpin not found"


async def test_chat_that_can_not_be_reached_is_refused(telegram: FakeTelegram, bot: Bot, rina: User) -> None:
    """Unknown chats, people who never wrote or blocked the bot, and groups that threw it out are told apart."""
    agus, group = telegram.user(888, "Agus"), telegram.group(-1001, "Club", [rina])
    telegram.group(-1002, "Other", [agus])

    assert await refusal(bot.send_message(rina.id + 5, "x")) == "Chat not found"
    told = await refusal(bot.send_message(agus.id, "x"), Forbidden)
    assert told == "Forbidden: bot can't initiate conversation with a user"
    telegram.block(rina)
    assert await refusal(bot.send_message(rina.id, "x"), Forbidden) == "Forbidden: bot was blocked by the user"
    telegram.unblock(rina)
    await bot.send_message(rina.id, "x")
    telegram.kick(group)
    assert await refusal(bot.send_message(group.id, "x"), Forbidden) == "Forbidden: bot was kicked from the group chat"
    telegram.add_bot(group)
    await bot.leave_chat(group.id)
    told = await refusal(bot.send_message(group.id, "x"), Forbidden)
    assert told == "Forbidden: bot is not a member of the group chat"


async def test_upgraded_group_names_its_successor(telegram: FakeTelegram, bot: Bot, rina: User) -> None:
    """A group that became a supergroup tells the new id, by an update and by the refusal."""
    group = telegram.group(-1001, "Club", [rina])
    sent = await bot.send_message(group.id, "x")
    new = telegram.upgrade_group(group)

    with pytest.raises(ChatMigrated) as caught:
        await bot.send_message(group.id, "x")
    assert caught.value.new_chat_id == new.id
    assert await refusal(bot.edit_message_text("y", group.id, sent.message_id)) == "Message can't be edited"
    await bot.send_message(new.id, "x")
    updates = [update.message for update in await bot.get_updates()]
    assert [it and (it.migrate_to_chat_id, it.migrate_from_chat_id) for it in updates] == [
        (new.id, None),
        (None, group.id),
    ]


async def test_thread_and_replied_message_must_be_there(telegram: FakeTelegram, bot: Bot, chat: Chat) -> None:
    """A topic that does not exist is refused, General's own id too, and so is a reply to nothing."""
    forum = telegram.group(-1_000_000_000_001, "Club", threads={7: "Alerts"})

    await bot.send_message(forum.id, "x", message_thread_id=7)
    assert telegram.messages(forum)[0].thread == 7
    for thread in (1, 8):
        told = await refusal(bot.send_message(forum.id, "x", message_thread_id=thread))
        assert told == "Message thread not found"
    told = await refusal(bot.send_message(chat.id, "x", reply_to_message_id=9))
    assert told == "Message to be replied not found"
    await bot.send_message(chat.id, "x", reply_to_message_id=9, allow_sending_without_reply=True)


async def test_wrong_token_is_told_from_a_malformed_one(telegram: FakeTelegram) -> None:
    """A token that nobody holds is unauthorized; one that can't be is not found."""
    for token in (f"1:{'x' * 35}", "1:short"):
        bot = a_bot(telegram, token)
        await refusal(bot.initialize(), InvalidToken)
        await bot.shutdown()

    assert [(it.status, it.description) for it in telegram.refused] == [(401, "Unauthorized"), (404, "Not Found")]
    assert telegram.calls() == []
