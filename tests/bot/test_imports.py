"""Files in, as people see it: a link or a file, how far it is, its end, and who may."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from bot.channel import ChannelAway, ChatRef, MessageRef, OfferedFile
from bot.files_in import EVERY_S, SMALL_S, FilesIn
from bot.i18n import Words
from bot.reply import Reply
from core.errors import FetchFailed
from core.media.import_view import ImportState
from core.push import ImportMessage
from tests.bot.talk import Bot, labels_of, text_of
from tests.fakes.clock import FakeClock
from tests.fakes.wait import eventually

LINK = "https://films.example/lofi-night.mp4"


class Wall:
    """A channel that remembers what it was told to show."""

    platform = "telegram"
    edits_per_minute = 10.0

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.away = 0

    def allowance_of(self, chat: ChatRef) -> ChatRef:
        raise NotImplementedError

    async def run(self) -> None:
        raise NotImplementedError

    async def send(self, chat: object, reply: Reply) -> MessageRef:
        raise NotImplementedError

    async def edit(self, message: MessageRef, reply: Reply) -> None:  # noqa: ARG002 - there is one message only
        if self.away:
            self.away -= 1
            raise ChannelAway("flood", 3.0)
        self.shown.append(text_of(reply))


async def save(path: Path) -> None:
    """Never called by the played imports."""
    raise AssertionError(path)


def offer(name: str = "film.mp4", size: int | None = 1000, limit: int | None = None) -> OfferedFile:
    """A file that somebody sent."""
    return OfferedFile(name, size, limit, save)


@pytest.fixture
def wall() -> Wall:
    """A channel."""
    return Wall()


@pytest.fixture
def files(bot: Bot, clock: FakeClock, wall: Wall) -> FilesIn:
    """What adapters hand files to."""
    return FilesIn(cast("Any", bot.engine), bot.dispatcher._auth, clock, {"telegram": wall})


async def test_a_link_is_fetched_and_can_be_cancelled(bot: Bot) -> None:
    """The answer says how far it is and has a button that ends it."""
    reply = await bot.operator.says(f"/import {LINK} name=malam")
    assert text_of(reply) == "⏬ malam: 0 % of 40.0 MB"
    assert text_of(await bot.operator.presses(reply, "Cancel")) == "⚪ malam: cancelled. Nothing was kept."
    assert "No import #1 is under way" in await bot.operator.told("/import cancel=1")


async def test_without_a_link_what_is_under_way_is_shown(bot: Bot) -> None:
    """/import alone asks for a link, or lists what comes in, each with its own way out."""
    assert "link" in await bot.operator.told("/import")
    await bot.operator.says("/cancel")
    await bot.operator.says(f"/import {LINK}")
    reply = await bot.operator.says("/import")
    assert (text_of(reply), labels_of(reply)) == ("⏬ lofi-night.mp4: 0 % of 40.0 MB", ["Cancel: lofi-night.mp4"])
    assert await bot.console.told("/import") == "⏬ lofi-night.mp4: 0 % of 40.0 MB"


async def test_a_wrong_link_is_asked_for_again(bot: Bot) -> None:
    """Whoever answers with something that is no link can send the right one next, or leave it."""
    await bot.operator.says("/import")
    refused = await bot.operator.says("lofi-night.mp4")
    assert labels_of(refused) == ["Cancel"]
    assert "/import" not in text_of(refused)
    assert await bot.operator.told("ftp://films.example/lofi-night.mp4")
    assert await bot.operator.told(LINK) == "⏬ lofi-night.mp4: 0 % of 40.0 MB"
    assert "I don't understand" in await bot.operator.told(LINK)


@pytest.mark.parametrize(
    ("link", "why"),
    [("file:///etc/passwd", "https://"), ("ftp://x/y", "https://"), ("https://a:b@films.example/x", "password")],
)
async def test_a_bad_link_is_refused_in_words(bot: Bot, link: str, why: str) -> None:
    """What can't be followed is told at once, with what to do."""
    told = await bot.operator.told(f"/import {link}")
    assert told.startswith("❌")
    assert why in told


async def test_viewers_import_nothing(bot: Bot, files: FilesIn) -> None:
    """Only those who run streams bring files in."""
    assert "is for operators" in await bot.viewer.told(f"/import {LINK}")
    assert "is for operators" in text_of(await files.take(bot.viewer.invocation, offer()))
    assert bot.engine.imports.views == {}


async def test_strangers_files_are_passed_over(bot: Bot, files: FilesIn) -> None:
    """Nobody unknown gets anything onto the disk, nor an answer by trying."""
    assert await files.take(bot.stranger.invocation, offer()) is None
    assert bot.engine.imports.views == {}


async def test_a_file_sent_in_private_becomes_a_source(bot: Bot, files: FilesIn) -> None:
    """Send a film to the bot, and it can go live with one press; who did it stands in the audit log."""
    reply = await files.take(bot.operator.invocation, offer("Lofi Night.mp4"))
    assert text_of(reply).startswith("✅ Lofi Night.mp4 is in the library")
    assert labels_of(reply) == ["Start"]
    assert "Lofi Night" in await bot.admin.told("/audit")


