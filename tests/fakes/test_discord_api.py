"""The fake Discord and the real discord.py: commands, buttons and forms, from a person to the bot and back."""

from __future__ import annotations

import discord
import pytest
from discord import app_commands

from tests.fakes.discord_api import CannotDoThat
from tests.fakes.discord_client import Bot
from tests.fakes.discord_scenes import Scene, talk

__all__ = ["talk"]  # the fixture
Asked = discord.Interaction[Bot]


async def test_slash_command_is_answered_for_the_asker_alone(talk: Scene) -> None:
    """A person's command with typed options reaches the bot, and the answer is seen by him alone."""
    got: list[object] = []

    @talk.bot.tree.command(guild=talk.home, description="Go live")
    @app_commands.choices(mode=[app_commands.Choice(name="copy", value="copy")])
    async def startstream(asked: Asked, source: str, lines: app_commands.Range[int, 1, 50], mode: str = "") -> None:
        got.extend([source, lines, mode, asked.user.id, asked.locale.value, asked.channel_id])
        await asked.response.send_message("started", embed=discord.Embed(title="lofi"), ephemeral=True)

    await talk.bot.tree.sync(guild=talk.home)
    interaction = await talk.fake.slash(talk.rina, talk.channel, "startstream", source="lofi", lines=20, mode="copy")
    answer = await interaction

    assert got == ["lofi", 20, "copy", 777, "id", talk.channel.id]
    assert (answer.kind, answer.content, answer.ephemeral) == ("message", "started", True)
    assert answer.embeds[0]["title"] == "lofi"
    assert talk.fake.messages(talk.channel) == []
    assert [command["name"] for command in talk.fake.commands(talk.guild)] == ["startstream"]
    assert talk.fake.bulk_overwrites(talk.guild) == 1


async def test_deferred_answer_loads_until_it_is_filled(talk: Scene) -> None:
    """A person sees 'thinking', then the answer, then what follows."""

    @talk.bot.tree.command(guild=talk.home, description="Show")
    async def status(asked: Asked) -> None:
        await asked.response.defer()
        await asked.edit_original_response(content="live")
        extra = await asked.followup.send("more", wait=True, ephemeral=True)
        await extra.edit(content="even more")

    await talk.bot.tree.sync(guild=talk.home)
    interaction = await talk.fake.slash(talk.rina, talk.channel, "status")

    assert (await interaction).kind == "deferred"
    assert (await interaction.reply()).content == "live"
    followup = await interaction.followup()
    await talk.fake.until(lambda: followup.content == "even more")
    assert followup.ephemeral
    assert [message.content for message in talk.fake.messages(talk.channel)] == ["live"]


async def test_first_followup_fills_the_deferred_answer(talk: Scene) -> None:
    """A follow-up right after a deferred answer takes its place, and stays as visible as that was."""

    @talk.bot.tree.command(guild=talk.home, description="Show")
    async def logs(asked: Asked) -> None:
        await asked.response.defer(ephemeral=True)
        await asked.followup.send("here", ephemeral=False)

    await talk.bot.tree.sync(guild=talk.home)
    interaction = await talk.fake.slash(talk.rina, talk.channel, "logs")

    reply = await interaction.reply()
    assert (reply.content, reply.ephemeral, interaction.followups) == ("here", True, [])


async def test_autocomplete_offers_what_fits(talk: Scene) -> None:
    """While a person types, he is offered the names that fit, knowing what he has filled in before."""

    @talk.bot.tree.command(guild=talk.home, description="Go live")
    async def startstream(asked: Asked, destination: str, source: str) -> None:
        await asked.response.send_message(f"{source} {destination}")

    @startstream.autocomplete("source")
    async def offer(asked: Asked, typed: str) -> list[app_commands.Choice[str]]:
        where = asked.namespace.destination
        return [app_commands.Choice(name=f"{typed}fi to {where}", value=f"{typed}fi")]

    await talk.bot.tree.sync(guild=talk.home)
    offered = await talk.fake.autocomplete(
        talk.rina, talk.channel, "startstream", focused="source", value="lo", destination="youtube"
    )

    assert [(choice.name, choice.value) for choice in offered] == [("lofi to youtube", "lofi")]


