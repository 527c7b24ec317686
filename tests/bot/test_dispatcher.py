"""Every order is answered: carried out, asked back, refused in words, or with a number that stands in the log."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.commands import COMMANDS
from core.errors import StoreUnavailable
from core.model import MAIN_SPACE
from tests.bot.talk import KEY, Bot, buttons_of, labels_of, text_of
from tests.fakes.clock import FakeClock


async def test_unknown_command_gets_the_nearest_as_a_button(bot: Bot) -> None:
    """A typo is answered with the command that was meant, and one press does what was wanted."""
    reply = await bot.operator.says("/strteams")
    assert text_of(reply).startswith("❌ There is no command 'strteams'.\nDid you mean /streams")
    assert "📺" not in text_of(reply)
    pressed = await bot.operator.presses(reply, "/streams")
    assert "No streams yet." in text_of(pressed)


async def test_plain_talk_is_never_quoted(bot: Bot) -> None:
    """What is no command is not repeated: it may be a key that came too late."""
    assert await bot.operator.told(KEY) == "❌ I don't understand that. /help shows what I can do."


async def test_command_without_slash_is_understood(bot: Bot) -> None:
    """In private and on the console a command needs no slash."""
    assert "No streams yet." in await bot.operator.told("streams")
    assert "No streams yet." in await bot.console.told("streams")


async def test_talk_of_a_group_is_not_answered(bot: Bot) -> None:
    """Where others talk with each other, and to other bots, nothing is said."""
    group = bot.in_group(bot.operator)
    assert await group.says("good morning everybody") is None
    assert await group.says("/weather tomorrow") is None
    assert "There is no command" in await group.told("/weather@streambro_bot")
    assert "Did you mean /stop" in await group.told("/stpo")


async def test_old_order_is_told_not_run(bot: Bot, clock: FakeClock) -> None:
    """A stop from last night does not fire this morning, when the service is back."""
    await bot.operator.says("/startstream lofi youtube")
    old = clock.now() - timedelta(minutes=5, seconds=1)
    reply = await bot.operator.says("/stop lofi", at=old)
    assert reply is not None
    assert (reply.code, "more than 5 minutes ago" in text_of(reply)) == ("order_too_old", True)
    assert (await bot.engine.find_stream(MAIN_SPACE, "lofi")).running
    assert "stopped by Otto" in await bot.operator.told("/stop lofi", at=clock.now() - timedelta(minutes=4))


async def test_crash_gives_a_number_that_stands_in_the_log(bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever breaks inside, the person gets a number, and an admin finds the traceback by it."""
    bot.engine.crash = ZeroDivisionError("secret inside")
    with caplog.at_level(logging.ERROR):
        reply = await bot.operator.says("/streams")
    assert reply is not None
    incident = reply.data["incident"]
    assert text_of(reply) == f"⚠️ Something went wrong on my side. Nothing is lost; tell an admin the number {incident}."
    assert f"incident {incident}" in caplog.text
    assert "ZeroDivisionError: secret inside" in caplog.text


async def test_refusal_of_the_engine_is_said_in_words(bot: Bot) -> None:
    """A fault with a name of its own is told in the person's language, with its code for scripts."""
    bot.engine.refusal = StoreUnavailable("busy", "database is locked")
    reply = await bot.operator.says("/streams", language="id")
    assert text_of(reply) == "❌ Basis data sedang sibuk. Tidak ada yang berubah; coba lagi sebentar."
    assert reply is not None
    assert (reply.code, reply.data["reason"]) == ("store_unavailable", "busy")


async def test_button_of_an_ended_run_changes_nothing(bot: Bot) -> None:
    """Yesterday's [Stop] does not end today's stream, nor one that ended since."""
    first = await bot.operator.says("/startstream lofi youtube")
    await bot.operator.presses(first, "Stop")
    pressed = await bot.operator.presses(first, "Stop")
    assert text_of(pressed) == "❌ That button belongs to a run of 'lofi' that is over. Nothing was done."
    await bot.operator.says("/startstream lofi")
    await bot.operator.presses(first, "Stop")
    assert (await bot.engine.find_stream(MAIN_SPACE, "lofi")).running


