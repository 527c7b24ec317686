"""/alerts: each chat says whether and how it is told, and only who may says so."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from bot.answering import Answers
from bot.auth import Auth
from bot.channel import ChatRef, MessageRef
from bot.push import Push
from core.model import MAIN_SPACE
from core.people import Role
from core.push import AlertChat, Level, Reader
from tests.bot.talk import CLUB, CLUB_CHAT, Bot, labels_of, text_of
from tests.fakes.channel import FakeChannel
from tests.fakes.clock import START, FakeClock

PRIVATE = ChatRef("telegram", "3")
GROUP = ChatRef("telegram", "-55")


async def said(bot: Bot, chat: ChatRef = PRIVATE) -> AlertChat | None:
    """Return what a chat said of alerts."""
    return await bot.store.chats.find(chat)


async def test_alerts_are_switched_on_and_off(bot: Bot) -> None:
    """An operator asks for alerts where he writes, and for none, and reads what holds."""
    shown = await bot.operator.says("/alerts")
    assert "until a chat says: /alerts on" in text_of(shown)
    assert await said(bot) is None

    on = await bot.operator.presses(shown, "Turn on")
    assert text_of(on) == "🔔 Alerts come here.\nIt is told of trouble, and of what ends as planned."
    assert labels_of(on) == ["Turn off", "Mute 1 h", "Problems only"]
    kept = await said(bot)
    assert kept is not None
    assert (kept.space, kept.wanted, kept.level) == (MAIN_SPACE, True, Level.ALL)

    assert await bot.operator.told("/alerts off") == "🔕 No alerts come here."
    assert (await said(bot)).wanted is False  # type: ignore[union-attr]  # it was just said


async def test_a_chat_is_muted_for_a_while(bot: Bot) -> None:
    """[Mute 1 h] and `mute=2h` give rest until then, and [Unmute] ends it."""
    muted = await bot.operator.says("/alerts mute=2h")
    assert "Muted until 14:00. What happens until then is told after it." in text_of(muted)
    assert (await said(bot)).muted_until == START + timedelta(hours=2)  # type: ignore[union-attr]  # it was just said

    again = await bot.operator.presses(muted, "Unmute")

    assert "Muted" not in text_of(again)
    assert (await said(bot)).muted_until is None  # type: ignore[union-attr]  # it was just said
    assert bot.looked_again == [PRIVATE, PRIVATE]


async def test_a_chat_has_quiet_hours(bot: Bot) -> None:
    """Quiet hours are read as people type them, kept beside the rest, and taken back."""
    told = await bot.operator.told('/alerts on quiet="22.00 sampai 06.00"')
    assert "Between 22:00 and 06:00 only red alerts make a sound." in told
    assert "Antara 22.00 dan 06.00" in await bot.operator.told("/alerts", language="id")
    assert (await said(bot)).quiet == (22 * 60, 6 * 60)  # type: ignore[union-attr]  # it was just said
    refused = await bot.operator.says("/alerts quiet=night")
    assert refused is not None
    assert refused.code == "invalid_value"

    await bot.operator.says("/alerts level=problems quiet=off")

    kept = await said(bot)
    assert kept is not None
    assert (kept.wanted, kept.quiet, kept.level) == (True, None, Level.PROBLEMS)


async def test_a_chat_says_when_its_report_comes(bot: Bot) -> None:
    """The hour is read as people type it, by the clock of the chat: its own, else that of whoever asked."""
    told = await bot.operator.told("/alerts report=7.30 tz=jakarta")
    assert "Every day at 07:30 (Asia/Jakarta) the report comes here." in told
    kept = await said(bot)
    assert kept is not None
    assert (kept.wants_report, kept.report_at, kept.reports_from) == (True, 450, START)

    assert "Setiap hari pukul 08.00 (Asia/Jakarta)" in await bot.operator.told("/alerts report=08:00", language="id")
    assert "No daily report" in await bot.operator.told("/alerts on report=off")
    assert (await bot.operator.says("/alerts report=soon")).code == "invalid_value"  # type: ignore[union-attr]  # it answers
    await bot.operator.says("/alerts report=08:00")
    await bot.operator.says("/alerts off")
    assert not (await said(bot)).wants_report  # type: ignore[union-attr]  # it was just said


async def test_in_a_group_admins_say(bot: Bot) -> None:
    """In a group an operator may look, and an admin decide for all."""
    refused = await bot.in_group(bot.operator).says("/alerts on")
    assert refused is not None
    assert refused.code == "not_allowed"
    assert await said(bot, GROUP) is None
    assert "until a chat says" in await bot.in_group(bot.operator).told("/alerts")

    await bot.in_group(bot.admin).says("/alerts on")

    assert (await said(bot, GROUP)).wanted  # type: ignore[union-attr]  # it was just said


async def test_viewers_change_nothing(bot: Bot) -> None:
    """Who may only look can't send alerts anywhere."""
    refused = await bot.viewer.says("/alerts on")
    assert refused is not None
    assert refused.code == "not_allowed"


