"""Commands: there, answered, and worked through with buttons."""

from __future__ import annotations

from tests.adapters.discord.club import Club, plain, running


async def test_commands_are_there_in_both_languages(club: Club) -> None:
    """Whoever types a slash finds every command of the menu, with options, ranges, choices and his words."""
    commands = {command["name"]: command for command in club.fake.commands(club.guild)}
    assert {"startstream", "stop", "streams", "logs", "setkey", "help", "upload"} <= set(commands)
    assert commands["startstream"]["description_localizations"]["id"].startswith("Mulai siaran")
    assert commands["startstream"]["name_localizations"] == {"id": "mulai"}
    options = {option["name"]: option for option in commands["startstream"]["options"]}
    assert list(options)[:2] == ["source", "destination"]
    assert (options["source"]["required"], options["source"]["autocomplete"]) == (True, True)
    assert [choice["value"] for choice in options["mode"]["choices"]] == ["copy", "encode"]
    lines = next(option for option in commands["logs"]["options"] if option["name"] == "lines")
    assert (lines["type"], lines["min_value"], lines["max_value"]) == (4, 1, 1000)


async def test_key_is_never_an_option(club: Club) -> None:
    """Nobody can type a key where others or Discord's history would keep it."""  # N8
    options = [part["name"] for command in club.fake.commands(club.guild) for part in command["options"]]
    assert "key" not in options
    assert "destination" in options


async def test_commands_are_written_only_when_they_changed(quiet: Club) -> None:
    """A restart of the service writes no commands anew, since Discord allows 200 new ones a day; a change it does."""
    async with running(quiet):
        await quiet.ready()
    async with running(quiet):
        await quiet.synced()
        assert quiet.fake.bulk_overwrites(quiet.guild) == 1
    quiet.fake.commands(quiet.guild)[0]["description"] = "what it said before"
    async with running(quiet):
        await quiet.synced()
        assert quiet.fake.bulk_overwrites(quiet.guild) == 2


async def test_help_is_seen_by_the_asker_alone(club: Club) -> None:
    """/help lists what this person may do, for his eyes only, within Discord's 3 s."""
    asked = await club.order(club.vera, "help")
    reply = await asked.reply()
    assert asked.response is not None
    assert asked.response.kind == "deferred"
    assert reply.ephemeral
    assert "/streams" in plain(reply.text)
    assert "/startstream" not in plain(reply.text)
    assert club.said() == []


async def test_board_is_an_ordinary_message(club: Club) -> None:
    """/streams puts the board into the channel, where it can be kept up to date and pinned."""
    await club.order(club.vera, "streams")
    board = club.last()
    assert board.interaction is None
    assert board.embeds
    assert club.whispered(club.vera) == []
    invocation, message, reply = club.ears.showed[-1]
    assert (message.chat, message.message, reply.board) == (club.chat, str(board.id), True)
    assert (invocation.person, invocation.guild) == ("2", "10")


async def test_stream_is_started_and_stopped(club: Club) -> None:
    """/startstream answers with a card for all; its Stop button stops the stream and changes the card."""  # P1
    card = await club.start_stream()
    assert "lofi → youtube" in plain(card.text)
    assert [button.label for button in card.buttons][:2] == ["Stop", "Restart"]
    assert await club.running() == ["lofi"]
    await club.press(club.otto, card, "Stop")
    assert await club.running() == []
    assert "stopped" in plain(card.text)
    assert club.said() == [card]
    assert club.ears.showed[-1][1].message == str(card.id)


async def test_missing_destination_is_picked(club: Club) -> None:
    """What /startstream lacks is asked for with buttons that only the asker sees, down to Start."""
    await club.order(club.otto, "startstream", source="lofi")
    (picker,) = club.whispered(club.otto)
    await club.press(club.otto, picker, "youtube")
    await club.press(club.otto, picker, "no end")
    assert "Start" in [button.label for button in picker.buttons]
    await club.press(club.otto, picker, "Start")
    assert "lofi → youtube" in plain(club.last().text)
    assert club.whispered(club.otto) == []
