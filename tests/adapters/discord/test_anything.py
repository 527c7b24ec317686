"""Whatever people do, the bot answers it, survives it, and asks nothing of Discord that is refused."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.reply import Button, Code, Fields, Reply, Text
from core.model import MAIN_SPACE
from core.store import Store
from tests.adapters.discord.club import Club, Ears, running
from tests.bot.talk import Bot
from tests.conftest import SEARCH
from tests.fakes.clock import FakeClock
from tests.fakes.discord_api import QUICK_RATES, FakeDiscord, Message, User, Window
from tests.fakes.discord_client import point_at

ACTS = 1000 if SEARCH else 300
WORDS = (
    "lofi",
    "ngaji",
    "youtube",
    "youtube, twitch",
    "#1",
    "#999999999999999999",
    "all",
    "6h",
    "18.00",
    "-1",
    "9" * 40,
    "@everyone <@3> <@&10>",
    "**bold** `code` ||spoiler|| ```fence```",
    "[a](http://e.vil) <script> & \\",
    "\u202eright to left\u202c",
    "👩‍👩‍👧‍👦" * 20,
    "é" * 900,
    "a\nb\tc",
    "stop=#1 confirm=yes",
    '"quote',
    "''",
    "rtmp://127.0.0.1/live/key",
    "none",
    " ",
    "0",
)

SENSIBLE = {
    "source": ("lofi", "#1", "#2"),
    "destination": ("youtube", "twitch", "#1"),
    "stream": ("lofi", "ngaji-subuh", "#1", "all"),
    "for": ("6h", "none"),
    "until": ("23:00",),
    "user": ("<@777>", "Otto", "<@&10>"),
    "name": ("kick", "night"),
    "target": ("kick",),
}


@pytest.fixture
async def busy(store: Store, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Club]:
    """A club without the limit on all requests together: people here act faster than people can."""
    bot = Bot(store, FakeClock())
    await bot.furnish()
    async with FakeDiscord(rates=replace(QUICK_RATES, total=Window(100_000, 1.0))) as fake:
        point_at(fake, monkeypatch)
        club = Club(fake, Ears(bot))
        await club.furnish()
        async with running(club):
            await club.ready()
            yield club


class Crowd:
    """People who do whatever their client lets them do."""

    def __init__(self, club: Club, rng: random.Random) -> None:
        self.club, self.rng = club, rng
        self.people = (club.vera, club.otto, club.otto, club.ada, club.ada, club.mallory)
        self.commands = club.fake.commands(club.guild)
        start = next(command for command in self.commands if command["name"] == "startstream")
        self.orders = [*self.commands, *[start] * 6]  # what all the others are about

    async def act(self) -> None:
        """Do one thing."""
        acts: tuple[Callable[[User], Awaitable[None]], ...] = (
            self.order,
            self.order,
            self.press,
            self.press,
            self.press,
            self.type,
            self.forge,
            self.happen,
        )
        user = self.rng.choice(self.people)
        user.locale = self.rng.choice(("en-US", "id", "de"))
        await self.rng.choice(acts)(user)

    async def order(self, user: User) -> None:
        """Run any command with any options."""
        command = self.rng.choice(self.orders)
        options = {part["name"]: self.value(part) for part in command["options"] if self.wants(part)}
        await self.finish(user, await self.club.fake.slash(user, self.club.place, command["name"], **options))

    async def press(self, user: User) -> None:
        """Press any button that he sees, of whomever and however old."""
        seen = [message for message in self.club.fake.seen_by(user, self.club.place) if message.buttons]
        if seen:
            message: Message = self.rng.choice(seen[-30:])
            name = self.rng.choice(message.buttons).custom_id
            assert name is not None
            await self.finish(user, await self.club.fake.press(user, message, name))

    async def forge(self, user: User) -> None:
        """Send what no client of Discord's own would: a press or a form that was never offered."""
        order = self.rng.choice((self.rng.choice(WORDS), "stop #1", "stop all confirm=yes", "setkey #1", "status #1"))
        head = self.rng.choice(("b0::1:", "b9:board::", "b1:1::", "key:", "b1:x:y:", "", "b0:::"))
        kind = self.rng.choice((3, 5))
        field = {"type": 18, "component": {"type": 4, "custom_id": "key", "value": self.rng.choice(WORDS)}}
        data = {"custom_id": head + order, "component_type": 2} | ({"components": [field]} if kind == 5 else {})
        source = self.rng.choice(self.club.said())
        await self.finish(user, self.club.fake._interact(kind, user, self.club.place, data, source))

    async def type(self, user: User) -> None:
        """Type anything into an option that is completed."""
        command = self.rng.choice([c for c in self.commands if any(part.get("autocomplete") for part in c["options"])])
        focused = self.rng.choice([part["name"] for part in command["options"] if part.get("autocomplete")])
        others = {p["name"]: self.value(p) for p in command["options"] if p["name"] != focused and self.wants(p)}
        word = self.rng.choice(WORDS)
        place = self.club.place
        found = await self.club.fake.autocomplete(user, place, command["name"], focused=focused, value=word, **others)
        assert len(found) <= 25

    async def happen(self, _: User) -> None:
        """Let time pass, a stream go dark, or the bot say something unasked."""
        bot, word = self.club.ears.bot, self.rng.choice(WORDS)
        await bot.clock.advance(self.rng.choice((1, 60, 4000)))
        for view in await bot.engine.views(MAIN_SPACE):
            if view.running:
                self.rng.choice((bot.engine.go_live, bot.engine.go_dark))(view.id)
        size = self.rng.choice((1, 3, 200))
        blocks = (Text(word, strong=True), Fields(((word, word),) * size), Code(word * size), Text(word * size))
        sent = await self.club.post(Reply(blocks, ((Button(word, "status #1"), Button(word, "status #1")),)))
        await self.club.channel.edit(sent, Reply((Text(word * 2),)))

    async def finish(self, user: User, interaction: Any) -> None:
        """Wait for the answer; a form that pops up is sent or left open."""
        await self.club.settled(interaction)
        modal = interaction.response.modal
        if modal is not None and self.rng.random() < 0.7:
            key = self.rng.choice([word for word in WORDS if 0 < len(word) <= 400])
            await self.finish(user, await self.club.fake.submit_modal(user, modal, key=key))

    def wants(self, part: dict[str, Any]) -> bool:
        """Whether he fills an option in."""
        return bool(part.get("required")) or self.rng.random() < 0.25

    def value(self, part: dict[str, Any]) -> Any:
        """Anything that his client takes."""
        if part["type"] == 11:
            return self.club.fake.upload(self.rng.choice(("a.mp4", "ünï code.txt", "x" * 200)), b"data")
        if part.get("choices"):
            return self.rng.choice(part["choices"])["value"]
        if part["type"] == 4:
            return self.rng.randint(part.get("min_value", -(2**53)), part.get("max_value", 2**53))
        sensible = SENSIBLE.get(part["name"])
        word = self.rng.choice(sensible) if sensible and self.rng.random() < 0.7 else self.rng.choice(WORDS)
        return word[: part.get("max_length", 6000)]


@pytest.mark.parametrize("seed", range(2))
async def test_nothing_goes_unanswered(busy: Club, caplog: pytest.LogCaptureFixture, seed: int) -> None:
    """Hundreds of random orders, presses, forms and typings by anybody: no crash, all answered, none refused."""
    crowd = Crowd(busy, random.Random(seed))
    await busy.start_stream()
    for _ in range(ACTS):
        await crowd.act()
    assert [str(refused) for refused in busy.fake.refused] == []
    assert busy.fake.unanswered == []
    assert [message.text for message in busy.fake.world.ephemeral if message.loading and not message.deleted] == []
    assert [message.text for message in busy.said() if message.pinged] == []
    assert [record.getMessage() for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")] == []
