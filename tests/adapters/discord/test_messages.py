"""What messages look like, where they stand, and whom they call: nobody."""

from __future__ import annotations

import pytest

from bot.channel import CantPin, ChatRef, MessageRef, Pinning
from bot.reply import Button, Code, Fields, File, Picture, Reply, Table, Text, say
from core.model import StreamId
from tests.adapters.discord.club import Club, plain

HOSTILE = "@everyone <@2> <@&10> **b** `c` ||s|| [x](http://e.vil) <#1> <:e:1> ~~z~~ _i_ \\x\n# head\n- item\n> q"
PNG = b"\x89PNG\r\n\x1a\nnot really"


async def test_markup_of_others_is_literal(club: Club) -> None:
    """A name full of markup and mentions is shown as it is and calls nobody."""  # N8
    await club.post(say("title " + HOSTILE, HOSTILE))
    message = club.last()
    assert not message.pinged
    assert plain(message.text).count(HOSTILE.split("\n", maxsplit=1)[0]) == 2
    for sign in ("@everyone", "<@2>", "**b**", "`c`", "[x]", "||s||", "~~z~~", "_i_"):
        assert sign not in message.text.replace("\\" + sign[0], "")
    assert "\n# head" not in message.text
    assert message.allowed_mentions == {"parse": []}


async def test_answers_call_nobody_either(club: Club) -> None:
    """An answer for the asker alone and an ordinary one both mention nobody, whatever the words are."""
    for private in (True, False):
        club.ears.says = say(HOSTILE, private=private)
        await club.order(club.vera, "help")
    assert [bool(message.pinged) for message in (*club.said(), *club.whispered(club.vera))] == [False, False]


async def test_address_can_be_tapped(club: Club) -> None:
    """A bare link stays whole."""
    await club.post(say("come in", "https://t.me/my_bot?start=a_b_c"))
    assert "https://t.me/my_bot?start=a_b_c" in club.last().text


async def test_card_is_an_embed_with_its_colour(club: Club) -> None:
    """A card and an alert are embeds, coloured by how the stream is."""
    await club.post(say("🔴 lofi → youtube went dark", "Trying again", buttons=((Button("Stop", "stop #1"),),)))
    message = club.last()
    assert message.content == ""
    assert message.embeds[0]["color"] == 0xE74C3C
    assert message.embeds[0]["description"] == "**🔴 lofi → youtube went dark**\nTrying again"


async def test_silent_message_makes_no_sound(club: Club) -> None:
    """Recoveries come without a notification."""
    await club.post(say("back", silent=True))
    assert club.last().silent


async def test_board_is_pinned_where_the_bot_may(club: Club) -> None:
    """A message is pinned in its channel; where the bot may not, or all places are taken, that is told."""
    assert isinstance(club.channel, Pinning)
    await club.post(say("board"))
    board = MessageRef(club.chat, str(club.last().id))
    await club.channel.pin(board)
    assert club.last().pinned
    await club.channel.unpin(board)
    assert not club.last().pinned

    closed = club.fake.channel(club.guild, "closed", deny=["pin_messages"])
    chat = ChatRef("discord", str(closed.id))
    other = await club.channel.send(chat, say("board"))
    with pytest.raises(CantPin):
        await club.channel.pin(other)
    club.fake.refused.clear()


async def test_short_code_is_fenced_and_long_code_a_file(club: Club) -> None:
    """A few lines stand in a fixed pitch that nothing in them can end; a long log is a file."""
    await club.post(Reply((Text("log"), Code("a ``` b", "lofi.log"))))
    assert club.last().text.count("```") == 2
    await club.post(Reply((Text("log"), Code("line ü\n" * 3000, "lofi log.txt"))))
    (file,) = club.last().files
    assert (file.filename, file.data) == ("lofi-log.txt", ("line ü\n" * 3000).encode())


