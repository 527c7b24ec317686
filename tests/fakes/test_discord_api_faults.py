"""The fake Discord going wrong under the real discord.py: drops, limits of pace, errors, silence, absence."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import discord
import pytest

from tests.fakes.discord_api import FakeDiscord, Rates, Window
from tests.fakes.discord_client import Bot, Clock, connected, point_at
from tests.fakes.discord_scenes import MESSAGE, Scene, refused, scene, talk

__all__ = ["scene", "talk"]  # the fixtures
SEND = "POST /channels/{channel_id}/messages"


@pytest.mark.parametrize("code", [None, 4000])
async def test_dropped_gateway_is_resumed(talk: Scene, code: int | None) -> None:
    """What people write while the bot's connection is broken reaches it when it resumes, each message once."""
    dm = talk.fake.dm(talk.rina)
    await talk.fake.say(talk.rina, dm, "before")
    await talk.fake.drop_gateway(code)
    await talk.fake.say(talk.rina, dm, "meanwhile")
    await talk.fake.until(lambda: len(talk.bot.heard) == 2)
    await talk.fake.say(talk.rina, dm, "after")
    await talk.fake.until(lambda: len(talk.bot.heard) == 3)

    assert [message.content for message in talk.bot.heard] == ["before", "meanwhile", "after"]
    assert (talk.bot.resumed, talk.fake.gateway.resumes, talk.fake.gateway.identifies) == (1, 1, 1)


async def test_reconnect_is_asked_for(talk: Scene) -> None:
    """Asked to reconnect, the bot resumes."""
    await talk.fake.ask_to_reconnect()
    await talk.fake.until(lambda: talk.bot.resumed)
    assert talk.fake.gateway.identifies == 1


async def test_lost_session_is_opened_anew(talk: Scene) -> None:
    """A session that the platform has forgotten is not resumed: the bot identifies again, and is told all again."""
    await talk.fake.drop_gateway(resumable=False)
    await talk.fake.say(talk.rina, talk.fake.dm(talk.rina), "lost")
    await talk.fake.until(lambda: talk.fake.gateway.identifies == 2)
    await talk.fake.say(talk.rina, talk.fake.dm(talk.rina), "heard")
    await talk.fake.until(lambda: talk.bot.heard)
    assert [message.content for message in talk.bot.heard] == ["heard"]
    assert talk.bot.get_guild(talk.guild.id) is not None