async def test_subcommand_is_reached(talk: Scene) -> None:
    """A person can run a command of a group."""
    playlist = app_commands.Group(name="playlist", description="Playlists", guild_ids=[talk.guild.id])

    @playlist.command(description="Add")
    async def add(asked: Asked, name: str) -> None:
        await asked.response.send_message(f"added {name}")

    talk.bot.tree.add_command(playlist)
    await talk.bot.tree.sync(guild=talk.home)

    assert (
        await (await talk.fake.slash(talk.rina, talk.channel, "playlist add", name="night"))
    ).content == "added night"


class Buttons(discord.ui.View):
    """A card with buttons and a menu."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Stop", custom_id="stop:1")
    async def stop_it(self, asked: Asked, _: discord.ui.Button[Buttons]) -> None:
        """Update the card."""
        await asked.response.edit_message(content="stopped", view=None)

    @discord.ui.button(label="Logs", custom_id="logs:1")
    async def logs(self, asked: Asked, _: discord.ui.Button[Buttons]) -> None:
        """Answer beside the card."""
        await asked.response.send_message(f"for {asked.user.id}", ephemeral=True)

    @discord.ui.button(label="Later", custom_id="later:1")
    async def later(self, asked: Asked, _: discord.ui.Button[Buttons]) -> None:
        """Acknowledge, and update the card afterwards."""
        await asked.response.defer()
        await asked.edit_original_response(content="done")

    @discord.ui.select(custom_id="pick", options=[discord.SelectOption(label="One", value="1")])
    async def pick(self, asked: Asked, menu: discord.ui.Select[Buttons]) -> None:
        """Say what was picked."""
        await asked.response.send_message(menu.values[0])


async def test_buttons_and_menus_work(talk: Scene) -> None:
    """A person presses buttons of a card, by label or custom id, and picks from its menu."""
    await talk.place.send("card", view=Buttons())
    card = talk.fake.messages(talk.channel)[0]
    assert [button.label for button in card.buttons] == ["Stop", "Logs", "Later"]

    logs = await (await talk.fake.press(talk.rina, card, "Logs"))
    assert (logs.kind, logs.content, logs.ephemeral) == ("message", "for 777", True)
    later = await talk.fake.press(talk.rina, card, "later:1")
    assert (await later).kind == "deferred_update"
    await talk.fake.until(lambda: card.content == "done")
    assert (await (await talk.fake.choose(talk.rina, card, "pick", "1"))).content == "1"
    assert (await (await talk.fake.press(talk.rina, card, "stop:1"))).kind == "update"
    assert (card.content, card.buttons) == ("stopped", [])


class Key(discord.ui.Modal, title="Send the key"):
    """A form with both ways to place a field."""

    key: discord.ui.Label[Key] = discord.ui.Label(
        text="Stream key", component=discord.ui.TextInput(custom_id="key", min_length=4)
    )
    note: discord.ui.TextInput[Key] = discord.ui.TextInput(label="Note", custom_id="note", required=False)

    async def on_submit(self, asked: Asked) -> None:  # type: ignore[override]  # discord.py's own is generic
        """Say what was sent."""
        field = self.key.component
        assert isinstance(field, discord.ui.TextInput)
        await asked.response.send_message(f"{field.value}/{self.note.value}", ephemeral=True)


async def test_form_is_shown_and_sent(talk: Scene) -> None:
    """A person is asked for a key in a form, fills it in by label, and the answer is his alone."""

    @talk.bot.tree.command(guild=talk.home, description="Key")
    async def setkey(asked: Asked) -> None:
        await asked.response.send_modal(Key())

    await talk.bot.tree.sync(guild=talk.home)
    modal = (await (await talk.fake.slash(talk.rina, talk.channel, "setkey"))).modal
    assert modal is not None
    assert (modal.title, modal.labels) == ("Send the key", ["Stream key", "Note"])
    with pytest.raises(CannotDoThat, match="3 characters"):
        await talk.fake.submit_modal(talk.rina, modal, key="abc")

    answer = await (await talk.fake.submit_modal(talk.rina, modal, **{"Stream key": "abcd", "note": "x"}))
    assert (answer.content, answer.ephemeral) == ("abcd/x", True)
