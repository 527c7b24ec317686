"""/chart: a picture that tells at a glance what a stream cost and when it was off air."""

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageColor, ImageFont

from bot.commands.chart import HOST_PANELS, STREAM_PANELS, build, find_restarts
from bot.i18n import Words
from bot.present.axes import marks, round_up, time_marks
from bot.present.canvas import DARK, FONT, GROUND, SMALL_PX, TITLE_PX, WIDTH
from bot.present.chart import LEFT_PX, LINES, RESTART, RIGHT_PX, draw
from bot.reply import Picture
from core.monitor.sample import Measured
from tests.bot.talk import Bot
from tests.fakes.clock import FakeClock

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
JAKARTA = ZoneInfo("Asia/Jakarta")
STEP = timedelta(seconds=30)
MAX_BYTES = 10_000_000  # of a photo on Telegram


def a_day(**changes: Any) -> list[Measured]:
    """Half a day of samples."""
    usual: dict[str, Any] = {"cpu_percent": 1.0, "memory_mib": 15.0, "kbps": 3100.0, "live": 1.0, "restarts": 0}
    return [Measured(NOON - n * STEP, **{**usual, **changes}) for n in reversed(range(1440))]


def colours(data: bytes) -> set[tuple[int, ...]]:
    """The colours of a picture."""
    picture = Image.open(io.BytesIO(data))
    assert (picture.format, picture.width) == ("PNG", WIDTH)
    return {cast("tuple[int, ...]", colour) for _, colour in picture.convert("RGB").getcolors(100_000) or []}


def near(colour: str, found: set[tuple[int, ...]]) -> bool:
    """Whether a picture of few colours has this one."""
    wanted = ImageColor.getrgb(colour)
    return any(all(abs(a - b) <= 16 for a, b in zip(wanted, one, strict=True)) for one in found)


def picture(measured: list[Measured], period: str = "24h", title: str = "lofi") -> bytes:
    """The chart of these samples."""
    words = Words("id", JAKARTA)
    return draw(build(measured, period, NOON, words, title, STREAM_PANELS))


def test_each_value_has_its_line() -> None:
    """CPU, memory and bitrate are all there, on a ground of its own that reads in light and dark chats."""  # P11
    data = picture(a_day())
    found = colours(data)
    assert [colour for colour in (GROUND, *LINES[:3]) if not near(colour, found)] == []
    assert not near(DARK, found)
    assert len(data) < MAX_BYTES


def test_darkness_and_restarts_are_marked() -> None:
    """When it was off air and when it was started anew can be seen."""  # P11
    day = a_day()
    day[700:720] = a_day(live=0.0)[700:720]
    day[720:] = a_day(restarts=1)[720:]
    found = colours(picture(day))
    assert near(DARK, found)
    assert near(RESTART, found)
    assert find_restarts(day) == [day[720].at]


@pytest.mark.parametrize("measured", [[], [Measured(NOON)], [Measured(NOON - STEP, cpu_percent=0.0)]])
def test_hardly_any_samples_make_a_picture_too(measured: list[Measured]) -> None:
    """Nothing measured, one sample, nothing but zeros: no crash, and no division by nothing."""
    assert near(GROUND, colours(picture(measured)))


@pytest.mark.parametrize("title", ["🌙" * 40, "a" * 500, "", "\u202e\x00<b>&"])
def test_any_name_fits(title: str) -> None:
    """Emoji, floods and markup in a name break no picture."""
    assert near(GROUND, colours(picture(a_day(), title=title)))


@given(st.floats(0, 1e12))
def test_axes_end_above_what_they_hold(highest: float) -> None:
    """No line leaves its panel, and axes end at round numbers."""
    end = round_up(highest)
    assert end >= highest
    assert end <= max(1.0, highest * 2.5)
    assert marks(end)[-1] == end


def test_time_marks_are_round_in_the_persons_zone() -> None:
    """Marks stand at hours of the person's own clock, also across summer time."""
    found = time_marks(NOON - timedelta(days=1), NOON, timedelta(hours=4), JAKARTA)
    assert {moment.astimezone(JAKARTA).hour % 4 for moment in found} == {0}
    assert len(found) == 6
    berlin = ZoneInfo("Europe/Berlin")
    spring = datetime(2026, 3, 29, 12, tzinfo=UTC)
    assert len(time_marks(spring - timedelta(days=7), spring, timedelta(days=1), berlin)) == 7


