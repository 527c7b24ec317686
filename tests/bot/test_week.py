"""The week of a team as one picture: a strip for each of its streams, the worst first."""

import io
from datetime import timedelta
from typing import cast

import pytest
from PIL import Image

from bot.i18n import Words
from bot.present.canvas import DARK, WIDTH
from bot.present.week import ON_AIR, ROW_PX, Strip, Week, draw
from bot.reply import Picture
from bot.week import MOST, find_week
from core.model import MAIN_SPACE
from core.monitor.sample import Measured
from core.store import Store
from tests.bot.talk import Bot
from tests.bot.test_chart import near
from tests.bot.test_daily import has_run
from tests.fakes.clock import FakeClock

DAY = timedelta(days=1)


def seen(data: bytes) -> tuple[int, set[tuple[int, ...]]]:
    """A picture's height and its colours."""
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    assert picture.width == WIDTH
    return picture.height, {cast("tuple[int, ...]", colour) for _, colour in picture.getcolors(100_000) or []}


async def test_when_a_stream_was_on_air_and_when_dark(store: Store, clock: FakeClock) -> None:
    """Green where it was on air, red where it was not; before there are means of it too."""  # N11
    await has_run(store, clock)
    (clean,) = await find_week(store, MAIN_SPACE, clock.now(), Words("en"))
    _, colours = seen(clean.data)
    assert near(ON_AIR, colours)
    assert not near(DARK, colours)

    (run,) = await store.streams.runs_since(MAIN_SPACE, clock.now() - DAY)
    await store.samples.add([Measured(clock.now() - timedelta(minutes=30), run.stream, live=0.0)])
    (marked,) = await find_week(store, MAIN_SPACE, clock.now(), Words("en"))
    assert near(DARK, seen(marked.data)[1])


async def test_of_a_team_that_streamed_nothing_there_is_no_picture(store: Store, clock: FakeClock) -> None:
    """An empty picture is not sent."""
    assert await find_week(store, MAIN_SPACE, clock.now(), Words("en")) == ()


async def test_many_streams_stay_readable(store: Store, clock: FakeClock) -> None:
    """Of many streams those that did worst are shown, and how many more there are is said."""
    for number in range(MOST + 3):
        await has_run(store, clock, f"s{number}")
    (shown,) = await find_week(store, MAIN_SPACE, clock.now(), Words("id"))
    assert seen(shown.data)[0] < (MOST + 3) * ROW_PX


async def test_the_report_on_demand_has_the_week_of_the_streams(bot: Bot, clock: FakeClock) -> None:
    """/report shows the streams' week, not the server's costs."""
    await has_run(bot.store, clock)
    reply = await bot.viewer.says("/report")
    assert reply is not None
    (picture,) = [block for block in reply.blocks if isinstance(block, Picture)]
    assert picture.caption == "Streams, the last 7 days"


@pytest.mark.parametrize("name", ["W" * 64, "夜のラジオ", "🌙", ""])
def test_any_name_has_its_strip(clock: FakeClock, name: str) -> None:
    """Long names and letters that the font lacks break no picture."""
    until = clock.now()
    strip = Strip(name, "99.9 %", [(until - DAY, until)], [(until - DAY, until - DAY)])
    words = Words("en")
    week = Week("Streams", [strip], until - 7 * DAY, until, DAY, words.zone, words.weekday, "green: on air")
    assert near(ON_AIR, seen(draw(week))[1])
