"""Alerts as they stand in a chat on Telegram, in a channel on Discord and in a terminal: one outbox, the same words."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from adapters.console.channel import CHAT, ConsoleChannel
from bot.channel import ChatRef
from bot.cli.client import Client
from bot.push import Push
from core.events import ResourceAlert
from core.model import MAIN_SPACE
from core.push import AlertChat
from tests.adapters.discord.club import Club as Guild
from tests.adapters.discord.club import Ears
from tests.adapters.discord.club import running as guild_running
from tests.adapters.telegram.rig import Club as Chats
from tests.bot.pushing import Pushing
from tests.bot.talk import Bot
from tests.bot.test_daily import has_run
from tests.contract.seats import Seen, console_keys, discord_note, plain, telegram_note
from tests.fakes.clock import FakeClock
from tests.fakes.discord_api import FakeDiscord
from tests.fakes.discord_client import point_at
from tests.fakes.stores import opened, put_empty_database
from tests.fakes.telegram_api import FakeTelegram
from tests.fakes.wait import eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from core.events import Event


class Alerted:
    """One service with three alert chats, on three platforms."""

    def __init__(self, bot: Bot, chats: Chats, guild: Guild, console: ConsoleChannel, client: Client) -> None:
        self.bot, self.chats, self.guild, self.client = bot, chats, guild, client
        self.telegram_chat = chats.chat_of(chats.operator)
        self.places = (ChatRef("telegram", str(chats.operator.id)), guild.chat, CHAT)
        self.push = Push(bot.engine, bot.access, bot.clock, "08:00")  # type: ignore[arg-type]  # the facade without FFmpeg
        self.push.channels |= {"telegram": chats.channel, "discord": guild.channel, "console": console}
        self.said: dict[str, Any] = {}
        self.make = Pushing.__new__(Pushing)  # only its makers of events, which want a clock alone
        self.make.clock = bot.clock

    async def listen(self) -> None:
        """Keep what the terminal shows."""
        async for pushed in self.client.pushes():
            self.said[pushed.get("said") or pushed["edited"]] = pushed["reply"]

    async def reads(self, *events: Event, word: str) -> dict[str, Seen]:
        """Let it happen, and return each chat's last message once all hold a word."""
        for event in events:
            self.bot.engine.bus.publish(event)
        for _ in range(2000):
            await asyncio.sleep(0.001)  # the platforms answer over real sockets, the store from its thread
            seen = self._standing()
            if len(seen) == len(self.places) and all(word in one.words for one in seen.values()):
                return seen
            await self.bot.clock.advance(0.1)
        raise AssertionError(f"never told everywhere: {word!r}; told: {self._standing()}")

    def _standing(self) -> dict[str, Seen]:
        seen = {}
        if self.chats.telegram.messages(self.telegram_chat):
            seen["telegram"] = telegram_note(self.chats, self.telegram_chat)
        if self.guild.said():
            seen["discord"] = discord_note(self.guild)
        if self.said:
            reply = self.said[max(self.said, key=int)]
            seen["console"] = Seen(plain(reply["text"]), console_keys(reply))
        return seen


@asynccontextmanager
async def _console(folder: Path, bot: Bot) -> AsyncIterator[tuple[ConsoleChannel, Client]]:
    channel = ConsoleChannel(folder / "console.sock", Ears(bot))
    task = asyncio.create_task(channel.run())
    await eventually((folder / "console.sock").exists, "the console's socket")
    client = await Client.connect(folder / "console.sock")
    await client.watch()
    await eventually(lambda: channel._watchers, "the watching")
    yield channel, client
    await client.close()
    await eventually(lambda: not channel._clients, "the hanging up")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def alerted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Alerted]:
    """A service that tells three chats."""
    clock = FakeClock()
    async with (
        opened(put_empty_database(tmp_path)) as store,
        FakeTelegram(clock=lambda: clock.now().timestamp(), flood=None) as telegram,
        FakeDiscord() as discord,
    ):
        point_at(discord, monkeypatch)
        bot = Bot(store, clock)
        await bot.furnish()
        guild, chats = Guild(discord, Ears(bot)), Chats(telegram, bot, clock)
        async with chats.running(), guild_running(guild), _console(tmp_path, bot) as (console, client):
            await guild.ready()
            service = Alerted(bot, chats, guild, console, client)
            for place in service.places:
                await store.chats.put(AlertChat(place, MAIN_SPACE, wanted=True))
            service.push.start()
            listening = asyncio.create_task(service.listen())
            yield service
            listening.cancel()
            await service.push.stop()
            await asyncio.gather(listening, return_exceptions=True)
        assert (telegram.refused, [str(refused) for refused in discord.refused]) == ([], [])


def same(seen: dict[str, Seen]) -> Seen:
    """Return what all three read, which must be the same."""
    assert seen["telegram"] == seen["discord"]
    assert seen["telegram"] == seen["console"]
    return seen["telegram"]


async def test_an_outage_is_told_alike_from_its_beginning_to_its_end(alerted: Alerted) -> None:
    """Dark: the same words and buttons everywhere; back: the same message says so everywhere."""
    # N1, N3
    dark = alerted.make.dark(next_try_s=1.0)
    first = same(await alerted.reads(dark, word="went dark"))
    assert "Trying again in 1 s." in first.words
    assert [key.label for key in first.buttons] == ["Restart now", "Stop", "Logs", "Mute 1 h"]

    back = same(await alerted.reads(alerted.make.recovered(dark), word="is back"))

    assert "lofi" not in back.words
    assert (len(alerted.chats.telegram.messages(alerted.telegram_chat)), len(alerted.guild.said())) == (1, 1)
    assert len(alerted.said) == 1


