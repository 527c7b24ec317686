"""The rules of the fake Discord beyond sizes: deadlines, rights, and what is no longer there."""

from __future__ import annotations

from typing import Any

import aiohttp
import discord
import pytest

from tests.fakes.discord_api import CannotDoThat, Interaction
from tests.fakes.discord_client import Bot
from tests.fakes.discord_scenes import MESSAGE, MESSAGES, Scene, button, refused, row, scene

__all__ = ["scene"]  # the fixture

FOLLOW_UP = "/webhooks/{webhook_id}/{webhook_token}"
ORIGINAL = FOLLOW_UP + "/messages/@original"


async def first(scene: Scene, interaction: Interaction) -> Any:
    """Give the first answer."""
    return await scene.answer(4, {"content": "x"}, interaction=interaction)


async def later(scene: Scene, interaction: Interaction, method: str = "POST", path: str = FOLLOW_UP) -> Any:
    """Follow up, or edit."""
    application = scene.fake.world.application_id
    return await scene.bot.ask(method, path, {"content": "y"}, webhook_id=application, webhook_token=interaction.token)


async def test_first_answer_has_three_seconds(scene: Scene) -> None:
    """After 3 s the person has read that the application did not respond, and no answer is taken."""
    in_time, too_late = scene.command(), scene.command()
    scene.clock.now_s += 3.0
    await first(scene, in_time)
    scene.clock.now_s += 0.1
    assert too_late.expired
    await refused(first(scene, too_late), 404, 10062)
    await refused(later(scene, too_late), 404, 10015)


async def test_interaction_is_answered_once(scene: Scene) -> None:
    """A second first answer is refused."""
    interaction = scene.command()
    await first(scene, interaction)
    await refused(first(scene, interaction), 400, 40060)


async def test_token_lives_fifteen_minutes(scene: Scene) -> None:
    """Up to 15 minutes an answer can be edited and followed up, not later."""
    interaction = scene.command()
    await first(scene, interaction)
    scene.clock.now_s += 15 * 60
    await later(scene, interaction)
    await later(scene, interaction, "PATCH", ORIGINAL)
    scene.clock.now_s += 1
    await refused(later(scene, interaction), 401, 50027)
    await refused(later(scene, interaction, "PATCH", ORIGINAL), 401, 50027)


async def test_nothing_follows_before_the_first_answer(scene: Scene) -> None:
    """Follow-ups and edits need the first answer."""
    await refused(later(scene, scene.command()), 404, 10015)
    await refused(later(scene, scene.command(), "PATCH", ORIGINAL), 404, 10015)


@pytest.mark.parametrize(("to", "kind"), [(2, 6), (2, 7), (2, 8), (3, 8), (4, 4), (4, 9), (5, 9), (5, 7)])
async def test_answer_must_be_of_a_kind_that_fits(scene: Scene, to: int, kind: int) -> None:
    """A command can't update a message that it didn't come from, and a typed letter gets only choices."""
    await refused(scene.answer(kind, {"content": "x"}, to=to), 400, 50035, "In type")


async def test_ephemeral_message_is_the_askers_alone(scene: Scene) -> None:
    """Nobody else can press its buttons, and the bot cannot reach it as an ordinary message."""
    interaction = scene.command()
    await scene.answer(4, row(button()) | {"flags": 64}, interaction=interaction)
    shown = await interaction.reply()
    assert shown.ephemeral
    assert shown not in scene.fake.messages(scene.channel)
    other = scene.fake.user(2, "Budi")
    scene.fake.member(other, scene.guild)
    with pytest.raises(CannotDoThat):
        await scene.fake.press(other, shown, "x")
    edit = scene.bot.ask("PATCH", MESSAGE, {"content": "y"}, channel_id=scene.channel.id, message_id=shown.id)
    await refused(edit, 404, 10008)


@pytest.mark.parametrize(
    ("denied", "body", "code"),
    [
        ("view_channel", {"content": "x"}, 50001),
        ("send_messages", {"content": "x"}, 50013),
        ("embed_links", {"embeds": [{"title": "x"}]}, 50013),
    ],
)
async def test_bot_needs_permission(scene: Scene, denied: str, body: dict[str, Any], code: int) -> None:
    """Where the bot may not see or write, it can't."""
    place = scene.fake.channel(scene.guild, "closed", deny=[denied])
    await refused(scene.send(body, place), 403, code)
    scene.fake.permit(place)
    await scene.send(body, place)


