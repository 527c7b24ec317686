"""Typed text is read as people type it, and what can't be read is refused with the nearest right thing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import COMMANDS
from bot.errors import GivenTwice, NotUnderstood, TooLong, TooManyWords, UnknownCommand, UnknownParam
from bot.parse import (
    ITEM_SEPARATOR,
    MAX_ORDER_CHARS,
    bind_values,
    bind_words,
    build_order,
    find_spec,
    split_command,
    split_words,
)
from bot.spec import CommandSpec, Kind
from core.errors import InvalidValue

SPECS = {spec.name: spec for spec in COMMANDS}
START, STOP, LOGS, CHANGE = SPECS["startstream"], SPECS["stop"], SPECS["logs"], SPECS["change"]
MEDIA, PLAYLIST, ADD = SPECS["media"], SPECS["playlist"], SPECS["adddestination"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lofi youtube", ["lofi", "youtube"]),
        ("  lofi \n youtube\t", ["lofi", "youtube"]),
        ('"my film" youtube', ["my film", "youtube"]),
        ("“my film” ‘her film’ «their film» „our film“", ["my film", "her film", "their film", "our film"]),  # noqa: RUF001  # as phones type them
        ('name="my film"', ["name=my film"]),
        ("Rina's film", ["Rina's", "film"]),
        ("'Rina's film'", ["Rina's film"]),
        ('5" disk', ['5"', "disk"]),
        ('"never closed', ['"never', "closed"]),
        ("youtube, twitch", ["youtube,twitch"]),
        ("youtube ,twitch , kick", ["youtube,twitch,kick"]),
        ('"my film", lofi', ["my film,lofi"]),
        ('""', [""]),
        ("", []),
    ],
)
def test_words_are_told_apart(text: str, words: list[str]) -> None:
    """Quotes of any shape hold spaces, apostrophes are letters, and lists may have spaces behind their commas."""
    assert [word.text for word in split_words(text)] == words


@pytest.mark.parametrize(
    ("text", "name", "rest"),
    [
        ("/stop lofi", "stop", "lofi"),
        ("/STOP@streambro_bot lofi", "stop", "lofi"),
        ("stop #7", "stop", "#7"),
        ("  /stop\n lofi now ", "stop", "lofi now"),
        ("/stop", "stop", ""),
    ],
)
def test_command_is_told_from_its_words(text: str, name: str, rest: str) -> None:
    """Slash, the bot's name behind an @, and case make no difference."""
    assert split_command(text) == (name, rest)


@pytest.mark.parametrize("text", ["", " ", "/", "/@bot"])
def test_nothing_is_no_command(text: str) -> None:
    """A message without a word is not understood, rather than crashing anything."""
    with pytest.raises(NotUnderstood):
        split_command(text)


def test_too_long_a_text_is_not_read() -> None:
    """Ten thousand characters are refused in a word, whatever they say."""
    with pytest.raises(TooLong) as refused:
        split_command("/stop " + "x" * 10_000)
    assert refused.value.limit == MAX_ORDER_CHARS


def test_command_is_found_by_name_and_alias() -> None:
    """The Indonesian names lead to the same commands."""
    assert find_spec("mulai", COMMANDS, slash=True) is START
    assert find_spec("siaran", COMMANDS, slash=True).name == "streams"


def test_unknown_command_is_answered_with_the_nearest() -> None:
    """A typo in a command's name gets the name that was meant."""
    with pytest.raises(UnknownCommand) as refused:
        find_spec("stpo", COMMANDS, slash=True)
    assert refused.value.suggestions[0] == "stop"