@pytest.mark.parametrize("order", ["/stop", "/restart", "/snapshot", "/stop lafi"])
async def test_pickers_button_is_for_the_run_that_it_showed(bot: Bot, order: str) -> None:
    """A week-old choice of a stream, also one that a typo was answered with, does nothing to what runs today."""
    await bot.operator.says("/startstream lofi youtube")
    picker = await bot.operator.says(order)
    label = labels_of(picker)[0]
    await bot.operator.says("/stop lofi")
    await bot.operator.says("/startstream lofi")
    pressed = await bot.operator.presses(picker, label)
    assert pressed is not None
    assert pressed.code == "run_over"


@pytest.mark.parametrize("order", ["/stop", "/stop all"])
async def test_stop_with_nothing_running_says_so(bot: Bot, order: str) -> None:
    """Where nothing runs there is nothing to choose, so nothing is asked."""
    assert await bot.operator.told(order) == "Nothing runs."


async def test_an_old_yes_is_none(bot: Bot) -> None:
    """[Yes, stop all] is meant for ten minutes; later, or from an earlier release, it is asked again."""
    await bot.operator.says("/startstream lofi youtube")
    asked = await bot.operator.says("/stop all")
    await bot.clock.advance(11 * 60)
    again = await bot.operator.presses(asked, "Yes, stop all")
    assert text_of(again) == "Stop 1 stream?"
    assert text_of(await bot.operator.says("stop all confirm=yes", pressed=True)) == "Stop 1 stream?"
    assert (await bot.engine.find_stream(MAIN_SPACE, "lofi")).running
    await bot.clock.advance(9 * 60)
    assert text_of(await bot.operator.presses(again, "Yes, stop all")) == "⚪ 1 stream stopped: lofi."


async def test_button_is_authorised_for_whoever_presses_it(bot: Bot) -> None:
    """A viewer in the same group can't press the operator's [Stop]."""  # P13
    card = await bot.in_group(bot.operator).says("/startstream lofi youtube")
    pressed = await bot.in_group(bot.viewer).presses(card, "Stop")
    assert pressed is not None
    assert pressed.code == "not_allowed"
    assert (await bot.engine.find_stream(MAIN_SPACE, "lofi")).running


async def test_missing_word_is_named_on_the_console(bot: Bot) -> None:
    """Where nobody can be asked back, the refusal names the word and shows how it goes."""
    told = await bot.console.told("adddestination yt")
    assert told == (
        "❌ What is missing: target (youtube, twitch, facebook, kick, or an rtmp(s) address).\n"
        "It goes: /adddestination name target [key]"
    )


async def test_missing_stream_is_asked_for(bot: Bot) -> None:
    """Without a name the streams that it could be are offered, and a press does it."""
    await bot.operator.says("/startstream lofi youtube")
    asked = await bot.operator.says("/stop")
    assert (text_of(asked), labels_of(asked)) == ("Which stream?", ["lofi (starting)", "all", "Cancel"])
    assert "stopped by Otto" in text_of(await bot.operator.presses(asked, "lofi (starting)"))


async def test_missing_words_are_asked_for_in_private(bot: Bot) -> None:
    """What can't be chosen is asked for, and the next private message is the answer."""
    await bot.admin.says("/media rename lofi")
    assert await bot.admin.told("night loop.mp4") == "'lofi.mp4' is now 'night loop.mp4'."
    assert (await bot.admin.says("hello again")).code == "not_understood"  # type: ignore[union-attr]  # answered above


async def test_answer_is_not_awaited_for_ever(bot: Bot, clock: FakeClock) -> None:
    """After ten minutes, or after [Cancel], a message is only a message again."""
    await bot.admin.says("/media rename lofi")
    await clock.advance(601)
    assert "I don't understand" in await bot.admin.told("night loop.mp4")
    asked = await bot.admin.says("/media rename lofi")
    assert text_of(await bot.admin.presses(asked, "Cancel")) == "All right, nothing was done."
    assert "I don't understand" in await bot.admin.told("night loop.mp4")


async def test_group_is_not_asked_for_words(bot: Bot) -> None:
    """Where others read along, a missing word is named: nobody could tell whose message is the answer."""
    told = await bot.in_group(bot.admin).told("/media rename lofi")
    assert told.startswith("❌ What is missing: new")


