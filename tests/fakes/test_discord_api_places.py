"""The fake Discord and the real discord.py: messages, files and places, seen from both sides."""

from __future__ import annotations

import io

import discord
import pytest

from tests.fakes.discord_api import CannotDoThat, NotAnswered, User
from tests.fakes.discord_client import Bot
from tests.fakes.discord_scenes import Scene, talk

__all__ = ["talk"]  # the fixture
Asked = discord.Interaction[Bot]


async def test_file_out_can_be_downloaded(talk: Scene) -> None:
    """A picture that the bot sends stands in its embed, and is what was sent."""
    embed = discord.Embed(title="now").set_image(url="attachment://now.png")
    sent = await talk.place.send(embed=embed, file=discord.File(io.BytesIO(b"PNG!"), "now.png", description="on air"))

    message = talk.fake.messages(talk.channel)[0]
    assert (message.files[0].filename, message.files[0].content_type) == ("now.png", "image/png")
    assert message.files[0].description == "on air"
    assert message.embeds[0]["image"]["url"] == message.files[0].url == sent.attachments[0].url
    assert await sent.attachments[0].read() == b"PNG!"


async def test_file_in_an_answer(talk: Scene) -> None:
    """An answer, its edit and what follows it carry files as well."""

    @talk.bot.tree.command(guild=talk.home, description="Logs")
    async def logs(asked: Asked) -> None:
        await asked.response.send_message("all", file=discord.File(io.BytesIO(b"1"), "a.txt"), ephemeral=True)
        await asked.edit_original_response(attachments=[discord.File(io.BytesIO(b"22"), "b.txt")])
        await asked.followup.send(file=discord.File(io.BytesIO(b"333"), "c.txt"), ephemeral=True)

    await talk.bot.tree.sync(guild=talk.home)
    interaction = await talk.fake.slash(talk.rina, talk.channel, "logs")
    follows = await interaction.followup()
    assert [(file.filename, file.data) for file in follows.files] == [("c.txt", b"333")]
    assert [(file.filename, file.data) for file in (await interaction.reply()).files] == [("b.txt", b"22")]


async def test_file_in_reaches_the_bot(talk: Scene) -> None:
    """A film that a person sends to the bot in private can be read, with the size that the platform names."""
    big = talk.fake.upload("big.mp4", b"x", size=3_000_000_000)
    await talk.fake.say(talk.rina, talk.fake.dm(talk.rina), "take", attachments=[("a.mp4", b"film"), big])
    await talk.fake.until(lambda: talk.bot.heard)

    message = talk.bot.heard[0]
    assert (message.content, message.guild, message.author.id) == ("take", None, 777)
    assert [file.size for file in message.attachments] == [4, 3_000_000_000]
    assert await message.attachments[0].read() == b"film"


async def test_attachment_as_option(talk: Scene) -> None:
    """A person can give a file with a command."""

    @talk.bot.tree.command(guild=talk.home, description="Take")
    async def take(asked: Asked, file: discord.Attachment) -> None:
        await asked.response.send_message((await file.read()).decode())

    await talk.bot.tree.sync(guild=talk.home)
    film = talk.fake.upload("a.mp4", b"film")
    assert (await (await talk.fake.slash(talk.rina, talk.channel, "take", file=film))).content == "film"


async def test_bot_opens_a_direct_message(talk: Scene) -> None:
    """The bot can write to a person in private."""
    await (await talk.bot.fetch_user(777)).send("hello")
    assert [message.content for message in talk.fake.messages(talk.fake.dm(talk.rina))] == ["hello"]


async def test_message_is_edited_pinned_and_deleted(talk: Scene) -> None:
    """A message changes, is pinned and goes; the bot hears of each, and the channel tells of the pin."""
    sent = await talk.place.send("board", silent=True)
    board = talk.fake.messages(talk.channel)[0]
    await sent.edit(content="board 2")
    await sent.pin()
    assert (board.content, board.pinned, board.silent, len(board.history)) == ("board 2", True, True, 1)
    assert len(talk.fake.messages(talk.channel, system=True)) == 2
    assert [message.id async for message in sent.channel.pins()] == [sent.id]
    await sent.delete()
    await talk.fake.until(lambda: talk.bot.deleted)
    assert board.deleted
    assert talk.bot.edited[0].message.content == "board 2"


async def test_only_allowed_mentions_ping(talk: Scene) -> None:
    """Nobody is notified where the bot allows no mention; else the person and the role that it names are."""
    role = talk.fake.role(talk.guild, "team")
    text = f"<@777> <@&{role.id}> @everyone"
    await talk.place.send(text, allowed_mentions=discord.AllowedMentions.none())
    await talk.place.send(text)
    quiet, loud = talk.fake.messages(talk.channel)
    assert not quiet.pinged
    assert (loud.pinged.users, loud.pinged.roles) == ((talk.rina,), (role,))
    assert not loud.pinged.everyone  # the bot lacks that permission


