"""Both languages say everything, in the person's own way of writing numbers and times."""

import ast
import re
import string
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import adapters
import bot
import bot.errors as bot_errors
import core.errors as core_errors
from bot.commands import COMMANDS
from bot.i18n import LANGUAGES, Plural, Words
from bot.i18n.words import clean, load_catalogue
from bot.present.sentences import tell_finding
from core.errors import CoreError, Finding
from core.media.preflight import FINDINGS, PARTS_ALIKE
from core.model import CauseCode, Mode, Outcome, Platform, State
from core.people import Role

JAKARTA = ZoneInfo("Asia/Jakarta")
EN, ID = Words("en"), Words("id", JAKARTA)
ENGLISH = load_catalogue("en")

REASONS = re.compile(r"`reason`: ([a-z_, ]+)")


def placeholders(phrase: str | Plural) -> set[str]:
    """The names that a phrase has places for."""
    text = phrase.one + phrase.many if isinstance(phrase, Plural) else phrase
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def all_errors() -> list[type[CoreError]]:
    """Every refusal that there is."""
    found = [*vars(core_errors).values(), *vars(bot_errors).values()]
    errors = {e for e in found if isinstance(e, type) and issubclass(e, CoreError) and e is not CoreError}
    return sorted(errors, key=lambda error: error.__name__)


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages_have_the_same_phrases(language: str) -> None:
    """No phrase is missing in any language, and none is left over."""  # N12
    assert load_catalogue(language).keys() == ENGLISH.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_phrases_have_the_same_places(language: str) -> None:
    """What English tells, every language tells too: each name, number and time."""  # N12
    words = load_catalogue(language)
    assert [key for key, phrase in words.items() if placeholders(phrase) != placeholders(ENGLISH[key])] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_command_and_parameter_has_words(language: str) -> None:
    """Menus, options and /help never show a bare key."""
    words = load_catalogue(language)
    for spec in COMMANDS:
        assert f"command.{spec.name}" in words
        assert f"group.{spec.group}" in words
        assert [p.name for p in spec.params if not p.hidden and f"command.{spec.name}.{p.name}" not in words] == []


@pytest.mark.parametrize("error", all_errors(), ids=lambda error: error.__name__)
def test_each_refusal_has_words(error: type[CoreError]) -> None:
    """Every refusal, with each of its reasons, is said in words made for it."""
    stated = REASONS.search(" ".join((error.__doc__ or "").split()))
    reasons = [reason.strip() for reason in stated[1].split(",")] if stated else []
    keys = [f"error.{error.code}.{reason}" for reason in reasons] or [f"error.{error.code}"]
    found = [key for key in keys if not any(known == key or known.startswith(f"{key}.") for known in ENGLISH)]
    assert found == []


@pytest.mark.parametrize("code", sorted(CauseCode))
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_cause_has_words(code: CauseCode, language: str) -> None:
    """Why a stream ended is told in a sentence of its own."""
    words = Words(language)
    assert words(f"cause.{code}", platform="YouTube").endswith(".")


def test_refused_key_is_told_where_to_copy_it() -> None:
    """Each platform's own place for the key is named, and any other ingest has advice too."""
    told = {EN(EN.first(f"advice.refused.{platform}", "advice.refused")) for platform in Platform}
    assert len(told) == len(Platform)


@pytest.mark.parametrize("code", sorted(FINDINGS))
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_finding_has_words(code: str, language: str) -> None:
    """Why a file can't be copied is told with the numbers that say so."""
    data = {name: PARTS_ALIKE[0] if name == "what" else f"<{name}>" for name in FINDINGS[code]}
    told = tell_finding(Finding(code, "lofi.mp4", tuple(data.items())), Words(language))
    assert [name for name in FINDINGS[code] if name != "what" and f"<{name}>" not in told] == []