async def test_long_list_is_paged(bot: Bot) -> None:
    """More files than fit a phone's screen are shown page by page, and each page leads on."""
    for number in range(20):
        bot.engine.library.put(f"clip{number:02}.mp4", MAIN_SPACE)
    first = await bot.operator.says("/startstream")
    assert (len(buttons_of(first)), labels_of(first)[-2:]) == (10, ["More…", "Cancel"])
    second = await bot.operator.presses(first, "More…")
    assert labels_of(second)[:2] == ["clip06", "clip07"]
    third = await bot.operator.presses(second, "More…")
    assert labels_of(third)[-2:] == ["Back", "Cancel"]
    assert labels_of(await bot.operator.presses(third, "Back")) == labels_of(first)


async def test_deletions_ask_once(bot: Bot) -> None:
    """Deleting takes a second press in a chat, and none on the console."""
    asked = await bot.admin.says("/media delete lofi")
    assert labels_of(asked) == ["Yes, delete", "Cancel"]
    assert len(bot.engine.library.items) == 2
    assert text_of(await bot.admin.presses(asked, "Yes, delete")) == "Deleted 'lofi.mp4'."
    assert await bot.console.told("media delete ngaji-subuh") == "Deleted 'ngaji-subuh.mp4'."
    assert bot.engine.library.items == {}


async def test_stop_all_asks_once(bot: Bot) -> None:
    """'/stop all' takes a second press in a chat, and just does it on the console."""
    await bot.operator.says("/startstream lofi youtube")
    await bot.operator.says("/startstream ngaji twitch")
    asked = await bot.operator.says("/stop all")
    assert text_of(asked) == "Stop all 2 streams?"
    assert text_of(await bot.operator.presses(asked, "Yes, stop all")).startswith("⚪ 2 streams stopped: ")
    await bot.operator.says("/startstream lofi")
    assert (await bot.console.told("stop all")) == "⚪ 1 stream stopped: lofi."
    assert await bot.console.told("stop all") == "Nothing runs."


async def test_options_work_like_words(bot: Bot) -> None:
    """A platform's own options give the same result as typed words."""  # N3
    reply = await bot.operator.chooses("startstream", source="lofi", destination="youtube", mode="encode")
    assert text_of(reply).startswith("🟡 lofi → youtube · starting")
    assert "has no 'sauce='" in text_of(await bot.operator.chooses("startstream", sauce="lofi"))


async def test_suggestions_come_from_live_data(bot: Bot) -> None:
    """What is suggested is what is there now, and fits what was typed so far."""
    await bot.operator.says("/startstream lofi youtube")
    assert await bot.operator.completes("stop", "stream") == ["lofi (starting)", "all"]
    assert await bot.operator.completes("startstream", "source", "nga") == ["ngaji-subuh"]
    assert await bot.operator.completes("startstream", "destination", "youtube,tw") == ["youtube,twitch"]
    assert await bot.operator.completes("help", "command", "startst") == ["startstream"]
    assert await bot.operator.completes("startstream", "for") == ["1h", "6h", "12h", "24h", "no end"]


async def test_suggestions_are_authorised_and_never_fail(bot: Bot) -> None:
    """Who may not give the order is suggested nothing, nor is anything ever suggested for a key."""
    assert await bot.viewer.completes("stop", "stream") == []
    assert await bot.stranger.completes("status", "stream") == []
    assert await bot.admin.completes("setkey", "key") == []
    assert await bot.admin.completes("setkey", "confirm") == []
    assert await bot.admin.completes("nonsense", "stream") == []
    bot.engine.crash = ZeroDivisionError()
    assert await bot.operator.completes("stop", "stream") == []


async def test_suggestions_stay_within_the_platforms_limits(bot: Bot) -> None:
    """However many things there are, at most 25 short ones are suggested."""
    for number in range(60):
        bot.engine.library.put(f"{number:02}{'x' * 150}.mp4", MAIN_SPACE)
    invocation = bot.operator.invocation
    found = await bot.dispatcher.complete(replace(invocation, command="startstream"), "source", "")
    assert len(found) == 25
    assert max(len(label) for label, _ in found) <= 100


