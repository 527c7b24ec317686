"""Names: what a typed one means, and what a new one may be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Ambiguous, CoreError, InvalidName, NotFound
from core.names import NAME_MAX, check_name, find, is_showable, shorten

FILES = {"lofi.mp4": 1, "Ngaji Subuh.mkv": 2, "ngaji-malam.mp4": 3, "🌙 malam": 4, "café.mp4": 5}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("lofi.mp4", 1),
        ("LOFI.MP4", 1),
        ("lofi", 1),
        ("  lofi ", 1),
        ("lo", 1),
        ("ngaji s", 2),
        ("🌙", 4),
        ("cafe\u0301", 5),
    ],
)
def test_a_name_is_forgiven_case_ending_and_its_rest(typed: str, expected: int) -> None:
    """Somebody on a phone types as much of a name as is needed, in any case, and gets the thing."""
    assert find("source", typed, FILES) == expected


def test_the_exact_name_wins_over_longer_ones() -> None:
    """`lofi` means lofi although `lofi-2` and `Lofi` exist too."""
    assert find("stream", "lofi", {"lofi-2": 2, "lofi": 1, "Lofi": 3}) == 1


def test_names_of_the_same_thing_are_not_ambiguous() -> None:
    """A file's stem and its whole name both begin like what was typed, and lead to one file."""
    assert find("source", "lo", {"lofi": 1, "lofi.mp4": 1}) == 1


def test_a_beginning_of_several_names_all() -> None:
    """Where a beginning fits several, the answer names them, so that one can be chosen."""
    with pytest.raises(Ambiguous) as refusal:
        find("source", "ngaji", FILES)
    assert refusal.value.matches == ("Ngaji Subuh.mkv", "ngaji-malam.mp4")


def test_a_wrong_name_is_answered_with_the_nearest() -> None:
    """A slip of the thumb is answered with what was probably meant."""
    with pytest.raises(NotFound) as refusal:
        find("source", "lofy.mp4", FILES)
    assert refusal.value.suggestions == ("lofi.mp4",)


def test_a_suggestion_names_each_thing_once() -> None:
    """Nobody is asked whether he meant lofi or lofi.mp4, which are one."""
    with pytest.raises(NotFound) as refusal:
        find("source", "lofy", {"lofi": 1, "lofi.mp4": 1, "lofa": 2})
    assert sorted(refusal.value.suggestions) == ["lofa", "lofi"]


@pytest.mark.parametrize("typed", ["", "   ", "\n"])
def test_nothing_typed_is_no_beginning(typed: str) -> None:
    """An empty name never means the only thing there is."""
    with pytest.raises(NotFound):
        find("source", typed, {"lofi": 1})


@pytest.mark.parametrize(
    "hostile", ["-i", "../lofi.mp4", "concat:a|b", "http://host/x", "/etc/passwd", "x" * 10_000, "a\nb", "\x00", "%s{}"]
)
def test_hostile_names_match_nothing_and_are_shown_short(hostile: str) -> None:
    """What is no name is answered like any wrong name, on one short line."""
    with pytest.raises(NotFound) as refusal:
        find("source", hostile, FILES)
    assert len(refusal.value.name) <= 60
    assert is_showable(refusal.value.name)


@pytest.mark.parametrize(
    "name", ["lofi", "Ngaji Subuh", "🌙", "👨‍👩‍👧 family", 'it\'s "live"', "a" * NAME_MAX, "v1.2", "12"]
)
def test_ordinary_names_are_taken(name: str) -> None:
    """People call their things as they like, emoji and quotes included."""
    assert check_name("stream", f" {name} ") == name


def test_a_name_is_stored_composed() -> None:
    """Names from a Mac and from a phone that look the same are the same."""
    assert check_name("stream", "cafe\u0301") == "café"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("a" * (NAME_MAX + 1), "too_long"),
        ("a" * 10_000, "too_long"),
        ("a/b", "path"),
        ("..\\b", "path"),
        ("..", "path"),
        ("a\nb", "characters"),
        ("a\x00b", "characters"),
        ("-i", "characters"),
        ("@all", "characters"),
        ("#12", "characters"),
        (".hidden", "characters"),
        ("lo\u202efi", "characters"),
        ("lo\u200dfi", "characters"),
        ("\u200dlofi", "characters"),
        ("lo\u200bfi", "characters"),
        ("\ud800", "characters"),
        ("ALL", "reserved"),
    ],
)
def test_names_that_would_mislead_are_refused(name: str, reason: str) -> None:
    """A name that a command, a path or an eye would take for something else is refused, saying why."""
    with pytest.raises(InvalidName) as refusal:
        check_name("stream", name)
    assert refusal.value.reason == reason
    assert is_showable(refusal.value.name)


def test_a_comma_is_refused_where_it_separates() -> None:
    """Several destinations are typed with commas, so that none may have one in its name; streams may."""
    assert check_name("stream", "a, b") == "a, b"
    with pytest.raises(InvalidName):
        check_name("destination", "a,b")


@given(st.text(max_size=200), st.dictionaries(st.text(max_size=20), st.integers(), max_size=8))
def test_whatever_is_typed_finds_or_refuses(typed: str, candidates: dict[str, int]) -> None:
    """No text, however odd, makes looking up a name fail in any other way than by a refusal."""
    try:
        assert find("source", typed, candidates) in candidates.values()
    except CoreError as refusal:
        shown = str(refusal.data()["name"])
    else:
        shown = ""
    assert is_showable(shown)


@given(st.text(max_size=200))
def test_a_checked_name_finds_itself(name: str) -> None:
    """Every name that may be given leads back to its thing."""
    try:
        checked = check_name("stream", name)
    except InvalidName:
        return
    assert find("stream", name, {checked: 1, f"{checked}-2": 2}) == 1
    assert shorten(checked, NAME_MAX) == checked