async def test_picture_is_shown_and_described(club: Club) -> None:
    """A snapshot is seen in the message and told to who doesn't see it."""
    await club.post(Reply((Picture(PNG, "snap 1.png", "lofi at 18:00"),)))
    message = club.last()
    assert (message.files[0].data, message.files[0].description) == (PNG, "lofi at 18:00")
    assert message.embeds[0]["image"]["url"] == message.files[0].url
    assert "lofi at 18:00" in message.text


async def test_fields_and_tables_are_laid_out(club: Club) -> None:
    """Names with values are fields, rows are columns of one pitch."""
    await club.post(Reply((Fields((("CPU", "1 %"), ("", ""))), Table(("a", "b"), (("1", "long"), ("22", "x"))))))
    message = club.last()
    assert [part["name"] for part in message.embeds[0]["fields"]] == ["CPU", "…"]
    assert "a   b\n1   long\n22  x" in message.text


async def test_everything_fits_discords_limits(club: Club) -> None:
    """However much there is to say, Discord takes it, and what doesn't fit is handed over whole."""
    club.fake.permit(club.place)
    many = tuple((f"name{number}", "v" * number * 7) for number in range(60))
    replies = [
        say(*["words " * 50] * 100),
        say("x" * 30_000),
        say("*_`|" * 5000, card=StreamId(1)),
        Reply((Fields(many), Text("t" * 4000), Code("c" * 1400), Table(("h",), (("c" * 900,),) * 9))),
        Reply((Text(""), Text("  "))),
        Reply((Fields(many[:20]), Text("_" * 4090))),
        Reply((Fields((("a", "b"),) * 30),)),
        Reply(tuple(File(b"x", f"f{number}.bin") for number in range(14))),
        Reply(()),
        say("a\ud800b\x00c"),
    ]
    for reply in replies:
        await club.post(reply)
    assert len(club.said()) == len(replies)
    data = club.said()[0].files[0].data
    assert isinstance(data, bytes)
    assert data.decode().count("words") == 5000


async def test_edit_replaces_all(club: Club) -> None:
    """An edited alert says what it says now: no button, picture or line of before is left."""
    sent = await club.post(Reply((Text("dark"), Picture(PNG, "p.png")), ((Button("Stop", "stop #1"),),)))
    await club.channel.edit(sent, say("🟢 back"))
    message = club.last()
    assert (plain(message.text), message.buttons, message.files) == ("🟢 back", [], [])


async def test_edit_without_change_is_not_sent(club: Club) -> None:
    """A card that says the same costs no request."""
    sent = await club.post(say("same", buttons=((Button("Stop", "stop #1"),),)))
    before = len(club.fake.requests)
    await club.channel.edit(sent, say("same", buttons=((Button("Stop", "stop #1"),),)))
    assert len(club.fake.requests) == before
    await club.channel.edit(sent, say("same", buttons=((Button("Stop", "stop #2"),),)))
    assert len(club.fake.requests) == before + 1
    assert sent == MessageRef(club.chat, str(club.last().id))


async def test_bot_that_may_not_write_says_so(club: Club) -> None:
    """Where the bot may not post a card, whoever asked gets it for himself, and is told what the bot needs."""
    club.fake.permit(club.place, deny=["send_messages"])
    await club.order(club.otto, "startstream", source="lofi", destination="youtube")
    (told,) = club.whispered(club.otto)
    assert "lofi → youtube" in plain(told.text)
    assert "Send Messages" in told.text
    assert club.said() == []
    assert club.ears.showed == []


async def test_thread_is_a_chat_of_its_own(club: Club) -> None:
    """In a thread the card stands in the thread."""
    thread = club.fake.thread(club.place, "tonight")
    await club.settled(await club.fake.slash(club.vera, thread, "streams"))
    assert club.said() == []
    assert len(club.fake.messages(thread)) == 1
    assert club.ears.showed[-1][1].chat.chat == str(thread.id)