WORDS = st.sampled_from(
    [spec.name for spec in COMMANDS]
    + [
        "all",
        "lofi",
        "#1",
        "#p1",
        "#s1",
        "youtube",
        "twitch",
        "for=6h",
        "until=23:00",
        "step=ask",
        "page=9",
        "confirm=yes",
    ]
    + [
        "name=x",
        "viewer",
        "telegram:5",
        "role:9",
        "default",
        "create",
        "delete",
        "=",
        '"',
        "''",
        "../x",
        "-i",
        "concat:x",
    ]
    + ["<b>&amp;</b>", "**`_~||", "\u202eevil", "\x00\x07", "🟢👨‍👩‍👧", "9" * 40, "x" * 300, "@everyone", "{0}%s"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.one_of(st.lists(WORDS, min_size=1, max_size=6).map(" ".join), st.text(max_size=200)), slash=st.booleans()
)
async def test_no_message_is_left_unanswered(bot: Bot, text: str, slash: bool) -> None:
    """Whatever somebody writes, he gets an answer, without a crash, control characters or too long buttons."""
    reply = await bot.boss.says(("/" if slash else "") + text)
    assert reply is not None
    assert reply.code != "incident"
    told = text_of(reply)
    assert not set("\x00\x07\u202e") & set(told)
    for button in buttons_of(reply):
        assert len(button.order.encode()) + len(f"|{button.run}") <= 64 + len("|None")
        assert button.label


@pytest.mark.parametrize(
    ("order", "refusal"),
    [
        ("/startstream ../../etc/passwd youtube", "❌ No source called '../../etc/passwd'.\n/media and /playlist show"),
        ("/startstream concat:x youtube", "❌ No source called 'concat:x'."),
        ("/startstream -i youtube", "❌ No source called '-i'."),
        ('/startstream "a\nb" youtube', "❌ No source called 'a b'."),
        (f"/startstream {'x' * 300} youtube", f"❌ No source called '{'x' * 59}…'."),
        ("/startstream lofy youtube", "❌ No source called 'lofy'.\nDid you mean lofi?"),
        ("/startstream lofi nowhere", "❌ No destination called 'nowhere'.\n/destinations shows what there is."),
        ("/startstream lofi youtube sauce=1", "❌ /startstream has no 'sauce='.\nDid you mean source?"),
        ("/startstream lofi youtube for=0s", "❌ for: I can't read '0s'. Write a length like 90s, 45m, 6h or 1d12h."),
        ("/stop ngaji", "❌ No stream called 'ngaji'.\n/streams shows what there is."),
        ("/stop " + "x" * 10_000, "❌ That is too long: "),
        ("/adddestination x http://h/app k", "❌ The address has to begin with rtmp:// or rtmps://."),
        ("/adddestination x rtmp:///app k", "❌ The address names no server."),
        ('/adddestination x "rtmp://h /app" k', "❌ "),
        ("/adddestination x twitch a b", "❌ Those are too many words."),
        ("/adddestination x youtube key-of-youtube", "❌ This address and key are saved already, as 'youtube'."),
        ("/limit Otto many", "❌ n takes a whole number from 0 to 10000, not 'many'."),
        ("/grant Otto king", "❌ role takes viewer, operator, admin, not 'king'."),
    ],
)
async def test_bad_input_is_refused_in_one_sentence(bot: Bot, order: str, refusal: str) -> None:
    """What can't be is refused with what was wrong and what to do, and nothing has changed."""
    told = await bot.admin.told(order)
    assert told.startswith(refusal)
    assert await bot.engine.views(MAIN_SPACE) == []
    assert len(await bot.engine.destinations.all(MAIN_SPACE)) == 2


async def test_running_stream_is_stopped_before_it_is_forgotten(bot: Bot) -> None:
    """'/forget' of what runs is refused with the way out, and stopping twice says that it doesn't run."""
    await bot.operator.says("/startstream lofi youtube")
    asked = await bot.operator.says("/forget lofi")
    assert (text_of(asked), labels_of(asked)) == ("❌ 'lofi' runs. Stop it first.", ["Stop lofi"])
    await bot.operator.presses(asked, "Stop lofi")
    stopped = await bot.operator.says("/stop lofi")
    assert (text_of(stopped), labels_of(stopped)) == ("❌ 'lofi' doesn't run: it is stopped.", ["Start again"])


async def test_help_names_every_command_of_the_menu(bot: Bot) -> None:
    """Whoever may do all finds all of it in /help, schedules too: no group of commands is left out."""
    lines = (await bot.admin.told("/help")).splitlines()
    told = {line.partition(":")[0] for line in lines}
    assert [spec.name for spec in COMMANDS if spec.in_menu and f"/{spec.name}" not in told] == []
