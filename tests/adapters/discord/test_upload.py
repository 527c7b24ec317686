"""Files that people attach."""

from pathlib import Path

import pytest

from bot.channel import ChannelAway, OfferedFile
from tests.adapters.discord.club import Club, plain

VIDEO = bytes(range(256)) * 12_000
CDN = "GET /attachments/{channel_id}/{file_id}/{filename}"


async def offered(club: Club, *, size: int | None = None) -> OfferedFile:
    """Let Otto upload a video, and return what the bot is offered."""
    await club.order(club.otto, "upload", file=club.fake.upload("night.mp4", VIDEO, size=size))
    return club.ears.taken[-1]


async def test_attachment_is_offered_and_fetched(club: Club, tmp_path: Path) -> None:
    """/upload hands a file to the media library: its name, its size, and all of its bytes."""
    file = await offered(club)
    assert (file.name, file.size_bytes, file.limit_bytes) == ("night.mp4", len(VIDEO), None)
    heard = club.ears.heard[-1]
    assert (heard.person, heard.guild) == ("3", "10")
    await file.save(tmp_path / "night.mp4")
    assert (tmp_path / "night.mp4").read_bytes() == VIDEO
    assert "took night.mp4" in plain(club.last().text)


@pytest.mark.parametrize("size", [10, len(VIDEO) * 2])
async def test_file_of_another_size_is_not_taken(club: Club, tmp_path: Path, size: int) -> None:
    """A file that is not as long as announced is no file: neither a cut one nor one that fills the disk."""
    file = await offered(club, size=size)
    with pytest.raises(ChannelAway):
        await file.save(tmp_path / "night.mp4")


async def test_failed_download_is_said(club: Club, tmp_path: Path) -> None:
    """A file that Discord does not hand out any more is told, not half there."""
    file = await offered(club)
    club.fake.fail(CDN, 404)
    with pytest.raises(ChannelAway):
        await file.save(tmp_path / "night.mp4")


async def test_file_of_a_stranger_is_not_taken(club: Club) -> None:
    """Somebody on no list is told whom to ask, alone, and nothing is fetched."""
    await club.order(club.mallory, "upload", file=club.fake.upload("night.mp4", VIDEO))
    (told,) = club.whispered(club.mallory)
    assert "777" in told.text
    assert club.ears.taken == []
