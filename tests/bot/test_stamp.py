"""A snapshot that is passed on still says when it was taken."""

import io
from datetime import UTC, datetime
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from bot.commands.looking import find_stamp
from bot.i18n import Words
from bot.present.canvas import GROUND
from bot.present.stamp import stamp
from bot.reply import Picture
from tests.bot.talk import Bot
from tests.bot.test_chart import near

NIGHT = datetime(2026, 1, 5, 18, 4, 7, tzinfo=UTC)


def a_frame(width: int = 1280, height: int = 720) -> bytes:
    """A white frame."""
    data = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(data, "JPEG")
    return data.getvalue()


@pytest.mark.parametrize("size", [(1280, 720), (320, 180), (405, 720), (96, 54)])
def test_the_time_stands_in_the_picture(size: tuple[int, int]) -> None:
    """It is written in a corner, on a ground of its own, and all else is as it was, whatever the picture's size."""
    shown = Image.open(io.BytesIO(stamp(a_frame(*size), "Mon 5 Jan 18:04:07 UTC")))
    assert (shown.format, shown.size) == ("JPEG", size)
    found = {cast("tuple[int, ...]", colour) for _, colour in shown.getcolors(100_000) or []}
    assert near(GROUND, found)
    assert shown.getpixel((size[0] - 1, 0)) == (255, 255, 255)


def test_it_is_the_askers_time() -> None:
    """Day, time and zone are those of whoever asked, in his language."""
    assert find_stamp(Words("id", ZoneInfo("Asia/Jakarta")), NIGHT) == "Sel 6 Jan 01.04.07 WIB"
    assert find_stamp(Words("en"), NIGHT) == "Mon 5 Jan 18:04:07 UTC"


def test_what_is_no_picture_is_left_alone() -> None:
    """A frame that can't be read is sent as it came."""
    assert stamp(b"no picture", "now") == b"no picture"


async def test_snapshots_are_stamped(bot: Bot) -> None:
    """/snapshot sends the frame with its time in it."""
    await bot.operator.says("/startstream lofi youtube")
    bot.engine.frame = a_frame()
    reply = await bot.viewer.says("/snapshot lofi")
    assert reply is not None
    (shown,) = reply.blocks
    assert isinstance(shown, Picture)
    assert shown.data == stamp(a_frame(), "Mon 5 Jan 12:00:00 UTC")
