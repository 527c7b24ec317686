"""Who may do what, how people come in and go, and what stands in the record of it."""

import pytest

from bot.commands import COMMANDS
from bot.i18n import Words
from bot.present.people import stranger_note
from bot.spec import CommandSpec
from bot.strangers import Stranger
from core.people import Role
from tests.bot.talk import CLUB, KEY, Bot, labels_of, text_of

# The contract's table; what stands in none of these is open to anyone.
NEEDS = {
    Role.OPERATOR: "startstream stop restart change forget resume import schedule reschedule unschedule alerts",
    Role.VIEWER: "streams status logs snapshot history chart schedules media playlist destinations report health",
    Role.ADMIN: "adddestination setkey removedestination invite grant revoke users limit audit ignore",
}
ROLE_OF = {name: role for role, names in NEEDS.items() for name in names.split()}


@pytest.mark.parametrize("spec", COMMANDS, ids=lambda spec: spec.name)
async def test_each_command_is_for_whom_the_contract_says(bot: Bot, spec: CommandSpec) -> None:
    """Viewers look, operators run, admins manage: who has less is told whom it is for, and nothing happens."""  # P13
    needs = ROLE_OF.get(spec.name)
    assert spec.role == needs
    for talker, has in ((bot.viewer, Role.VIEWER), (bot.operator, Role.OPERATOR)):
        reply = await talker.says(f"/{spec.name}")
        assert reply is not None
        assert (reply.code == "not_allowed") is (needs is not None and needs > has)


@pytest.mark.parametrize("spec", [spec for spec in COMMANDS if spec.role], ids=lambda spec: spec.name)
async def test_strangers_learn_nothing(bot: Bot, spec: CommandSpec) -> None:
    """Whatever somebody unknown orders, he is told his id and no more; in a group nothing."""
    assert "777" in await bot.stranger.told(f"/{spec.name} lofi youtube")
    assert await bot.in_group(bot.stranger).says(f"/{spec.name} lofi youtube") is None


async def test_viewer_may_not_change_files_or_playlists(bot: Bot) -> None:
    """Looking at the library and playlists is for viewers, changing them for operators."""  # P13
    for order in ("media rename lofi x", "media delete lofi", "playlist create x", "playlist shuffle x"):
        reply = await bot.viewer.says(f"/{order}")
        assert (reply and reply.code) == "not_allowed"
    assert "lofi.mp4" in await bot.viewer.told("/media")


async def test_invitation_brings_one_person_in(bot: Bot) -> None:
    """A code works once: whoever claims it first has the role, the next is told to ask for a new one."""
    invited = await bot.admin.says("/invite operator")
    assert invited is not None
    assert invited.private
    order = f"/claim {invited.data['code']}"

    assert (await bot.stranger.told(order)).startswith("👋 Welcome, Mallory. You are operator here.")
    assert "it was used, has run out, or has a typo" in await bot.viewer.told(order)
    assert "lofi → youtube · starting" in await bot.stranger.told("/startstream lofi youtube")


async def test_people_are_called_by_their_at_name(bot: Bot) -> None:
    """Who has a role, or wrote as a stranger, is found by the @name that everybody on Telegram knows him by."""
    await bot.operator.says("/whoami", username="otto_92")
    assert await bot.admin.told("/grant @Otto_92 viewer") == "Otto is now viewer."
    assert "Otto (@otto_92, telegram:3) · viewer" in await bot.admin.told("/users")

    await bot.stranger.says("/streams", username="mallory")
    assert await bot.admin.told("/grant @mallory viewer") == "Mallory is now viewer."
    assert "nobody" in (await bot.admin.told("/grant @nobody_here viewer")).casefold()


async def test_at_name_is_its_bearers(bot: Bot) -> None:
    """An @name that was given up and taken by another means the other."""
    await bot.operator.says("/whoami", username="streamer")
    await bot.viewer.says("/whoami", username="streamer")
    assert await bot.admin.told("/grant @streamer operator") == "Vera is now operator."


async def test_strangers_at_name_is_of_his_team(bot: Bot) -> None:
    """An @name that wrote to another team is not known here."""
    bot.services.strangers.is_due(Stranger("telegram", "778", "Zoe", CLUB, "zoe"))
    assert not (await bot.admin.says("/grant @zoe viewer")).ok  # type: ignore[union-attr]  # it is answered
    note = stranger_note(Stranger("telegram", "778", "Zoe", CLUB, "zoe"), Words("en"))
    assert text_of(note) == "👤 Zoe (@zoe, 778) wrote to me."


async def test_invitation_runs_out(bot: Bot) -> None:
    """A code that lay in a chat for longer than three days opens nothing."""
    invited = await bot.admin.says("/invite admin")
    assert invited is not None
    await bot.clock.advance(3 * 86_400 + 1)
    assert "That code doesn't work" in await bot.stranger.told(f"/claim {invited.data['code']}")


async def test_codes_cannot_be_guessed(bot: Bot) -> None:
    """After some wrong codes even the right one has to wait."""
    invited = await bot.admin.says("/invite admin")
    assert invited is not None
    codes = [(await bot.stranger.says("/claim AAAA-AAAA")) for _ in range(20)]
    assert codes[0] is not None
    assert codes[-1] is not None
    assert (codes[0].code, codes[-1].code) == ("wrong_code", "too_many_guesses")
    refused = await bot.stranger.says(f"/claim {invited.data['code']}")
    assert (refused and refused.code) == "too_many_guesses"