@pytest.mark.parametrize("what", PARTS_ALIKE)
def test_each_difference_has_words(what: str) -> None:
    """What differs between the parts of a playlist is named."""
    assert EN.has(f"what.{what}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_value_of_the_model_has_words(language: str) -> None:
    """No state, mode, platform, role or outcome is shown as a bare code."""
    words = Words(language)
    keys = [f"{prefix}.{state}" for state in State for prefix in ("state", "word.state")]
    keys += [f"mode.{mode}" for mode in Mode] + [f"wizard.mode.{mode}" for mode in Mode]
    keys += [f"platform.{platform}" for platform in Platform] + [f"role.{role}" for role in Role]
    keys += [f"card.was_{outcome}" for outcome in Outcome] + [f"alert.ended.{outcome}" for outcome in Outcome]
    keys += [f"language.{code}" for code in LANGUAGES]
    assert [key for key in keys if not words.has(key)] == []


def used_keys() -> set[str]:
    """Every text in the code of bot and adapters that looks like a phrase's key; a place in it stands for anything."""
    found = set()
    rooms = (Path(str(room.__file__)).parent for room in (bot, adapters))
    for path in (path for room in rooms for path in room.rglob("*.py")):
        if path.parent.name in LANGUAGES:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(re.escape(node.value))
            elif isinstance(node, ast.JoinedStr):
                parts = (re.escape(str(p.value)) if isinstance(p, ast.Constant) else ".+" for p in node.values)
                found.add("".join(parts))
    return {key for key in found if re.match(r"\w+(\\\.|$)", key)}


def test_no_phrase_is_left_unused() -> None:
    """Translators are not asked for phrases that nobody ever sees."""
    used = re.compile("|".join(f"(?:{key})" for key in used_keys()))
    assert [key for key in ENGLISH if not used.fullmatch(key)] == []


@pytest.mark.parametrize(
    ("seconds", "english", "indonesian"),
    [
        (0, "0 s", "0 detik"),
        (1, "1 s", "1 detik"),
        (45, "45 s", "45 detik"),
        (60, "1 min", "1 menit"),
        (90, "90 s", "90 detik"),
        (150, "2 min", "2 menit"),
        (3600, "1 h", "1 jam"),
        (11_520, "3 h 12 min", "3 jam 12 menit"),
        (21_598, "6 h", "6 jam"),
        (86_399, "1 d", "1 hari"),
        (100_000, "1 d 4 h", "1 hari 4 jam"),
    ],
)
def test_lengths_are_said_as_people_say_them(seconds: float, english: str, indonesian: str) -> None:
    """A length is told in at most two units, in the person's language."""
    assert (EN.length(seconds), ID.length(seconds)) == (english, indonesian)


def test_numbers_are_written_in_the_persons_way() -> None:
    """Indonesians read a comma where the English read a point; sizes and rates carry their unit."""
    assert (EN.rate(3_100), ID.rate(3_100), EN.rate(850)) == ("3.1 Mbit/s", "3,1 Mbit/s", "850 kbit/s")
    assert (EN.speed(1), ID.speed(0.85)) == ("1.00\N{MULTIPLICATION SIGN}", "0,85\N{MULTIPLICATION SIGN}")
    assert (EN.size(8.1e9), ID.size(8.1e9), EN.size(999), EN.size(2.5e12)) == ("8.1 GB", "8,1 GB", "999 B", "2.5 TB")
    assert EN("alert.slow_over", name="a", destination="b", speed=1.5) == "a → b keeps up again (1.5)."


def test_stopwatch_counts_to_the_second_and_beyond_a_day() -> None:
    """How long a stream is up is exact, and stays readable after days."""
    told = [EN.stopwatch(seconds) for seconds in (0, 2, 8_045, 273_000)]
    assert told == ["0:00:00", "0:00:02", "2:14:05", "3 d 3:50"]
    assert ID.stopwatch(273_000) == "3 hari 3:50"


def test_times_are_those_of_the_persons_own_clock() -> None:
    """A time is told in the person's zone and way of writing, with its day where that is not today."""
    now, later = datetime(2026, 11, 22, 14, 4, 10, tzinfo=UTC), datetime(2026, 11, 23, 20, 30, tzinfo=UTC)
    assert (EN.clock(now), ID.clock(now), ID.clock(now, seconds=True)) == ("14:04", "21.04", "21.04.10")
    assert (EN.moment(now, now), EN.moment(later, now)) == ("14:04", "Mon 23 Nov 20:30")
    assert ID.moment(later, now) == "Sel 24 Nov 03.30"


def test_a_moment_of_another_day_reads_as_a_sentence() -> None:
    """Indonesian says the day before 'pukul', not behind it: `berhenti Sel 6 Jan pukul 01.00`."""
    now, later = datetime(2026, 1, 5, 12, tzinfo=UTC), datetime(2026, 1, 5, 18, tzinfo=UTC)
    assert (EN.at(later, now), ID.at(later, now)) == ("18:00", "Sel 6 Jan pukul 01.00")
    assert ID("card.stops", at=ID.at(now, now), left="6 jam") == "berhenti pukul 19.00 (6 jam lagi)"


def test_one_and_many_are_told_apart() -> None:
    """English says 1 stream and 2 streams."""
    assert (EN("board.title", n=1), EN("board.title", n=2), EN("board.title", n=0)) == (
        "1 stream",
        "2 streams",
        "0 streams",
    )


def test_what_was_typed_cannot_break_out_of_a_sentence() -> None:
    """Line breaks, invisible and turning characters and floods in a name are gone before it is shown."""
    hostile = "a\nb\u202ec\u200bd\x00e\t f"
    assert clean(hostile) == "a bcde f"
    assert len(clean("x" * 10_000)) == 300
    assert EN("error.unknown_command", word=hostile) == "There is no command 'a bcde f'."


def test_braces_in_a_name_are_only_letters() -> None:
    """A name with braces is shown as it is: it is never read as a phrase."""
    assert EN("media.deleted", name="{n}{0}") == "Deleted '{n}{0}'."


def test_unknown_language_is_english() -> None:
    """Whoever's app speaks another language is answered in English."""
    assert Words("de")("button.stop") == "Stop"
