"""Time zones as people name them."""

from __future__ import annotations

from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.zones import parse_zone, split_zone
from core.errors import InvalidValue, NotFound


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("WIB", "Asia/Jakarta"),
        ("wita", "Asia/Makassar"),
        ("WIT", "Asia/Jayapura"),
        ("Asia/Jakarta", "Asia/Jakarta"),
        ("asia/jakarta", "Asia/Jakarta"),
        ("jakarta", "Asia/Jakarta"),
        ("new york", "America/New_York"),
        ("america/new york", "America/New_York"),
        ("utc", "UTC"),
        ("UTC+7", "Etc/GMT-7"),
        ("gmt+07:00", "Etc/GMT-7"),
        ("UTC -3", "Etc/GMT+3"),
        ("UTC+0", "UTC"),
    ],
)
def test_zone(typed: str, meant: str) -> None:
    """A zone is known by its name in any case, by its city, by its short form, or by its hours from UTC."""
    assert str(parse_zone("tz", typed)) == meant


def test_every_zone_by_its_own_name() -> None:
    """Every IANA zone is understood, however its name is capitalised."""
    others = {"localtime", "Factory", "posixrules", "GMT", "GMT+0", "GMT-0"}
    names = available_timezones() - others

    assert {str(parse_zone("tz", name.upper())) for name in names} == names


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("Asia/Jakrta", "Asia/Jakarta"),
        ("jakrta", "Asia/Jakarta"),
        ("Amercia/New_York", "America/New_York"),
        ("louisville", "America/Kentucky/Louisville"),
    ],
)
def test_typing_slip(typed: str, near: str) -> None:
    """A slip, or a city that two zones share, is answered with the nearest names."""
    with pytest.raises(NotFound) as refused:
        parse_zone("tz", typed)

    assert refused.value.kind == "zone"
    assert refused.value.suggestions[0] == near


@pytest.mark.parametrize("typed", ["", "../etc/passwd", "/etc/localtime", "xyzzyq", "\0", "UTC+5:30", "z" * 9000])
def test_no_zone(typed: str) -> None:
    """What is like no zone, a path for one, is refused."""
    with pytest.raises(InvalidValue) as refused:
        parse_zone("tz", typed)

    assert refused.value.expected == "zone"
    assert len(refused.value.value) <= 64


@given(st.text(max_size=40))
def test_any_text_is_a_zone_or_refused(typed: str) -> None:
    """Whatever is typed, the answer is a zone or a refusal, never a fault."""
    try:
        parse_zone("tz", typed)
    except (InvalidValue, NotFound):
        return


def test_zone_behind_a_time() -> None:
    """A short zone name may stand behind a time; a time alone is left as it is."""
    rest, zone = split_zone("besok 18:00 WITA")

    assert (rest, str(zone)) == ("besok 18:00", "Asia/Makassar")
    assert split_zone("18:00") == ("18:00", None)
    assert split_zone("wib") == ("wib", None)