async def test_role_counts_from_the_next_order(bot: Bot) -> None:
    """A role that is given or taken counts at once, also for the buttons that somebody still sees."""
    card = await bot.operator.says("/startstream lofi youtube")
    assert await bot.admin.told("/revoke Otto") == "Otto has no role here any more."
    assert "not on the list" in text_of(await bot.operator.presses(card, "Stop"))
    assert await bot.admin.told("/revoke telegram:3") == "Otto had no role here."
    assert await bot.admin.told("/grant telegram:3 viewer") == "Otto is now viewer."
    assert "lofi" in await bot.operator.told("/streams")


async def test_role_of_the_platform_counts(bot: Bot) -> None:
    """Whoever bears a Discord role that was given a role here needs no invitation."""
    await bot.store.people.grant_platform_role(CLUB, "discord", "77", Role.VIEWER)
    assert "No streams yet." in text_of(await bot.in_guild("9", "500", "77").says("/streams"))
    refused = await bot.in_guild("9", "500", "77").says("/stop lofi")
    assert (refused and refused.code) == "not_allowed"


async def test_the_console_s_limit_can_be_set(bot: Bot) -> None:
    """The console counts like a person, so its limit is set like a person's, by the id that /whoami tells it."""  # R4
    assert "console:local" in await bot.console.told("/whoami")
    assert await bot.console.told("/limit console:local 7") == "console may run 7 streams at once."


async def test_limit_of_one_person(bot: Bot) -> None:
    """One user's limit can differ; the refusal says how many run and what to do, with a button that does it."""  # R4
    assert await bot.admin.told("/limit Otto 1") == "Otto may run 1 stream at once."
    await bot.operator.says("/startstream lofi youtube")
    refused = await bot.operator.says("/startstream ngaji twitch")
    assert text_of(refused) == (
        "❌ You have 1 of 1 streams running (lofi). Stop one first, or ask an admin to raise your limit."
    )
    assert labels_of(refused) == ["Stop lofi"]
    assert await bot.admin.told("/limit Otto default") == "Otto may run as many streams at once as anybody: 5."
    assert "starting" in await bot.operator.told("/startstream ngaji twitch")


async def test_record_says_who_did_what(bot: Bot) -> None:
    """The audit log names person, platform, group, order and refusal, newest first; looking changes nothing in it."""
    await bot.operator.says("/startstream lofi youtube")
    await bot.in_group(bot.viewer).says("/stop lofi")
    await bot.operator.says("/streams")
    lines = (await bot.admin.told("/audit")).splitlines()
    assert lines == [
        "📒 Who changed what",
        "12:00 Vera (telegram, chat -55): stop refused",
        "12:00 Otto (telegram): startstream lofi destination=youtube",
    ]
    assert (await bot.admin.told("/audit Vera")).splitlines()[1:] == ["12:00 Vera (telegram, chat -55): stop refused"]


async def test_record_says_who_came_in(bot: Bot) -> None:
    """Whoever joins by a link or a code, and whom an admin ignores, stands in the audit log; no code does."""
    codes = []
    for order in ("/start {}", "/claim {}"):
        invited = await bot.admin.says("/invite operator")
        assert invited is not None
        codes.append(invited.data["code"])
        assert "Welcome, Mallory" in await bot.stranger.told(order.format(codes[-1]))
    await bot.admin.says("ignore 778 space=main", pressed=True)
    told = await bot.admin.told("/audit")
    assert not [code for code in codes if code in told]
    assert [line for line in told.splitlines()[1:] if "invite" not in line] == [
        "12:00 Ada (telegram): ignore 778 space=main",
        "12:00 Mallory (telegram): claim",
        "12:00 Mallory (telegram): claim",
    ]


@pytest.mark.parametrize(
    "order",
    [
        "/startstream {key} youtube",
        "/adddestination {key} youtube",
        "/adddestination mine youtube {key}",
        "/setkey youtube {key}",
        "/setkey {key}",
        "/stop {key}",
        "/help {key}",
        "{key}",
    ],
)
async def test_key_is_in_no_record(bot: Bot, order: str) -> None:
    """Wherever a key is typed, the audit log does not have it."""  # N8
    await bot.admin.says(order.format(key=KEY))
    assert KEY not in await bot.admin.told("/audit")


async def test_refusals_come_in_indonesian(bot: Bot) -> None:
    """Who speaks Indonesian is refused in Indonesian, with the same way out."""  # N12
    reply = await bot.viewer.says("/stop lofi", language="id")
    assert reply is not None
    assert reply.code == "not_allowed"
    assert "operator" in text_of(reply)
    assert "is for" not in text_of(reply)


async def test_schedule_is_named_to_be_removed(bot: Bot) -> None:
    """A schedule is listed with its next run, offered where its name is missing, and gone once it is removed."""  # P6
    await bot.operator.says("/schedule lofi youtube start=18:00 for=5h repeat=daily")
    assert "lofi" in await bot.viewer.told("/schedules")
    assert "lofi" in labels_of(await bot.operator.says("/unschedule"))
    reply = await bot.operator.says("/unschedule lofi")
    await bot.operator.presses(reply, labels_of(reply)[0])
    assert "No schedules yet." in await bot.viewer.told("/schedules")
