"""Keyboards, menus and presses: what fits, and what is said where not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeChatAdministrators,
    BotCommandScopeChatMember,
    BotCommandScopeDefault,
    ChatMemberAdministrator,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
)

from tests.fakes.test_telegram_api.client import Clock, buttons, keyboard, refusal

if TYPE_CHECKING:
    from tests.fakes.telegram_api import Chat, FakeTelegram, User


@pytest.mark.parametrize(
    ("markup", "told"),
    [
        (keyboard(buttons(1, "é" * 33)), "Button_data_invalid"),
        (keyboard(buttons(9)), "Reply markup is too long"),
        (keyboard(*[buttons(4)] * 25, buttons(1)), "Reply markup is too long"),
        (
            keyboard([InlineKeyboardButton("B")]),
            "Can't parse inlinekeyboardbutton: text buttons are not allowed in the inline keyboard",
        ),
        (keyboard([InlineKeyboardButton(" ", callback_data="x")]), "Inline keyboard button text must be non-empty"),
        (
            keyboard([InlineKeyboardButton("B", url="no url")]),
            "Inline keyboard button url 'no url' is invalid: wrong http url",
        ),
        (
            keyboard([InlineKeyboardButton("B", url="https://a.example", callback_data="x")]),
            "Can't parse inlinekeyboardbutton: exactly one of the optional fields must be used",
        ),
    ],
)
async def test_keyboard_that_does_not_fit_is_refused(
    bot: Bot, chat: Chat, markup: InlineKeyboardMarkup, told: str
) -> None:
    """Buttons have a text, one action, at most 64 bytes of data, 8 a row and 100 in all."""
    said = await refusal(bot.send_message(chat.id, "x", reply_markup=markup))

    assert said.lower().startswith(told.lower())


async def test_keyboard_that_just_fits_is_taken(telegram: FakeTelegram, bot: Bot, chat: Chat) -> None:
    """64 bytes of data, 8 buttons a row and 100 in all arrive."""
    rows = [buttons(8, "é" * 32)] * 12 + [buttons(4)]

    await bot.send_message(chat.id, "x", reply_markup=keyboard(*rows))

    assert len(telegram.messages(chat)[0].labels) == 100


@pytest.mark.parametrize(
    ("commands", "told"),
    [
        ([("Start", "x")], "Bot_command_invalid"),
        ([("a-b", "x")], "Bot_command_invalid"),
        ([("", "x")], "Command must be non-empty"),
        ([("a" * 33, "x")], "Command length must not exceed 32"),
        ([("a", " ")], "Command description must be non-empty"),
        ([("a", "x" * 257)], "Command description length must not exceed 256"),
        ([(f"a{number}", "x") for number in range(101)], "Bot_commands_too_much"),
    ],
)
async def test_menu_that_does_not_fit_is_refused(bot: Bot, commands: list[tuple[str, str]], told: str) -> None:
    """Commands are 1 to 32 of a-z, 0-9 and _, described in 1 to 256 characters, and 100 at most."""
    assert (await refusal(bot.set_my_commands(commands))).lower() == told.lower()


async def test_menu_that_just_fits_is_taken(telegram: FakeTelegram, bot: Bot, rina: User, chat: Chat) -> None:
    """100 commands of full length arrive."""
    await bot.set_my_commands([BotCommand(f"{number:_>32}", "x" * 256) for number in range(100)])

    assert len(telegram.menu(rina, chat)) == 100


async def test_private_chat_has_no_administrators_menu(bot: Bot, chat: Chat) -> None:
    """A menu for administrators of a private chat is refused."""
    scope = BotCommandScopeChatAdministrators(chat.id)

    assert await refusal(bot.set_my_commands([], scope=scope)) == "Can't use specified scope in private chats"


async def test_press_is_answered_once_in_time_and_briefly(
    telegram: FakeTelegram, bot: Bot, rina: User, chat: Chat, clock: Clock
) -> None:
    """An answer to a button has 200 characters at most and comes within the query's life, once."""
    sent = await bot.send_message(chat.id, "x", reply_markup=keyboard(buttons(1)))
    message = chat.messages[sent.message_id]
    first, second = [await telegram.press(rina, message, "B") for _ in range(2)]
    too_old = "Query is too old and response timeout expired or query id is invalid"

    assert (await refusal(bot.answer_callback_query(first.id, "x" * 201))).lower() == "message_too_long"
    await bot.answer_callback_query(first.id, "x" * 200, show_alert=True)
    assert (await refusal(bot.answer_callback_query(first.id))).lower() == too_old.lower()
    clock.now_s += telegram.world.limits.callback_life_s + 1
    assert (await refusal(bot.answer_callback_query(second.id))).lower() == too_old.lower()
    assert telegram.unanswered() == [second]


async def test_person_sees_the_narrowest_menu(telegram: FakeTelegram, bot: Bot, rina: User, chat: Chat) -> None:
    """A menu for a person in a chat goes before one for the chat, its kind, and all; her language before none."""
    agus = telegram.user(888, "Agus", language_code="id")
    group = telegram.group(-1001, "Club", [agus], admins=[rina])
    scopes = {
        "all": BotCommandScopeDefault(),
        "private": BotCommandScopeAllPrivateChats(),
        "hers": BotCommandScopeChat(chat.id),
        "admins": BotCommandScopeChatAdministrators(group.id),
        "his": BotCommandScopeChatMember(group.id, agus.id),
    }
    for name, scope in scopes.items():
        await bot.set_my_commands([(name, "x")], scope=scope)
    await bot.set_my_commands([("semua", "x")], language_code="id")

    seen = [telegram.menu(*at) for at in ((rina, chat), (rina, group), (agus, group))]
    assert seen == [["hers"], ["admins"], ["his"]]
    for name in ("hers", "his", "admins"):
        await bot.delete_my_commands(scope=scopes[name])
    seen = [telegram.menu(*at) for at in ((rina, chat), (rina, group), (agus, group))]
    assert seen == [["private"], ["all"], ["semua"]]
    assert [it.command for it in await bot.get_my_commands(language_code="id")] == ["semua"]


async def test_members_and_administrators_are_told(telegram: FakeTelegram, bot: Bot, rina: User, chat: Chat) -> None:
    """A bot can ask who somebody is in a group, and what it may do itself."""
    agus = telegram.user(888, "Agus")
    group = telegram.group(-1_000_000_000_001, "Club", admins=[rina], bot_rights=["can_pin_messages"])

    statuses = [(await bot.get_chat_member(group.id, user.id)).status for user in (rina, agus)]
    assert statuses == ["administrator", "left"]
    own = (await bot.get_chat_administrators(group.id))[-1]
    assert isinstance(own, ChatMemberAdministrator)
    assert (own.user.id, own.can_pin_messages, own.can_delete_messages) == (telegram.me.id, True, False)
    full = await bot.get_chat(chat.id)
    assert (full.type, full.first_name) == ("private", "Rina")
    assert await refusal(bot.get_chat_administrators(chat.id)) == "There are no administrators in the private chat"