async def test_wrong_token_and_intents_close_the_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gateway closes with 4004 for a wrong token and 4014 for an intent that is not enabled."""
    async with FakeDiscord() as fake:
        point_at(fake, monkeypatch)
        bot = Bot(discord.Intents.default() | discord.Intents(members=True))
        with pytest.raises(discord.PrivilegedIntentsRequired):
            async with connected(fake, bot):
                pass
        bot = Bot()
        await bot.login(fake.token)
        bot.http.token = "wrong"
        with pytest.raises(discord.ConnectionClosed) as caught:
            await bot.connect()
        assert caught.value.code == 4004
        await bot.close()


async def test_privileged_intents_can_be_enabled(monkeypatch: pytest.MonkeyPatch) -> None:
    """With them the bot reads what people write in a guild."""
    async with FakeDiscord(privileged_intents=True) as fake:
        point_at(fake, monkeypatch)
        scene = Scene(fake, Clock())
        scene.bot = Bot(discord.Intents.default() | discord.Intents(message_content=True))
        async with connected(fake, scene.bot):
            await fake.say(scene.rina, scene.channel, "hello")
            await fake.until(lambda: scene.bot.heard)
        assert scene.bot.heard[0].content == "hello"


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (["no json"], 4002),
        (['{"op": 1}'.ljust(4096), '{"op": 1}'.ljust(4097)], 4002),
        ([{"op": 99}], 4001),
        ([{"op": 3, "d": {}}], 4003),
        ([{"op": 2, "d": {"token": "wrong"}}], 4004),
        ([{"op": 2, "d": {"token": "right", "intents": 1 << 30}}], 4013),
        ([{"op": 2, "d": {"token": "right", "intents": 1}}] * 2, 4005),
        ([{"op": 1, "d": None}] * 121, 4008),
    ],
)
async def test_gateway_closes_on_mistakes(sent: list[Any], code: int) -> None:
    """Each mistake of a client has its close code."""
    async with (
        FakeDiscord(token="right") as fake,
        aiohttp.ClientSession() as session,
        session.ws_connect(fake.gateway_url) as socket,
    ):
        for payload in sent:
            await socket.send_str(payload if isinstance(payload, str) else json.dumps(payload))
        while (await socket.receive(timeout=5)).type is not aiohttp.WSMsgType.CLOSE:
            pass
        assert socket.close_code == code


async def test_pace_is_kept_by_the_headers(talk: Scene) -> None:
    """discord.py reads the limit from the headers and waits by itself: nothing is refused."""
    await asyncio.gather(*(talk.place.send(str(number)) for number in range(12)))
    assert len(talk.fake.messages(talk.channel)) == 12


async def test_too_many_messages_are_refused(scene: Scene) -> None:
    """Who does not wait gets 429 with how long, and the channel next door is free."""
    scene.fake.limiter.rates = Rates(routes={SEND: Window(2, 60.0)})
    other = scene.fake.channel(scene.guild, "other")
    headers = {"Authorization": f"Bot {scene.fake.token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        found = []
        for channel in [scene.channel] * 3 + [other]:
            url = f"{scene.fake.api_url}/channels/{channel.id}/messages"
            async with session.post(url, json={"content": "x"}) as answer:
                found.append((answer.status, answer.headers["X-RateLimit-Remaining"]))
                if answer.status == 429:
                    body = await answer.json()
                    assert answer.headers["Via"]
                    assert 59 < body["retry_after"] <= 60
                    assert body["global"] is False
    assert found == [(200, "1"), (200, "0"), (429, "0"), (200, "1")]
    assert [refused.status for refused in scene.fake.refused] == [429]


async def test_429_is_waited_out(scene: Scene) -> None:
    """A message that is refused for its pace is sent again after the time that was named, and stands there once."""
    fault = scene.fake.fail(SEND, 429, times=2, retry_after_s=0.01)
    await scene.send({"content": "x"})
    assert fault.hits == 2
    assert len(scene.fake.messages(scene.channel)) == 1
    assert scene.fake.refused == []


async def test_all_requests_together_are_limited(scene: Scene) -> None:
    """50 requests a second over all routes; answers to interactions are not counted."""
    scene.fake.limiter.rates = Rates(routes={}, total=Window(3, 60.0))
    scene.fake.limiter._total = None
    asked = scene.command()
    headers = {"Authorization": f"Bot {scene.fake.token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        is_global = None
        for expected in (200, 200, 200, 429):
            async with session.get(f"{scene.fake.api_url}/users/@me") as answer:
                assert answer.status == expected
                is_global = (await answer.json()).get("global")
    assert is_global is True
    await scene.answer(4, {"content": "x"}, interaction=asked)


async def test_too_many_mistakes_are_a_ban(scene: Scene) -> None:
    """After 10,000 invalid requests (here 3) the address is banned: 429 as HTML, which discord.py does not wait out."""
    scene.fake.limiter.rates = Rates(routes={}, invalid=Window(3, 600.0))
    closed = scene.fake.channel(scene.guild, "closed", deny=["view_channel"])
    for _ in range(3):
        await refused(scene.send({"content": "x"}, closed), 403, 50001)
    await refused(scene.send({"content": "x"}), 429, 0)


async def test_old_messages_take_few_edits(scene: Scene) -> None:
    """A message older than an hour can be edited so often only; a client that caps its waiting is told at once."""
    scene.fake.limiter.rates = Rates(routes={}, old_edits=Window(2, 3600.0))
    scene.bot.http.max_ratelimit_timeout = 30.0
    sent = await scene.send({"content": "board"})
    where = {"channel_id": scene.channel.id, "message_id": sent["id"]}
    for number in range(4):
        await scene.bot.ask("PATCH", MESSAGE, {"content": f"young {number}"}, **where)
    scene.clock.now_s += 3601
    for number in range(2):
        await scene.bot.ask("PATCH", MESSAGE, {"content": f"old {number}"}, **where)
    with pytest.raises(discord.RateLimited):
        await scene.bot.ask("PATCH", MESSAGE, {"content": "old 2"}, **where)
    assert [(found.status, found.code) for found in scene.fake.refused] == [(429, 30046)]
    assert scene.fake.messages(scene.channel)[0].content == "old 1"


async def test_error_is_injected_as_often_as_asked(scene: Scene) -> None:
    """A request fails as often as the test wants, is not done, and is no fault of the bot."""
    scene.fake.fail(SEND, 503, times=2)
    for _ in range(2):
        with pytest.raises(discord.DiscordServerError):
            await scene.send({"content": "x"})
    assert scene.fake.messages(scene.channel) == []
    await scene.send({"content": "x"})
    assert scene.fake.refused == []
    assert [request.status for request in scene.fake.requests[-3:]] == [503, 503, 200]


async def test_hanging_request_goes_on_when_lifted(scene: Scene) -> None:
    """A request gets no answer until the fault is lifted; then it is done."""
    fault = scene.fake.hang(SEND)
    sending = asyncio.create_task(scene.send({"content": "x"}))
    await scene.fake.until(lambda: fault.hits)
    assert not sending.done()
    fault.lift()
    await sending
    assert len(scene.fake.messages(scene.channel)) == 1


async def test_lost_answer_and_nonce(scene: Scene) -> None:
    """A message whose answer was lost is not there twice when it is sent again with the same nonce."""
    scene.fake.lose_answers(SEND)
    with pytest.raises(aiohttp.ClientError):
        await scene.place.send("alert", nonce="7")
    await scene.place.send("alert", nonce="7")
    await scene.place.send("other", nonce="8")
    assert [message.content for message in scene.fake.messages(scene.channel)] == ["alert", "other"]


async def test_platform_goes_away_and_comes_back(talk: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing gets through while it is away; afterwards the bot resumes and hears what was said."""
    # discord.py would wait for up to 2 s before it tries again.
    monkeypatch.setattr(discord.backoff.ExponentialBackoff, "delay", lambda _: 0.01)
    await talk.fake.go_away()
    with pytest.raises(aiohttp.ClientError):
        await talk.send({"content": "x"})
    await talk.fake.say(talk.rina, talk.fake.dm(talk.rina), "anybody?")
    await talk.fake.come_back()
    await talk.fake.until(lambda: talk.bot.heard)
    assert talk.bot.heard[0].content == "anybody?"
    assert talk.fake.gateway.identifies == 1
    await talk.send({"content": "x"})


async def test_download_fails_as_asked(scene: Scene) -> None:
    """A download can be made to fail."""
    said = await scene.fake.say(scene.rina, scene.fake.dm(scene.rina), attachments=[("a.mp4", b"film")])
    scene.fake.fail("GET /attachments/*", 500)
    with pytest.raises(discord.HTTPException):
        await scene.bot.http.get_from_cdn(said.files[0].url)
    assert await scene.bot.http.get_from_cdn(said.files[0].url) == b"film"
