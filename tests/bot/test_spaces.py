"""Two teams on one service: whatever one of them asks for, nothing of the other's is shown, named or changed."""

from dataclasses import replace

import pytest

from bot.commands import COMMANDS
from bot.i18n import Words
from bot.present.people import stranger_note
from bot.spec import CommandSpec
from bot.strangers import Stranger
from core.model import MAIN_SPACE
from core.people import Role
from tests.bot.talk import CLUB, CLUB_CHAT, Bot, Talker, buttons_of, text_of

THEIRS = "zanzibar"
"""Part of every name in the other space; nobody types it but who guesses."""


def in_club(bot: Bot) -> Talker:
    """The club's admin, in its chat, as one who may be asked back."""
    return bot.in_group(bot._person("40", "Carl"), CLUB_CHAT)


@pytest.fixture
async def club(bot: Bot) -> Talker:
    """The club's admin, while `main` has a running stream, a schedule, a playlist, a file and people."""
    carl = await bot.store.people.person("telegram", "40", "Carl")
    await bot.store.people.grant(carl.id, CLUB, Role.ADMIN)
    other = await bot.store.people.person("telegram", "41", f"Zoe-{THEIRS}")
    await bot.store.people.grant(other.id, MAIN_SPACE, Role.OPERATOR)
    bot.engine.library.put(f"{THEIRS}.mp4", MAIN_SPACE)
    await bot.engine.destinations.add(MAIN_SPACE, f"{THEIRS}-tube", "youtube", "key-of-zz")
    bot.engine.library.put("clubsong.mp4", CLUB)
    await bot.engine.destinations.add(CLUB, "clubtube", "youtube", "key-of-club")
    for order in (
        f"/playlist create {THEIRS}-list {THEIRS}",
        f"/startstream {THEIRS} {THEIRS}-tube name={THEIRS}-live",
        f"/schedule {THEIRS} {THEIRS}-tube start=18:00 name={THEIRS}-plan",
        "/invite viewer",
    ):
        reply = await bot.admin.says(order)
        assert reply is not None
        assert reply.ok, text_of(reply)
    return in_club(bot)


def shown(reply: object) -> str:
    """Return all that a reply carries."""
    return repr(reply).casefold()


@pytest.mark.parametrize("spec", COMMANDS, ids=lambda spec: spec.name)
@pytest.mark.parametrize("words", ["", "#1", "#2", "#3", "#s1", "#p1", "all", "#1 #1", "delete #1", "show #1"])
async def test_nothing_of_another_space_is_shown(bot: Bot, club: Talker, spec: CommandSpec, words: str) -> None:
    """Whatever the club asks for, with whatever guessed id, it reads nothing of the other team's."""
    before = await bot.admin.told("/streams"), await bot.admin.told("/media"), await bot.admin.told("/destinations")
    for talker in (club, Talker(bot, replace(club.invocation, asks=False))):
        reply = await talker.says(f"/{spec.name}@bot {words}".strip())
        assert THEIRS not in shown(reply), f"/{spec.name} {words}"
    after = await bot.admin.told("/streams"), await bot.admin.told("/media"), await bot.admin.told("/destinations")
    assert before == after


@pytest.mark.parametrize("spec", COMMANDS, ids=lambda spec: spec.name)
async def test_nothing_of_another_space_is_suggested(club: Talker, spec: CommandSpec) -> None:
    """No option completes to another team's things, whatever was typed."""
    for param in spec.params:
        for typed in ("", "z", THEIRS):
            assert not [
                label for label in await club.completes(spec.name, param.name, typed) if THEIRS in label.casefold()
            ]


@pytest.mark.parametrize(
    "order",
    ["/stop {}-liv", "/status {}-liv", "/startstream {}x clubtube", "/startstream clubsong {}-tub", "/media {}x.mp4"],
)
async def test_a_wrong_name_is_not_answered_with_another_spaces(club: Talker, order: str) -> None:
    """A near miss of another team's name suggests nothing: it is answered like any word."""
    reply = await club.says(order.format(THEIRS))
    assert reply is not None
    assert not reply.ok
    assert not reply.data.get("suggestions")
    assert not [button for button in buttons_of(reply) if THEIRS in button.label]


async def test_another_spaces_button_is_refused(bot: Bot, club: Talker) -> None:
    """A button that was carried over stops nothing: the stream is not found there, and goes on."""
    board = await bot.admin.says(f"/status {THEIRS}-live")
    for button in buttons_of(board):
        pressed = await club.says(button.order, pressed=True, bound_run=button.run)
        assert THEIRS not in shown(pressed)
    assert (await bot.engine.find_stream(MAIN_SPACE, f"{THEIRS}-live")).running


async def test_stranger_is_let_into_the_team_that_he_wrote_to(bot: Bot, club: Talker) -> None:
    """[Viewer] under a note lets a stranger into the team whose note it is, in whichever chat it is pressed."""
    note = stranger_note(Stranger("telegram", "777", "Mallory", CLUB), Words("en"))
    carl_in_private = bot._person("40", "Carl")
    await bot.store.people.grant((await bot.store.people.person("telegram", "40", "Carl")).id, MAIN_SPACE, Role.VIEWER)
    for presser, role in ((bot.boss, Role.VIEWER), (carl_in_private, Role.OPERATOR)):
        pressed = await presser.presses(note, role.value.capitalize())
        assert pressed
        assert pressed.ok, text_of(pressed)
        mallory = await bot.store.people.find_known("telegram", "777")
        assert mallory
        assert await bot.store.people.role(mallory.id, CLUB) is role
        assert await bot.store.people.role(mallory.id, MAIN_SPACE) is None
    assert "grant" in await club.told("/audit")


@pytest.mark.parametrize("order", ["grant 777 admin", "ignore 777", "grant 777 admin space=nowhere"])
async def test_nobody_lets_people_into_a_team_that_he_does_not_manage(bot: Bot, club: Talker, order: str) -> None:
    """A team's admin who names another team in an order is refused as anybody without a role there."""
    named = order if "space=" in order else f"{order} space={MAIN_SPACE}"
    refused = await club.says(f"/{named}")
    assert refused
    assert refused.code == "not_allowed"
    assert await bot.store.people.find_known("telegram", "777") is None


async def test_ignore_holds_for_the_team_whose_note_it_was(bot: Bot) -> None:
    """[Ignore] under a note of the club's quietens that stranger for the club alone, wherever it is pressed."""
    note = stranger_note(Stranger("telegram", "777", "Mallory", CLUB), Words("en"))
    await bot.boss.presses(note, "Ignore")
    assert await bot.store.people.is_ignored(CLUB, "telegram", "777")
    assert not await bot.store.people.is_ignored(MAIN_SPACE, "telegram", "777")