async def test_others_messages_are_protected(scene: Scene) -> None:
    """The bot edits only its own messages, and deletes others' only where it may."""
    said = await scene.fake.say(scene.rina, scene.channel, "key: abc")
    where = {"channel_id": scene.channel.id, "message_id": said.id}
    await refused(scene.bot.ask("PATCH", MESSAGE, {"content": "x"}, **where), 403, 50005)
    scene.fake.permit(scene.channel, deny=["manage_messages"])
    await refused(scene.bot.ask("DELETE", MESSAGE, **where), 403, 50013)
    scene.fake.permit(scene.channel)
    await scene.bot.ask("DELETE", MESSAGE, **where)
    assert said.deleted
    private = await scene.fake.say(scene.rina, scene.fake.dm(scene.rina), "key: abc")
    where = {"channel_id": private.channel.id, "message_id": private.id}
    await refused(scene.bot.ask("DELETE", MESSAGE, **where), 403, 50003)


async def test_pins_are_limited(scene: Scene) -> None:
    """A channel holds 250 pins, and pinning needs its own permission."""
    path = MESSAGES + "/pins/{message_id}"
    for number in range(249):
        (await scene.fake.say(scene.rina, scene.channel, str(number))).pinned = True
    sent = [await scene.send({"content": "board"}) for _ in range(2)]
    where = {"channel_id": scene.channel.id, "message_id": sent[0]["id"]}
    await scene.bot.ask("PUT", path, **where)
    where["message_id"] = sent[1]["id"]
    await refused(scene.bot.ask("PUT", path, **where), 400, 30003)
    scene.fake.permit(scene.channel, deny=["pin_messages"])
    await refused(scene.bot.ask("PUT", path, **where), 403, 50013)


async def test_closed_door_of_a_person(scene: Scene) -> None:
    """Who takes no direct messages, or shares no guild with the bot, gets none."""
    scene.rina.dms_open = False
    await refused(scene.send({"content": "x"}, scene.fake.dm(scene.rina)), 403, 50007)
    stranger = scene.fake.user(3, "Nobody")
    await refused(scene.send({"content": "x"}, scene.fake.dm(stranger)), 403, 50278)


async def test_what_is_gone_is_unknown(scene: Scene) -> None:
    """A deleted message, a deleted channel, a guild that threw the bot out: each says so."""
    sent = await scene.send({"content": "x"})
    where = {"channel_id": scene.channel.id, "message_id": sent["id"]}
    await scene.bot.ask("DELETE", MESSAGE, **where)
    await refused(scene.bot.ask("PATCH", MESSAGE, {"content": "y"}, **where), 404, 10008)
    scene.fake.remove_channel(scene.channel)
    await refused(scene.send({"content": "x"}), 404, 10003)
    other = scene.fake.channel(scene.guild, "other")
    scene.fake.kick_bot(scene.guild)
    await refused(scene.send({"content": "x"}, other), 403, 50001)
    await refused(scene.bot.ask("GET", "/guilds/{guild_id}", guild_id=99), 404, 10004)


async def test_bad_token_is_refused(scene: Scene) -> None:
    """A bot with a wrong token cannot log in."""
    wrong = Bot()
    with pytest.raises(discord.LoginFailure):
        await wrong.login("wrong")
    await wrong.close()
    assert [(found.status, found.code) for found in scene.fake.refused] == [(401, 0)]


async def test_unknown_route_and_broken_body_are_refused(scene: Scene) -> None:
    """What the platform does not know, and what is no JSON, is refused and kept."""
    await refused(scene.bot.ask("GET", "/nothing"), 404, 0)
    url = f"{scene.fake.api_url}/channels/{scene.channel.id}/messages"
    headers = {"Authorization": f"Bot {scene.fake.token}", "Content-Type": "application/json"}
    async with aiohttp.ClientSession() as session, session.post(url, data=b"{", headers=headers) as answer:
        assert answer.headers["Content-Type"] == "application/json"
        assert (answer.status, (await answer.json())["code"]) == (400, 50109)
    assert [found.code for found in scene.fake.refused] == [0, 50109]


async def test_file_address_expires(scene: Scene) -> None:
    """An attachment's address is good for a day."""
    said = await scene.fake.say(scene.rina, scene.fake.dm(scene.rina), attachments=[("a.mp4", b"film")])
    assert await scene.bot.http.get_from_cdn(said.files[0].url) == b"film"
    scene.clock.now_s += 24 * 3600 - 1
    assert await scene.bot.http.get_from_cdn(said.files[0].url) == b"film"
    scene.clock.now_s += 2
    with pytest.raises(discord.NotFound):
        await scene.bot.http.get_from_cdn(said.files[0].url)