async def test_chart_of_a_stream_and_of_the_host(bot: Bot, clock: FakeClock) -> None:
    """/chart lofi is the stream's, /chart alone the server's; what was not measured is said in words."""
    assert "Nothing was measured of the server" in await bot.viewer.told("/chart")
    await bot.store.samples.add([Measured(clock.now() - STEP, None, cpu_percent=5.0, disk_free_mib=1000.0)])
    reply = await bot.viewer.says("/chart period=1h")
    assert reply is not None
    (shown,) = reply.blocks
    assert isinstance(shown, Picture)
    assert (shown.caption, shown.name) == ("the server, the last hour", "chart-host.png")
    assert near(LINES[0], colours(shown.data))
    assert "No stream called 'lofi'" in await bot.viewer.told("/chart lofi")


async def test_a_week_is_shown_from_its_first_minutes_on(bot: Bot, clock: FakeClock) -> None:
    """/chart period=7d shows what was measured since the start too, before there are means of five minutes."""
    minute = timedelta(minutes=1)
    await bot.store.samples.add([Measured(clock.now() - n * minute, None, cpu_percent=5.0) for n in range(1, 12)])
    before = await bot.viewer.says("/chart period=7d")
    await bot.store.samples.condense(clock.now())
    after = await bot.viewer.says("/chart period=7d")
    assert before is not None
    assert after is not None
    assert before.data == {"samples": 11}
    assert 2 <= int(str(after.data["samples"])) < 11
    assert isinstance(after.blocks[0], Picture)


def test_what_the_server_sends_is_in_its_chart() -> None:
    """/chart alone shows CPU, memory, bitrate and disk of the server."""
    assert [key for key, _ in HOST_PANELS] == ["chart.host_cpu", "chart.host_memory", "chart.bitrate", "chart.disk"]


def test_a_short_outage_is_seen_in_a_week_on_a_phone() -> None:
    """Five minutes off air in seven days are a red mark that is still 3 pixels wide on a phone's screen."""
    at = NOON - timedelta(days=3)
    shown = Image.open(io.BytesIO(picture([Measured(at, cpu_percent=1.0, live=0.9)], "7d"))).convert("RGB")
    red = ImageColor.getrgb(DARK)
    row = [cast("tuple[int, ...]", shown.getpixel((x, 92 + 40 + 210 - 4))) for x in range(WIDTH)]
    marked = sum(all(abs(a - b) <= 16 for a, b in zip(one, red, strict=True)) for one in row)
    assert marked * 390 / WIDTH >= 3


@pytest.mark.parametrize("language", ["en", "id"])
def test_days_of_a_week_stand_apart(language: str) -> None:
    """The days under a week's chart don't run into each other."""
    words = Words(language, JAKARTA)
    chart = build(a_day(), "7d", NOON, words, "lofi", STREAM_PANELS)
    font = ImageFont.truetype(FONT, SMALL_PX)
    room = (WIDTH - LEFT_PX - RIGHT_PX) / 7
    days = [chart.tell_time(NOON - timedelta(days=n)) for n in range(7)]
    assert max(font.getlength(day) for day in days) < room * 0.85


@pytest.mark.parametrize("name", ["a" * 64, "W" * 64, "夜のラジオ" * 3])
def test_a_long_name_leaves_the_time_readable(name: str) -> None:
    """Of a long name a part is shown, of one in letters that the font lacks nothing; the period always whole."""
    told: list[str] = []

    def tell(shown: str) -> str:
        told.append(shown)
        return f"{shown}, the last 24 hours"

    draw(replace(build(a_day(), "24h", NOON, Words("en"), name, STREAM_PANELS), tell_title=tell))
    assert ImageFont.truetype(FONT, TITLE_PX).getlength(f"{told[-1]}, the last 24 hours") <= WIDTH - LEFT_PX - RIGHT_PX
    assert told[-1] == "" if name.startswith("夜") else told[-1].endswith("…")


def test_a_panel_without_values_says_so() -> None:
    """Of a stream that has just begun CPU and memory are not known yet, and the chart says that."""
    said = build([Measured(NOON - STEP, kbps=3000.0)], "1h", NOON, Words("en"), "lofi", STREAM_PANELS)
    assert said.empty == "not measured yet"
    assert draw(said) != draw(replace(said, empty=""))
