"""Only the configured guilds are served."""

import logging

import pytest

from bot.channel import ChatGone, ChatRef, private_chat
from bot.reply import Button, say
from tests.adapters.discord.club import GUILD, Club, plain, running


async def test_other_guilds_have_no_commands(quiet: Club) -> None:
    """A guild that is not configured gets no commands, and loses those that it had while it was."""
    other = quiet.fake.guild(11, "Elsewhere")
    quiet.fake.world.commands[11] = {"stop": {"name": "stop", "description": "x", "options": []}}
    async with running(quiet):
        await quiet.ready()
        await quiet.fake.until(lambda: not quiet.fake.commands(other))
    assert quiet.fake.refused == []


async def test_other_guild_is_told(quiet: Club) -> None:
    """Whoever finds a command in a guild that is not served is told so, alone, and nothing is run or suggested."""
    other = quiet.fake.guild(11, "Elsewhere")
    place = quiet.fake.channel(other, "general")
    quiet.fake.member(quiet.otto, other)
    async with running(quiet):
        await quiet.ready()
        await quiet.synced()
        quiet.fake.world.commands[11] = dict(quiet.fake.world.commands[GUILD])
        answer = await (await quiet.fake.slash(quiet.otto, place, "streams"))
        assert answer.ephemeral
        assert "11" in answer.content
        assert await quiet.fake.autocomplete(quiet.otto, place, "status", focused="stream", value="") == []
    assert quiet.ears.heard == []


async def test_guild_that_is_not_served_any_more_is_told_nothing(quiet: Club) -> None:
    """A guild that was taken out of the configuration gets no alert of before either: its subscriptions end."""
    other = quiet.fake.guild(11, "Elsewhere")
    place = quiet.fake.channel(other, "general")
    async with running(quiet):
        await quiet.ready()
        with pytest.raises(ChatGone):
            await quiet.channel.send(ChatRef("discord", str(place.id)), say("an alert"))
    assert quiet.fake.messages(place) == []


async def test_guild_that_lets_us_in_later_gets_its_commands(quiet: Club, caplog: pytest.LogCaptureFixture) -> None:
    """A bot that is invited while the service runs has its commands at once; until then the log says how to invite."""
    quiet.fake.kick_bot(quiet.guild)
    async with running(quiet):
        with caplog.at_level(logging.WARNING):
            await quiet.fake.until(lambda: "invite the bot there: https://discord.com/oauth2/authorize" in caplog.text)
        quiet.fake.invite_bot(quiet.guild)
        await quiet.ready()
    assert quiet.fake.refused == []


async def test_stranger_is_told_his_id_alone(club: Club) -> None:
    """Somebody on no list learns his id and whom to ask, for his eyes only, and nothing of the team."""
    await club.order(club.mallory, "streams")
    (told,) = club.whispered(club.mallory)
    assert "777" in told.text
    assert club.said() == []


async def test_button_in_a_direct_message_works(club: Club) -> None:
    """A note that the bot sent in private can be answered there by its buttons."""
    place = club.fake.dm(club.ada)
    await club.channel.send(ChatRef("discord", str(place.id)), say("x", buttons=((Button("Streams", "streams"),),)))
    (note,) = club.fake.messages(place)
    await club.press(club.ada, note, "Streams")
    heard = club.ears.heard[-1]
    assert (heard.private_chat, heard.guild, heard.platform_roles) == (True, None, ())
    assert club.fake.messages(place)[-1].embeds


async def test_person_is_written_to_in_private(club: Club) -> None:
    """An admin is told in private, in a chat that is opened once; one who takes no messages is given up."""
    chat = private_chat("discord", str(club.ada.id))
    sent = await club.channel.send(chat, say("psst"))
    await club.channel.send(chat, say("psst 2"))
    await club.channel.edit(sent, say("psst 3"))
    assert [plain(message.text) for message in club.fake.messages(club.fake.dm(club.ada))] == ["psst 3", "psst 2"]
    assert sum(request.route == "POST /users/@me/channels" for request in club.fake.requests) == 1
    club.vera.dms_open = False
    with pytest.raises(ChatGone):
        await club.channel.send(private_chat("discord", str(club.vera.id)), say("psst"))
    club.fake.refused.clear()


async def test_other_languages_hear_the_services_own(quiet: Club) -> None:
    """Whose client speaks neither of our languages is spoken to in the language of the configuration."""
    quiet.rebuild(language="id")
    quiet.otto.locale = "de"
    async with running(quiet):
        await quiet.ready()
        quiet.fake.permit(quiet.place, deny=["send_messages"])
        await quiet.order(quiet.otto, "streams")
        assert "Aku tidak boleh menulis di sini" in quiet.whispered(quiet.otto)[0].text


async def test_nothing_privileged_is_asked_for(club: Club) -> None:
    """The bot needs no intent that Discord has to approve, and hears no messages."""
    assert [session.intents for session in club.fake.gateway.sessions.values()] == [1]
