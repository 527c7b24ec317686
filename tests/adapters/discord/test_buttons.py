"""Buttons: after a restart, by anybody, bound to their run, and with the roles that Discord tells."""

from __future__ import annotations

from bot.reply import Button, Reply, Text, say
from core.model import MAIN_SPACE, RunId, StreamId
from core.people import Role
from tests.adapters.discord.club import GUILD, Club, plain, running
from tests.bot.talk import CLUB


async def test_button_works_after_a_restart(quiet: Club) -> None:
    """A card's Stop button stops the stream also when the service was restarted in between."""
    async with running(quiet):
        await quiet.ready()
        card = await quiet.start_stream()
    quiet.rebuild()
    async with running(quiet):
        await quiet.synced()
        await quiet.press(quiet.otto, card, "Stop")
        assert await quiet.running() == []
        assert "stopped" in plain(card.text)
    assert quiet.fake.refused == []


async def test_press_is_authorised_for_whoever_presses(club: Club) -> None:
    """A viewer who presses an operator's Stop is refused, for his eyes only, and the stream runs on."""  # N8
    card = await club.start_stream()
    before = card.text
    for user in (club.vera, club.mallory):
        await club.press(user, card, "Stop")
        (told,) = club.whispered(user)
        assert told.text
    assert (await club.running(), card.text) == (["lofi"], before)


async def test_press_of_a_run_that_is_over_changes_nothing(club: Club) -> None:
    """Stop on an old card does not stop the stream's next run."""
    card = await club.start_stream()
    stop = next(button for button in card.buttons if button.label == "Stop")
    await club.order(club.otto, "stop", stream="lofi")
    await club.order(club.otto, "startstream", source="lofi", destination="youtube")
    assert stop.custom_id is not None
    await club.press(club.otto, card, "Stop")
    assert await club.running() == ["lofi"]
    assert len(club.whispered(club.otto)) == 1


async def test_press_is_the_pressers_own(club: Club) -> None:
    """The bot hears who pressed, where, on which run, in his language; nothing of it comes from the button's text."""
    card = await club.start_stream()
    club.vera.locale = "id"
    await club.press(club.vera, card, "Logs")
    heard = club.ears.heard[-1]
    assert (heard.person, heard.person_name, heard.pressed, heard.language) == ("2", "Vera", True, "id")
    assert (heard.chat, heard.guild, heard.private_chat) == (club.chat, str(GUILD), False)
    assert heard.text.startswith("logs #1")


async def test_roles_come_from_discord(club: Club) -> None:
    """Whoever has a Discord role that was granted operator may operate, and no longer once it was taken from him."""
    crew = club.fake.role(club.guild, "Crew")
    await club.order(club.ada, "grant", user=f"<@&{crew.id}>", role="operator")
    assert await club.ears.bot.store.people.platform_roles(MAIN_SPACE, "discord") == {str(crew.id): Role.OPERATOR}
    club.fake.member(club.mallory, club.guild, [crew])
    await club.order(club.mallory, "startstream", source="lofi", destination="youtube")
    assert await club.running() == ["lofi"]
    card = club.last()
    club.fake.member(club.mallory, club.guild)
    await club.press(club.mallory, card, "Stop")
    assert await club.running() == ["lofi"]


async def test_role_is_called_what_discord_calls_it(club: Club) -> None:
    """Who gave what to which role is read by its name, also after it was renamed; nobody is mentioned."""
    club.ears.bot.channels["discord"] = club.channel
    crew = club.fake.role(club.guild, "Crew")
    await club.order(club.ada, "grant", user=f"<@&{crew.id}>", role="operator")
    assert plain(club.whispered(club.ada)[-1].text) == "Everybody with the role @Crew is now operator."

    club.fake.rename_role(club.guild, crew, "Deck hands")
    await club.order(club.ada, "users")
    told = club.whispered(club.ada)[-1]
    assert "everybody with discord @Deck hands · operator" in plain(told.text)
    assert not told.pinged
    choices = await club.fake.autocomplete(club.ada, club.place, "revoke", focused="user", value="deck")
    assert [choice.name for choice in choices] == ["@Deck hands"]

    await club.order(club.ada, "revoke", user=choices[0].value)
    assert plain(club.whispered(club.ada)[-1].text) == "The role @Deck hands gives nobody a role here any more."
    assert await club.ears.bot.store.people.platform_roles(MAIN_SPACE, "discord") == {}


async def test_role_of_another_teams_guild_is_not_named(club: Club) -> None:
    """Whoever types the id of a role in another team's guild learns nothing of it."""
    club.ears.bot.channels["discord"] = club.channel
    club.ears.bot.services.places[("discord", str(GUILD))] = CLUB  # type: ignore[index]  # as if configured so
    secret = club.fake.role(club.guild, "Secret plans")
    for role in (secret.id, 12345):
        await club.order(club.ada, "grant", user=f"role:{role}", role="viewer")
        assert plain(club.whispered(club.ada)[-1].text) == f"Everybody with the role role:{role} is now viewer."


async def test_mention_means_that_person(club: Club) -> None:
    """An admin gives a role by mentioning whom he means."""
    await club.order(club.ada, "grant", user=f"<@{club.mallory.id}>", role="viewer")
    await club.order(club.mallory, "streams")
    assert club.last().embeds


async def test_logs_of_a_card_are_for_the_presser_alone(club: Club) -> None:
    """Logs stand beside the card, seen by who asked, and the card stays as it is."""
    card = await club.start_stream()
    before = card.text
    await club.press(club.vera, card, "Logs")
    (told,) = club.whispered(club.vera)
    assert "```" in told.text
    assert card.text == before


async def test_other_streams_card_is_a_message_of_its_own(club: Club) -> None:
    """A press on the board opens the stream's card as a message, and the board stays the board."""
    await club.start_stream()
    await club.order(club.vera, "streams")
    board = club.last()
    await club.press(club.vera, board, board.buttons[0].label)
    assert club.last() is not board
    assert "lofi → youtube" in plain(club.last().text)
    assert "📺" in board.text


async def test_question_before_stopping_all_is_private(club: Club) -> None:
    """'/stop all' asks once, whom it asks alone; the answer then is for all."""
    await club.start_stream()
    await club.order(club.otto, "stop", stream="all")
    (question,) = club.whispered(club.otto)
    assert await club.running() == ["lofi"]
    await club.press(club.otto, question, question.buttons[0].label)
    assert await club.running() == []
    assert club.whispered(club.otto) == []
    assert "lofi" in club.last().text


async def test_unknown_button_is_explained(club: Club) -> None:
    """A button that an older version made is answered: call the command again."""
    await club.post(say("old", buttons=((Button("Old", "qqqqqqqq #1"),),)))
    await club.press(club.otto, club.last(), "Old")
    assert "don't know this button" in plain(club.whispered(club.otto)[0].text)


async def test_many_buttons_fit(club: Club) -> None:
    """More rows than Discord shows are filled up; two buttons of one order both stand; one too long is left out."""
    rows = tuple((Button(f"{number}", f"status #{number % 3}"),) for number in range(8))
    long = (Button("long", "x" * 64, RunId(10**17)),)
    await club.post(Reply((Text("x"),), (*rows, long), card=StreamId(10**17)))
    assert [button.label for button in club.last().buttons] == [str(number) for number in range(8)]
    assert len(club.last().components) == 2