async def test_a_chat_gets_its_own_team_s_alerts(bot: Bot) -> None:
    """A chat that the configuration gives to a team is told of that team's streams."""
    await bot.in_group(bot.boss, CLUB_CHAT).says("/alerts on")
    assert [one.chat.chat for one in await bot.store.chats.of_space(CLUB)] == [CLUB_CHAT]
    assert await bot.store.chats.of_space(MAIN_SPACE) == []


async def test_the_console_is_told_unless_it_says_no(bot: Bot) -> None:
    """Whoever watches at the host need not ask for alerts."""
    assert "🔔 Alerts come here." in await bot.console.told("/alerts")
    assert await bot.console.told("/alerts off") == "🔕 No alerts come here."


async def test_changes_are_on_record(bot: Bot) -> None:
    """Who muted the alerts can be read afterwards; who only looked is not recorded."""
    await bot.operator.says("/alerts")
    await bot.operator.says("/alerts mute=2h")
    assert [(e.user_name, e.action, e.detail) for e in await bot.store.audit.recent(MAIN_SPACE)] == [
        ("Otto", "alerts", "mute=2h")
    ]


async def test_an_answer_with_a_card_is_kept_up_to_date(bot: Bot, clock: FakeClock) -> None:
    """Whichever platform showed a card or a board, it is refreshed in the asker's words; other answers are not."""
    push = Push(bot.engine, bot.access, clock)  # type: ignore[arg-type]  # the facade without FFmpeg
    auth = Auth(bot.store.people, bot.access)
    answers = Answers(bot.dispatcher, auth, push.acting, push.cards, cast("Any", None), clock, bot.store.chats)
    otto = await bot.store.people.find_known("telegram", "3")
    assert otto is not None
    for text in ("/startstream lofi youtube", "/streams", "/whoami"):
        reply = await answers.answer(replace(bot.operator.invocation, text=text))
        assert reply is not None
        await answers.shown(bot.operator.invocation, MessageRef(PRIVATE, text), reply)

    kept = {one.stream: one for one in await bot.store.chats.shown()}
    assert {stream: one.message for stream, one in kept.items()} == {1: "/startstream lofi youtube", None: "/streams"}
    assert {(one.space, one.reader, one.operator) for one in kept.values()} == {
        (MAIN_SPACE, Reader(otto.id, "en", private=True), True)
    }


@pytest.mark.parametrize("may_pin", [True, False])
async def test_a_board_is_pinned_where_it_stands(bot: Bot, clock: FakeClock, may_pin: bool) -> None:
    """[Pin] keeps the board in view and is then out of the way; where the bot may not, it says who can."""
    push = Push(bot.engine, bot.access, clock)  # type: ignore[arg-type]  # the facade without FFmpeg
    telegram = FakeChannel(clock, may_pin=may_pin)
    push.channels["telegram"] = telegram
    answers = Answers(
        bot.dispatcher,
        Auth(bot.store.people, bot.access),
        push.acting,
        push.cards,
        cast("Any", None),
        clock,
        bot.store.chats,
    )
    await bot.operator.says("/startstream lofi youtube")
    offered = await bot.operator.says("/streams")
    pinned = await bot.operator.presses(offered, "📌 Pin")
    assert pinned is not None
    assert "📌 Pin" not in labels_of(pinned)

    board = await telegram.send(PRIVATE, pinned)
    await answers.shown(bot.operator.invocation, board, pinned)

    assert telegram.pinned == ([board] if may_pin else [])
    assert [message.text for message in telegram.messages[1:]] == (
        [] if may_pin else ["📌 I may not pin here. Allow me to pin messages, or pin it yourself."]
    )
    assert [shown.pinned for shown in await bot.store.chats.shown()] == [may_pin]


async def test_only_who_operates_pins(bot: Bot) -> None:
    """Who may only look is not offered to pin, and can't by typing."""
    await bot.operator.says("/startstream lofi youtube")
    assert "📌 Pin" not in labels_of(await bot.viewer.says("/streams"))
    refused = await bot.viewer.says("/streams pin=yes")
    assert refused is not None
    assert refused.code == "not_allowed"


async def test_a_platform_s_menu_asks_for_the_role(bot: Bot, clock: FakeClock) -> None:
    """What an adapter offers depends on the role of whoever looks."""
    push = Push(bot.engine, bot.access, clock)  # type: ignore[arg-type]  # the facade without FFmpeg
    auth = Auth(bot.store.people, bot.access)
    answers = Answers(bot.dispatcher, auth, push.acting, push.cards, cast("Any", None), clock, bot.store.chats)
    assert await answers.role_of(bot.operator.invocation) is Role.OPERATOR
    assert await answers.role_of(bot.stranger.invocation) is None
