"""Files that people send: offered to the bot before anything is fetched, and fetched whole where it wants them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from adapters.telegram.client import find_limit_bytes
from adapters.telegram.files import Files
from adapters.telegram.incoming import Media
from bot.channel import ChannelAway, ChannelError
from bot.config import TelegramConfig
from tests.adapters.telegram.rig import Club
from tests.fakes.telegram_api import Attachment, FakeTelegram
from tests.fakes.wait import eventually

if TYPE_CHECKING:
    from pathlib import Path

    from bot.channel import OfferedFile
    from bot.spec import Invocation
    from tests.bot.talk import Bot
    from tests.fakes.clock import FakeClock

MIB = 1024 * 1024
CLIP = Attachment(name="night <1>.mp4", content=b"moving pictures" * 1000, mime_type="video/mp4")


async def offered(club: Club) -> tuple[Invocation, OfferedFile]:
    """The file that the bot was offered."""
    (found,) = await eventually(lambda: club.listener.files, "a file")
    return found


@pytest.mark.parametrize("kind", ["document", "video"])
async def test_file_is_offered_and_fetched(club: Club, kind: str, tmp_path: Path) -> None:
    """A file sent to the bot is offered with name and size, comes down whole, and the sender is answered."""
    fields: dict[str, Any] = {kind: CLIP}
    seen = await club.says(club.operator, "", **fields)

    invocation, file = await offered(club)
    assert seen.text == "taken"
    assert (invocation.person, file.name, file.size_bytes) == ("3", CLIP.name, len(CLIP.content))
    await file.save(tmp_path / "clip.mp4")
    assert (tmp_path / "clip.mp4").read_bytes() == CLIP.content
    assert club.telegram.refused == []


def test_telegram_itself_gives_20_mb() -> None:
    """The limit that a sender is told is that of the server in use."""
    assert find_limit_bytes(TelegramConfig()) == 20 * MIB
    assert find_limit_bytes(TelegramConfig(api_url="http://127.0.0.1:8081")) == 2000 * MIB


async def test_file_too_big_is_known_before_any_download(club: Club, tmp_path: Path) -> None:
    """A film beyond 20 MB is offered with Telegram's limit, so that the sender can be told without waiting."""
    film = Attachment(name="film.mp4", size_bytes=21 * MIB)

    await club.says(club.operator, "", document=film)

    _, file = await offered(club)
    assert (file.size_bytes, file.limit_bytes) == (21 * MIB, 2000 * MIB)  # the fake's address is not Telegram's
    assert club.telegram.calls("getFile") == []
    with pytest.raises(ChannelError):
        await file.save(tmp_path / "film.mp4")


async def test_forwarded_file_is_taken_in_private(club: Club) -> None:
    """Whoever forwards a film to the bot means to give it: that is no order of somebody else."""
    await club.says(club.operator, "", document=CLIP, forwarded=True)

    assert (await offered(club))[1].name == CLIP.name


async def test_films_of_a_group_are_left_alone(club: Club) -> None:
    """What people show each other is not taken; what is sent to the bot is: as an answer, by name or by order."""
    group = club.group(bot_rights=["can_delete_messages"])
    card = await club.says(club.operator, "/startstream lofi youtube", group)

    await club.telegram.say(club.operator, group, "look", video=CLIP)
    await club.says(club.operator, "", group, video=CLIP, reply_to=card)
    await club.says(club.operator, "/import", group, video=CLIP)
    await club.says(club.operator, "@streambro_bot", group, video=CLIP)

    assert [invocation.text for invocation, _ in club.listener.files] == ["/import"] * 3


async def test_own_server_gives_files_by_path(bot: Bot, clock: FakeClock, tmp_path: Path) -> None:
    """With a Bot API server of one's own a file of 30 MB is copied from where that server put it."""
    big = Attachment(name="big.mp4", content=b"x" * (30 * MIB))
    async with FakeTelegram(
        clock=lambda: clock.now().timestamp(), flood=None, local_dir=tmp_path / "server"
    ) as telegram:
        club = Club(telegram, bot, clock)
        async with club.running():
            await club.says(club.operator, "", document=big)
            _, file = await offered(club)
            await file.save(tmp_path / "big.mp4")

    assert (tmp_path / "big.mp4").stat().st_size == 30 * MIB


@pytest.mark.parametrize(("method", "status"), [("getFile", 500), ("file", 500)])
async def test_broken_download_tells_no_token(club: Club, tmp_path: Path, method: str, status: int) -> None:
    """A download that fails says so without the address, which holds the token."""
    await club.says(club.operator, "", document=CLIP)
    _, file = await offered(club)
    club.telegram.fail(method, status)

    with pytest.raises(ChannelError) as told:
        await file.save(tmp_path / "clip.mp4")

    assert club.telegram.token not in repr(told.value)
    assert told.value.__cause__ is None


async def test_download_that_breaks_off_can_be_tried_again(club: Club, tmp_path: Path) -> None:
    """A connection that is lost while a file comes down is an outage, not the file's end."""
    await club.says(club.operator, "", document=CLIP)
    _, file = await offered(club)
    club.telegram.drop("file", 1)

    with pytest.raises(ChannelAway):
        await file.save(tmp_path / "clip.mp4")
    await file.save(tmp_path / "clip.mp4")
    assert (tmp_path / "clip.mp4").read_bytes() == CLIP.content


async def test_file_that_takes_long_holds_up_nothing(club: Club, tmp_path: Path) -> None:
    """While a file comes down, its sender can go on giving orders."""
    club.telegram.hang("getFile")
    club.listener.fetch_to = tmp_path / "clip.mp4"
    await club.telegram.say(club.operator, club.chat_of(club.operator), "", document=CLIP)
    await offered(club)

    assert (await club.says(club.operator, "/help")).text
    assert club.listener.told == [] or club.listener.told[-1][1] is not club.listener.taken
    await club.telegram.come_back()


def test_own_server_is_given_time_for_a_long_film(bot: Bot) -> None:
    """A server of one's own answers once it has all of 2 GB, at any line that could send it; a hung one is given up."""
    files = Files(cast("Any", None), 2000 * MIB)

    def patience_s(size: int | None) -> float:
        return files.find_patience_s(Media(bot.operator.invocation, 1, "f", "film.mp4", size))

    assert (patience_s(0), patience_s(20 * MIB), patience_s(2000 * MIB), patience_s(None)) == (60, 140, 8060, 8060)
