"""A chat that the configuration gives to another team: from the next start on it is told of that one alone."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, cast

import pytest

from bot.answering import Answers
from bot.channel import ChatRef, private_chat
from bot.push import Push
from bot.spec import Invocation
from core.events import OutputWentDark
from core.model import MAIN_SPACE, Cause, CauseCode, SpaceName
from core.people import Role
from tests.bot.talk import CLUB, Bot, text_of
from tests.fakes.channel import FakeChannel
from tests.fakes.clock import FakeClock
from tests.fakes.stores import StoreAtRest

Places = dict[tuple[str, str], SpaceName]
NUMBERS = {MAIN_SPACE: "60", CLUB: "61"}
GUILDS = {"discord": "500", "telegram": None}
CHATS = {"discord": ChatRef("discord", "900"), "telegram": ChatRef("telegram", "-900")}
ELSEWHERE: Places = {("discord", "777"): CLUB, ("telegram", "-777"): CLUB}
"""The club's own places, whatever becomes of the chat."""


class Service:
    """A bot whose pushing can be started anew, in front of a chat that belongs to one of two teams."""

    def __init__(self, bot: Bot, clock: FakeClock, platform: str) -> None:
        self.bot, self.clock = bot, clock
        clock.settled = StoreAtRest(bot.store).wait
        self.channel = FakeChannel(clock, platform, 30.0)
        self.chat, self.guild = CHATS[platform], GUILDS[platform]
        self.push: Push

    async def furnish(self) -> None:
        """Give each team an admin, a file, a destination and a stream that runs."""
        for space, number in NUMBERS.items():
            self.bot.engine.library.put(f"{space}-song.mp4", space)
            await self.bot.engine.destinations.add(space, f"{space}-tube", "youtube", f"key-of-{space}")
            person = await self.bot.store.people.person(self.channel.platform, number, f"admin of {space}")
            await self.bot.store.people.grant(person.id, space, Role.ADMIN)

    async def start(self, space: SpaceName) -> None:
        """Start the service with a configuration that gives the chat, or its guild, to this team."""
        key = (self.channel.platform, self.guild or self.chat.chat)
        self.bot.access = replace(self.bot.access, places=ELSEWHERE | ({} if space == MAIN_SPACE else {key: space}))
        self.bot.dispatcher._auth.access = self.bot.access
        self.push = Push(self.bot.engine, self.bot.access, self.clock)  # type: ignore[arg-type]  # the facade alone
        self.push.channels[self.channel.platform] = self.channel
        self.bot.services.strangers.on_stranger = self.push.notifier.on_stranger
        await self.push.place()
        self.push.start()
        await self.clock.advance(3)

    async def gives(self, order: str, space: SpaceName) -> None:
        """Let the team's admin order in the chat, and the answer stand there."""
        auth, cards = self.bot.dispatcher._auth, self.push.cards
        files, chats = cast("Any", None), self.bot.store.chats
        answers = Answers(self.bot.dispatcher, auth, self.push.acting, cards, files, self.clock, chats)
        invocation = self.from_chat(NUMBERS[space], order)
        reply = await answers.answer(invocation)
        assert reply
        assert reply.ok, text_of(reply)
        await answers.shown(invocation, await self.channel.send(self.chat, reply), reply)

    def from_chat(self, person: str, text: str) -> Invocation:
        """What somebody orders in the chat."""
        platform = self.channel.platform
        return Invocation(platform, person, f"p{person}", self.chat, text, private_chat=False, guild=self.guild)

    async def goes_dark(self, space: SpaceName) -> None:
        """Let the team's stream fail."""
        (view,) = await self.bot.engine.views(space)
        output, now = view.outputs[0], self.clock.now()
        assert view.run
        stream = {"at": now, "space": space, "stream": view.id, "name": view.name, "run": view.run}
        where = {"output": output.id, "destination": output.destination, "platform": output.platform}
        why: dict[str, Any] = {"cause": Cause(CauseCode.RESET), "failures": 1, "next_try_s": 1.0, "dark_since": now}
        self.bot.engine.bus.publish(OutputWentDark(**why, **stream, **where))  # type: ignore[arg-type]  # by name
        await self.clock.advance(8)

    def count(self) -> dict[str, int]:
        """How often each message of the chat was said or changed."""
        return {message.id: len(message.said) for message in self.channel.in_chat(self.chat)}

    def said_since(self, before: dict[str, int]) -> str:
        """All that was said in the chat since, new or in place of something."""
        messages = self.channel.in_chat(self.chat)
        return "\n".join(text_of(reply) for m in messages for reply in m.said[before.get(m.id, 0) :])

    def notes(self, space: SpaceName) -> str:
        """What the team's admin read in private."""
        messages = self.channel.in_chat(private_chat(self.channel.platform, NUMBERS[space]))
        return "\n".join(message.text for message in messages)


@pytest.fixture(params=["discord", "telegram"])
async def service(bot: Bot, clock: FakeClock, request: pytest.FixtureRequest) -> AsyncIterator[Service]:
    """Two teams on one platform."""
    service = Service(bot, clock, request.param)
    await service.furnish()
    yield service
    await service.push.stop()
    clock.settled = None


@pytest.mark.parametrize(("old", "new"), [(CLUB, MAIN_SPACE), (MAIN_SPACE, CLUB)], ids=["taken", "given"])
async def test_regiven_chat_shows_its_new_team_alone(service: Service, old: SpaceName, new: SpaceName) -> None:
    """Board, cards, alerts and the admins' notes are the new team's; of the old one's streams nothing is said there."""
    await service.start(old)
    for order in ("/alerts on", f"/startstream {old}-song {old}-tube", "/streams"):
        await service.gives(order, old)
    await service.goes_dark(old)
    assert f"{old}-song → {old}-tube went dark" in service.said_since({})
    await service.push.stop()
    before = service.count()

    await service.start(new)
    await service.gives(f"/startstream {new}-song {new}-tube", new)
    await service.goes_dark(old)
    await service.goes_dark(new)
    await service.clock.advance(90)

    said = service.said_since(before)
    assert f"{new}-song → {new}-tube went dark" in said
    assert "📺 1 stream" in said  # the board that stood there
    assert f"{old}-" not in said
    await service.bot.dispatcher.answer(service.from_chat("888", "/streams"))
    service.channel.gone.add(service.chat)
    await service.goes_dark(new)
    await service.clock.advance(30)
    assert "I can't write to" in service.notes(new)
    assert ("p888" in service.notes(new)) == (service.guild is not None)  # in groups strangers are not heard
    assert "I can't write to" not in service.notes(old)
    assert "p888" not in service.notes(old)
