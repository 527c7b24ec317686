"""Hundreds of things that people, clumsy or hostile, say and press: each is answered, and no rule is broken."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from bot.channel import ChatRef
from bot.commands import COMMANDS
from bot.spec import Invocation
from tests.adapters.telegram.rig import Club
from tests.conftest import SEARCH

if TYPE_CHECKING:
    from tests.bot.talk import Bot
    from tests.fakes.clock import FakeClock
    from tests.fakes.telegram_api import Chat, FakeTelegram, Message, User

STEPS = 1000 if SEARCH else 300
ODD = (
    "<b>x</b>",
    "</pre>&amp;&lt;",
    "*_[x](http://127.0.0.1)`",
    "🟢" * 50,
    "\u202eevil\u202c",
    "\u200b\u200d\ufeff",
    "'; DROP TABLE streams; --",
    "$(reboot)",
    "../../etc/passwd",
    "9" * 400,
    "-1",
    "1e309",
    "NaN",
    "٣",
    "a" * 3900,
    "źдпسلام字",
    "e\u0301" * 100,
    'x="',
    "“lofi”",
    "=",
    "#1",
    "#s1",
    "#p99999999999999999999",
    "lofi|7",
    "\n\n\n",
    "\t",
    "all",
    "none",
    "\x00\x07",
    "\ud83d",
)
WORDS = (
    "lofi",
    "youtube",
    "twitch",
    "youtube,twitch",
    "ngaji",
    "6h",
    "for=6h",
    "until=25:00",
    "name=<i>",
    "admin",
    "2",
)


class Crowd:
    """People who act at random, the same each time for a seed."""

    def __init__(self, club: Club, seed: int) -> None:
        self.club = club
        self.random = random.Random(seed)
        self.people = [club.boss, club.admin, club.operator, club.viewer]
        self.group = club.group(bot_rights=["can_delete_messages"])
        self.forum = club.group(-1_000_000_000_056, threads={7: "streams"}, bot_rights=["can_delete_messages"])

    def order(self) -> str:
        """Something that begins like an order."""
        spec = self.random.choice(COMMANDS)
        names = [spec.name, *spec.aliases, spec.name.upper(), f"{spec.name}@streambro_bot", spec.name[:-1]]
        words = self.random.choices((*ODD, *WORDS), k=self.random.randrange(4))
        return " ".join(["/" + self.random.choice(names), *words])[:4000]

    def place(self, user: User) -> tuple[Chat, int | None]:
        """Where it is said."""
        return self.random.choice([(self.club.chat_of(user), None)] * 3 + [(self.group, None), (self.forum, 7)])

    def button(self) -> tuple[Message, str] | None:
        """Any button that was ever shown, or data that never stood on one."""
        chats = self.club.telegram.world.chats.values()
        shown = [message for chat in chats for message in self.club.telegram.messages(chat)]
        if not shown:
            return None
        message = self.random.choice(shown)
        old = [version.keyboard for version in message.versions]
        data = [button.data for board in (message.keyboard, *old) for row in board for button in row if button.data]
        forged = self.random.choice((*ODD, "stop #1|1", "startstream #1 #1", "|", "stop all confirm=yes", "start x"))
        return message, self.random.choice([*data, *data, *data, forged])[:60]

    async def press(self, user: User) -> bool:
        """Press something, and wait until it is answered."""
        found = self.button()
        if found is None:
            return False
        press = await self.club.telegram.press(user, *found, forged=True)
        await self.club.telegram.wait_answered(press)
        return True

    async def is_known(self, user: User) -> bool:
        """Whether this one has a role still: some are revoked on the way, and strangers are answered once an hour."""
        who = str(user.id)
        return await self.club.listener.role_of(Invocation("telegram", who, who, ChatRef("telegram", who))) is not None

    async def say(self, user: User) -> None:
        """Say something, and where it has to be answered wait for that."""
        telegram, own = self.club.telegram, self.club.chat_of(user)
        chat, thread = self.place(user)
        text = self.order() if self.random.random() < 0.8 else self.random.choice(ODD)
        before = len(telegram.messages(own))
        await telegram.say(user, chat, text.encode("utf-8", "replace").decode(), thread=thread)
        if chat is own and await self.is_known(user):
            await telegram.wait_until(lambda: len(telegram.messages(own)) > before, what=f"an answer to {text!r}")


@pytest.mark.parametrize("seed", [1, 2])
async def test_everything_is_answered_and_nothing_refused(
    telegram: FakeTelegram, bot: Bot, clock: FakeClock, seed: int
) -> None:
    """Whatever is typed or pressed, by whom and where ever: an answer in private, no crash, no request refused."""
    club = Club(telegram, bot, clock)
    crowd = Crowd(club, seed)
    async with club.running():
        for _ in range(STEPS):
            user = crowd.random.choice([*crowd.people, club.stranger])
            if crowd.random.random() < 0.5 or not await crowd.press(user):
                await crowd.say(user)

    told = [message.text for chat in telegram.world.chats.values() for message in telegram.messages(chat)]
    assert (telegram.unanswered(), telegram.refused) == ([], [])
    assert [text for text in told if "Something went wrong" in text] == []