async def test_roles_come_with_each_interaction(talk: Scene) -> None:
    """The bot reads a person's roles from the command that he runs, though it knows no members."""
    role = talk.fake.role(talk.guild, "dj")
    talk.fake.member(talk.rina, talk.guild, [role])

    @talk.bot.tree.command(guild=talk.home, description="Who")
    async def whoami(asked: Asked) -> None:
        assert isinstance(asked.user, discord.Member)
        await asked.response.send_message(" ".join(str(found) for found in asked.user._roles))

    await talk.bot.tree.sync(guild=talk.home)
    assert (await (await talk.fake.slash(talk.rina, talk.channel, "whoami"))).content == str(role.id)


async def test_guild_can_be_asked_for(talk: Scene) -> None:
    """The bot finds guild, channels, roles and members, also those that the gateway did not tell."""
    guild = await talk.bot.fetch_guild(talk.guild.id)
    assert guild.name == "Club"
    assert [channel.name for channel in await guild.fetch_channels()] == ["general"]
    assert len(await guild.fetch_roles()) == 2
    assert (await guild.fetch_member(777)).global_name == "Rina"
    assert [member.id for member in await talk.bot.guilds[0].query_members("ri")] == [777]


async def test_thread_is_a_place_of_its_own(talk: Scene) -> None:
    """The bot writes into a thread as into a channel."""
    thread = talk.fake.thread(talk.channel, "night")
    await talk.fake.until(lambda: talk.bot.get_channel(thread.id))
    await talk.bot.get_partial_messageable(thread.id).send("in thread")
    assert [message.content for message in talk.fake.messages(thread)] == ["in thread"]
    assert talk.fake.messages(talk.channel) == []


async def test_content_is_hidden_without_the_intent(talk: Scene) -> None:
    """What people write in a guild is not shown to the bot, unless they name it."""
    await talk.fake.say(talk.rina, talk.channel, "secret")
    await talk.fake.say(talk.rina, talk.channel, f"<@{talk.fake.bot.id}> hi")
    await talk.fake.until(lambda: len(talk.bot.heard) == 2)
    assert [message.content for message in talk.bot.heard] == ["", f"<@{talk.fake.bot.id}> hi"]


async def test_client_refuses_what_people_cannot_do(talk: Scene) -> None:
    """A test cannot make a person do what his own client forbids."""

    @talk.bot.tree.command(guild=talk.home, description="Stop")
    async def stop(asked: Asked, stream: str) -> None:
        await asked.response.send_message(stream)

    await talk.bot.tree.sync(guild=talk.home)
    stranger = talk.fake.user(1, "Nobody")
    cases: list[tuple[User, str, dict[str, object]]] = [
        (talk.rina, "stopp", {}),
        (talk.rina, "stop", {}),
        (talk.rina, "stop", {"stream": 5}),
        (talk.rina, "stop", {"stream": "x", "why": "y"}),
        (stranger, "stop", {"stream": "x"}),
    ]
    for user, command, options in cases:
        with pytest.raises(CannotDoThat):
            await talk.fake.slash(user, talk.channel, command, **options)
    assert talk.fake.unanswered == []


async def test_each_person_sees_his_own(talk: Scene) -> None:
    """What is for one person's eyes is seen by him, and by nobody else; what is erased by none."""

    @talk.bot.tree.command(guild=talk.home, description="Logs")
    async def logs(asked: Asked) -> None:
        await asked.response.send_message("secret", ephemeral=True)

    await talk.bot.tree.sync(guild=talk.home)
    said = await talk.fake.say(talk.rina, talk.channel, "hello")
    await (await talk.fake.slash(talk.rina, talk.channel, "logs"))
    budi = talk.fake.user(2, "Budi")
    assert [message.content for message in talk.fake.seen_by(talk.rina, talk.channel)] == ["hello", "secret"]
    assert [message.content for message in talk.fake.seen_by(budi, talk.channel)] == ["hello"]
    await talk.fake.rewrite(said, "bye")
    await talk.fake.until(lambda: talk.bot.edited)
    await talk.fake.erase(said)
    await talk.fake.until(lambda: talk.bot.deleted)
    assert talk.fake.seen_by(budi, talk.channel) == []


async def test_unanswered_interaction_is_known(talk: Scene) -> None:
    """A test can tell which interactions the bot left without an answer."""
    silent = talk.command()
    assert talk.fake.unanswered == [silent]
    with pytest.raises(NotAnswered):
        await silent.answer(patience_s=0.05)