@pytest.mark.parametrize(
    ("spec", "text", "args"),
    [
        (START, "lofi youtube", {"source": "lofi", "destination": "youtube"}),
        (START, "lofi youtube for=6h", {"source": "lofi", "destination": "youtube", "for": "6h"}),
        (START, "destination=youtube lofi", {"source": "lofi", "destination": "youtube"}),
        (START, "lofi youtube, twitch", {"source": "lofi", "destination": "youtube,twitch"}),
        (START, "lofi for=6 jam", {"source": "lofi", "for": "6 jam"}),
        (
            START,
            "lofi for=1 jam 30 menit youtube",
            {"source": "lofi", "for": "1 jam 30 menit", "destination": "youtube"},
        ),
        (
            START,
            "lofi until=2026-12-01 18:00 youtube",
            {"source": "lofi", "until": "2026-12-01 18:00", "destination": "youtube"},
        ),
        (START, "lofi until=18.00 WIB", {"source": "lofi", "until": "18.00 WIB"}),
        (START, "lofi FOR=none Mode=COPY", {"source": "lofi", "for": "none", "mode": "copy"}),
        (START, "lofi loop=tidak", {"source": "lofi", "loop": "no"}),
        (START, "lofi name=", {"source": "lofi"}),
        (START, '"a=b" youtube', {"source": "a=b", "destination": "youtube"}),
        (STOP, "ALL", {"stream": "all"}),
        (LOGS, "lofi 50", {"stream": "lofi", "lines": "50"}),
        (MEDIA, "", {}),
        (MEDIA, "lofi", {"name": "lofi"}),
        (MEDIA, "rename lofi new", {"action": "rename", "name": "lofi", "new": "new"}),
        (MEDIA, '"delete"', {"name": "delete"}),
        (PLAYLIST, "add malam lofi ngaji", {"action": "add", "name": "malam", "items": f"lofi{ITEM_SEPARATOR}ngaji"}),
        (ADD, "yt rtmp://host/app?a=b", {"name": "yt", "target": "rtmp://host/app?a=b"}),
        (ADD, "yt youtube a=b", {"name": "yt", "target": "youtube", "key": "a=b"}),
    ],
)
def test_words_find_their_parameters(spec: CommandSpec, text: str, args: dict[str, str]) -> None:
    """Words in order or by name mean what a person would mean by them, times with spaces included."""
    assert bind_words(spec, text) == args


def test_unknown_name_is_answered_with_the_nearest() -> None:
    """A misspelt parameter is refused with the one that was meant, not swallowed."""
    with pytest.raises(UnknownParam) as refused:
        bind_words(START, "lofi dest=youtube")
    assert (refused.value.name, refused.value.suggestions[0]) == ("dest", "destination")


def test_word_too_many_is_named() -> None:
    """A name with a space that was not quoted is told by the word that has no place."""
    with pytest.raises(TooManyWords) as refused:
        bind_words(START, "my film youtube twitch")
    assert refused.value.word == "youtube"


def test_parameter_twice_is_refused() -> None:
    """Two values for one parameter are a mistake, not a guess."""
    with pytest.raises(GivenTwice):
        bind_words(START, "lofi for=6h for=7h")


@pytest.mark.parametrize(
    ("spec", "text", "expected"),
    [
        (LOGS, "lofi many", "number"),
        (LOGS, "lofi 0", "number"),
        (LOGS, "lofi 99999999999999999999", "number"),
        (LOGS, "lofi -5", "number"),
        (LOGS, "lofi ٣", "number"),
        (START, "lofi for=soon", "duration"),
        (START, "lofi mode=magic", "choice"),
        (START, "lofi until=later", "moment"),
    ],
)
def test_value_that_does_not_fit_is_refused(spec: CommandSpec, text: str, expected: str) -> None:
    """A value of the wrong kind is refused with what was expected."""
    with pytest.raises(InvalidValue) as refused:
        bind_words(spec, text)
    assert refused.value.expected == expected


def test_options_are_checked_like_words() -> None:
    """What a platform hands over by name is held to the same rules as typed text."""
    assert bind_values(LOGS, {"stream": "lofi", "lines": "50"}) == {"stream": "lofi", "lines": "50"}
    with pytest.raises(UnknownParam):
        bind_values(LOGS, {"strem": "lofi"})
    with pytest.raises(InvalidValue):
        bind_values(LOGS, {"stream": "lofi", "lines": "many"})


VALUES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).map(str.strip).filter(bool)
FREE = {Kind.TEXT, Kind.NAME, Kind.SOURCE, Kind.MEDIA, Kind.STREAM, Kind.DESTINATION, Kind.USER, Kind.URL}


@given(st.data())
def test_button_does_what_it_was_made_for(data: st.DataObject) -> None:
    """Whatever a button's order holds, reading it gives exactly that; what no order can hold makes no button."""
    spec = data.draw(st.sampled_from(COMMANDS))
    params = [param for param in spec.params if param.kind in FREE and not param.many]
    chosen = data.draw(st.lists(st.sampled_from(params), unique=True)) if params else []
    values = {param.name: data.draw(VALUES) for param in chosen}
    values = {name: value for name, value in values.items() if value.casefold() != "all"}
    order = build_order(spec, values)
    if order is not None:
        name, rest = split_command(order)
        assert (name, bind_words(spec, rest)) == (spec.name, values)


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Any text is either read or refused as an error that the bot has words for."""
    for spec in COMMANDS:
        try:
            bind_words(spec, text)
        except (UnknownParam, GivenTwice, TooManyWords, InvalidValue):
            continue