async def test_many_at_once_are_one_message_everywhere(alerted: Alerted) -> None:
    """Twenty streams that die together are one message per chat, which says the same everywhere."""
    darks = [alerted.make.dark(number) for number in range(1, 21)]

    told = same(await alerted.reads(*darks, word="20 streams went dark"))

    assert all(f"s{number}" in told.words for number in range(1, 21))
    assert [key.label for key in told.buttons][:1] == ["Details"]


async def test_what_was_given_up_is_told_alike(alerted: Alerted) -> None:
    """A stream that can't go on is told everywhere with its cause and what to press."""
    told = same(await alerted.reads(alerted.make.failed(), word="s1"))

    assert told.words.startswith("🔴")
    assert told.buttons


@pytest.mark.parametrize(
    ("kind", "value", "words"), [("cpu", 180.0, "180 % of a core"), ("memory", 812.0, "812 MiB of memory")]
)
async def test_what_takes_too_much_is_told_alike_with_its_end(
    alerted: Alerted, kind: str, value: float, words: str
) -> None:
    """Over its threshold: one message everywhere, with the picture that explains it; its end turns the same message."""
    # R11
    values: dict[str, Any] = {**alerted.make._stream(1), "kind": kind, "limit": 80.0, "for_s": 60.0}
    first = same(await alerted.reads(ResourceAlert(over=True, value=value, **values), word="🟠"))
    assert words in first.words
    assert [key.label for key in first.buttons] == ["Stats", "Logs"]

    over = same(await alerted.reads(ResourceAlert(over=False, value=10.0, **{**values, "for_s": 240.0}), word="✅"))

    assert "4 min" in over.words
    assert (len(alerted.chats.telegram.messages(alerted.telegram_chat)), len(alerted.guild.said())) == (1, 1)
    assert len(alerted.said) == 1


async def test_the_daily_report_is_read_alike(alerted: Alerted) -> None:
    """Each morning all three chats read how yesterday went, in one message each."""
    # N11
    await has_run(alerted.bot.store, alerted.bot.clock)
    await alerted.bot.clock.advance(20 * 3600)

    seen = await alerted.reads(word="From Mon 5 Jan")
    seen["console"] = replace(seen["console"], words=seen["console"].words.removesuffix(" (week.png)"))
    told = same(seen)

    assert "lofi 99.0 % of 1 h · dark 36 s · restarts 1 · 12.0 MB" in told.words
    assert [key.order for key in told.buttons] == ["streams"]
    assert told.words.endswith("Streams, the last 7 days")
    assert len(alerted.said) == 1


@pytest.mark.parametrize(("label", "told"), [("Operator", "Mallory is now operator."), ("Ignore", "777")])
async def test_a_stranger_is_told_of_and_let_in_alike(alerted: Alerted, label: str, told: str) -> None:
    """His first words bring each platform's admin the same note in private, whose buttons do and say the same."""
    chats, guild = alerted.chats, alerted.guild
    await guild.furnish()
    alerted.bot.services.strangers.on_stranger = alerted.push.notifier.on_stranger
    await chats.says(chats.stranger, "/streams")
    await guild.order(guild.mallory, "streams")
    ada, private = chats.chat_of(chats.admin), guild.fake.dm(guild.ada)

    def both() -> bool:
        return bool(chats.telegram.messages(ada) and guild.fake.messages(private))

    await chats.in_time(both, "both notes")
    on_telegram, on_discord = chats.telegram.messages(ada)[-1], guild.fake.messages(private)[-1]
    assert plain(on_telegram.text) == "👤 Mallory (@mallory, 777) wrote to me."
    assert plain(on_discord.text).casefold() == plain(on_telegram.text).casefold()
    buttons = [button.text for row in on_telegram.keyboard for button in row]
    assert buttons == [button.label for button in on_discord.buttons] == ["Viewer", "Operator", "Ignore"]

    await chats.presses(chats.admin, on_telegram, label)
    await guild.press(guild.ada, on_discord, label)

    await chats.telegram.wait_until(lambda: told in chats.telegram.messages(ada)[-1].text, what="the answer")
    answers = chats.telegram.messages(ada)[-1].text, guild.fake.seen_by(guild.ada, private)[-1].text
    assert plain(answers[0]) == plain(answers[1])
    assert told in plain(answers[0])


async def test_red_news_that_both_platforms_refuse_is_told_the_admins_alike(alerted: Alerted) -> None:
    """A platform that says 400 to an alert until it is given up: its admin reads the same words on either."""
    chats, guild = alerted.chats, alerted.guild
    await guild.furnish()
    dark = alerted.make.dark()
    guild.fake.fail("POST /channels/{channel_id}/messages", 400, times=5, code=50035)
    chats.telegram.fail("sendMessage", 400, times=5, description="Bad Request: nobody foresaw this")
    alerted.bot.engine.bus.publish(dark)
    ada, private = chats.chat_of(chats.admin), guild.fake.dm(guild.ada)

    def all_notes() -> bool:
        told = [len(chats.telegram.messages(ada)), len(guild.fake.messages(private))]
        return min(told) >= 2  # of both chats

    await chats.in_time(all_notes, "what the admins are told")

    said = [sorted(plain(one.text) for one in chats.telegram.messages(ada))]
    said.append(sorted(plain(one.text) for one in guild.fake.messages(private)))
    assert said[0] == said[1]
    assert all("was not told of trouble with s1" in text for text in said[0])