async def test_a_long_file_from_a_chat_is_followed_and_can_be_cancelled(
    bot: Bot, files: FilesIn, wall: Wall, clock: FakeClock
) -> None:
    """Whoever sends two hours of film sees how far it is, with a way out, as with a link."""
    bot.engine.imports.slow = True
    answering = asyncio.create_task(files.take(bot.operator.invocation, offer("Lofi Night.mp4")))
    await eventually(lambda: clock.pending, "the file begins to come")
    await clock.advance(SMALL_S)
    reply = await answering
    assert (text_of(reply), labels_of(reply)) == ("⏬ Lofi Night.mp4: 0 % of 40.0 MB", ["Cancel"])

    assert reply is not None
    files.follow(reply, MessageRef(bot.operator.invocation.chat, "77"), Words("en"))
    await bot.operator.presses(reply, "Cancel")
    await eventually(lambda: wall.shown, "the end is told")
    assert wall.shown == ["⚪ Lofi Night.mp4: cancelled. Nothing was kept."]


async def test_a_file_in_a_group_is_taken_only_where_it_is_meant(bot: Bot, files: FilesIn) -> None:
    """A film that friends share in a group stays theirs; with /import as its caption it is for the library."""
    invocation = bot.in_group(bot.operator).invocation
    assert await files.take(invocation, offer()) is None
    assert text_of(await files.take(replace(invocation, text="/import"), offer())).startswith("✅")


async def test_a_file_beyond_the_platforms_limit_points_to_links(bot: Bot, files: FilesIn) -> None:
    """Telegram's limit is told with the way around it, before anything is fetched."""
    told = text_of(await files.take(bot.operator.invocation, offer(size=50_000_000, limit=20 * 1024 * 1024)))
    assert told == "❌ Telegram gives bots 20 MB at most. Send a link instead: /import"


async def follow(bot: Bot, files: FilesIn, clock: FakeClock) -> Reply:
    """Start an import and let its message be followed: the database knows of it, and its next look is due."""
    reply = await bot.operator.says(f"/import {LINK}")
    assert reply is not None
    files.follow(reply, MessageRef(bot.operator.invocation.chat, "77"), Words("en"))
    await eventually(lambda: clock.pending, "the message is followed")
    return reply


async def test_the_message_follows_the_import_to_its_end(
    bot: Bot, files: FilesIn, wall: Wall, clock: FakeClock
) -> None:
    """One message tells how far it is, no more often than the platform likes, and the end at once."""
    await follow(bot, files, clock)
    await clock.settle()
    bot.engine.imports.move(1, received_bytes=10_000_000, rate_bps=1_000_000.0)
    await clock.advance(EVERY_S)
    assert wall.shown == []
    await clock.advance(12)
    bot.engine.imports.finish(1)
    await clock.settle()

    assert wall.shown == [
        "⏬ lofi-night.mp4: 25 % of 40.0 MB · 1.0 MB/s, 30 s left",
        "✅ lofi-night.mp4 is in the library (1.0 MB). Go live: /startstream",
    ]
    assert clock.pending == 0


async def test_nothing_new_is_not_said(bot: Bot, files: FilesIn, wall: Wall, clock: FakeClock) -> None:
    """An import that stands still costs no edits."""
    await follow(bot, files, clock)
    await clock.advance(120)
    assert wall.shown == []
    await files.close()


async def test_the_end_is_told_though_the_platform_wants_patience(
    bot: Bot, files: FilesIn, wall: Wall, clock: FakeClock
) -> None:
    """A platform that says 'later' gets the end of the story later, not never."""
    await follow(bot, files, clock)
    wall.away = 2
    bot.engine.imports.move(1, state=ImportState.FAILED, error=FetchFailed("broke_off"))
    await clock.advance(10)
    assert len(wall.shown) == 1
    assert wall.shown[0].startswith("❌ lofi-night.mp4 could not be imported. The connection broke off")


async def test_a_service_that_stops_says_what_it_broke_off(
    bot: Bot, files: FilesIn, wall: Wall, clock: FakeClock
) -> None:
    """No message keeps '45 %' and a dead [Cancel]: it says that the import is over, and what to do."""
    await follow(bot, files, clock)
    await clock.settle()
    await files.close()
    told = "⚪ lofi-night.mp4: broken off, since the service was restarted. Send the link or the file again."
    assert wall.shown == [told]
    assert await bot.store.chats.followed() == []


async def test_a_service_that_was_killed_says_it_when_it_is_back(
    bot: Bot, files: FilesIn, wall: Wall, clock: FakeClock
) -> None:
    """After a power cut the next start says it, in the person's language; what began since is left alone."""
    left = ImportMessage(bot.operator.invocation.chat, "70", "malam.mp4", "id")
    await bot.store.chats.follow(left)
    await files.open()
    files.start()
    await eventually(lambda: wall.shown, "what was broken off is told")
    assert wall.shown == ["⚪ malam.mp4: terputus karena layanan dimulai ulang. Kirim lagi tautan atau berkasnya."]
    await clock.settle()
    await files.close()
    assert await bot.store.chats.followed() == []


async def test_an_import_that_ended_is_not_told_of_again(bot: Bot, files: FilesIn, clock: FakeClock) -> None:
    """What came to its end before the service did stays as it was told."""
    await follow(bot, files, clock)
    bot.engine.imports.finish(1)
    await eventually(lambda: not files._following, "it is followed no more")
    assert await bot.store.chats.followed() == []


async def test_closing_leaves_no_message_followed(bot: Bot, files: FilesIn, clock: FakeClock) -> None:
    """When the service stops nothing waits on."""
    await follow(bot, files, clock)
    await clock.settle()
    await files.close()
    await clock.settle()
    assert (clock.pending, files._following) == (0, set())
