"""Every way to end, as FFmpeg 5.1 and 9.0 really told it, and what people are told of it.

`verdict_outputs/` holds what FFmpegs wrote that were run with our own argv against a real nginx-rtmp, or against a
listener that misbehaves, on loopback: exit code, whether progress ended cleanly, the last time of output, the last
lines; addresses and paths were made equal. 5.1 refuses HEVC and VP9; 9.0 publishes them, so it has no such ends.
"""

import re
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.i18n import LANGUAGES, Words
from bot.present.causes import tell_advice, tell_cause
from core.ffmpeg.contract import Ended
from core.model import Cause, CauseCode, OutputId, Platform
from core.streams.verdict import Attempt, Done, Fatal, Hope, Retry, judge

Code = CauseCode
OUTPUTS = Path(__file__).parent / "verdict_outputs"
VERSIONS = ("5.1", "9.0")
HEAD = re.compile(r"=== (?P<name>\w+) exit=(?P<exit>-?\d+) clean=(?P<clean>yes|no) out_time_s=(?P<out>\S+)")
TRIES = 3


@dataclass(frozen=True)
class Told:
    """What one FFmpeg gave at its end."""

    exit_code: int
    clean: bool
    out_time_s: float | None
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """What is right for one way to end.

    Attributes:
        cause: None: it is done, no failure at all.
        hope: Whether it is tried for ever, slowly, or three times.
        taken_over: The cause where nobody could ask for the exit code; None: the same.
        loop: Whether the source was looped.
        live: Whether output had arrived before.
    """

    cause: Code | None
    hope: Hope = Hope.PASSING
    taken_over: Code | None = None
    loop: bool = True
    live: bool = False


LASTING, REFUSED = Hope.LASTING, Hope.REFUSED
CASES = {
    # The ingest
    "port_closed": Case(Code.UNREACHABLE),
    "dns": Case(Code.DNS),
    "forbidden": Case(Code.REFUSED, REFUSED),
    "unknown_app": Case(Code.REFUSED, REFUSED),
    "answer_nonsense": Case(Code.REFUSED, REFUSED),
    "already_publishing": Case(Code.BUSY),
    "handshake_closed": Case(Code.RESET),
    "handshake_nonsense": Case(Code.RESET),
    "handshake_silent": Case(Code.TIMED_OUT),
    "tls_closed": Case(Code.TLS),
    "tls_plain": Case(Code.TLS),
    "tls_silent": Case(Code.TLS),
    "server_killed": Case(Code.RESET, live=True),
    "server_stopped": Case(Code.RESET, live=True),
    "dropped": Case(Code.RESET, live=True),
    "server_stops_reading": Case(Code.TIMED_OUT, live=True),
    # The source
    "file_gone": Case(Code.SOURCE_MISSING, LASTING),
    "no_permission": Case(Code.SOURCE_MISSING, LASTING),
    "first_entry_gone": Case(Code.SOURCE_MISSING, LASTING),
    "entry_gone_once": Case(Code.SOURCE_MISSING, LASTING, loop=False, live=True),
    "entry_gone_loop": Case(Code.SOURCE_MISSING, LASTING, live=True),
    "text_file": Case(Code.SOURCE_BROKEN, LASTING),
    "no_index": Case(Code.SOURCE_BROKEN, LASTING),
    "empty_file": Case(Code.SOURCE_BROKEN, LASTING),
    "directory": Case(Code.SOURCE_BROKEN, LASTING),
    "list_as_clip": Case(Code.SOURCE_BROKEN, LASTING),
    "no_picture": Case(Code.SOURCE_BROKEN, LASTING),
    "no_sound": Case(Code.SOURCE_BROKEN, LASTING),
    "truncated_once": Case(Code.SOURCE_BROKEN, LASTING, loop=False, live=True),
    "played_once": Case(None, loop=False, live=True),
    "hevc": Case(Code.CODEC, LASTING),
    "vp9": Case(Code.CODEC, LASTING),
    "unknown_encoder": Case(Code.ENCODER, LASTING),
    "encoder_fails": Case(Code.ENCODER, LASTING),
    # The process
    "segv": Case(Code.CRASHED, LASTING, taken_over=Code.KILLED, live=True),
    "abort": Case(Code.CRASHED, LASTING, taken_over=Code.KILLED, live=True),
    "kill": Case(Code.KILLED, live=True),
    "term": Case(Code.KILLED, live=True),
    "term_connecting": Case(Code.KILLED),
}


def read_outputs(version: str) -> dict[str, Told]:
    """What one FFmpeg gave, by the name of the end."""
    found: dict[str, Told] = {}
    for part in re.split(r"^(?==== )", (OUTPUTS / f"{version}.txt").read_text(), flags=re.MULTILINE):
        head = HEAD.match(part)
        if head is None:
            continue
        out = None if head["out"] == "-" else float(head["out"])
        lines = tuple(part.splitlines()[1:])
        found[head["name"]] = Told(int(head["exit"]), head["clean"] == "yes", out, lines)
    return found


TOLD = {(version, name): told for version in VERSIONS for name, told in read_outputs(version).items()}


def weigh(told: Told, case: Case, *, asked: bool = True, failures: int = 0) -> Done | Retry | Fatal:
    """Judge an end; `asked`: its exit code is known."""
    code = told.exit_code if asked else None
    ended = Ended(OutputId("s1-d1"), 1, code, clean=told.clean, stopped=False, log_tail=told.lines)
    return judge(ended, Attempt(case.loop, case.live, None, told.out_time_s, None), failures, TRIES)


@pytest.mark.parametrize(("version", "name"), TOLD)
def test_the_cause_is_found(version: str, name: str) -> None:
    """Whatever ends a stream, it is known what it was and whether to try again, from either FFmpeg's words."""
    case, verdict = CASES[name], weigh(TOLD[version, name], CASES[name])
    if case.cause is None:
        assert verdict == Done()
    else:
        assert isinstance(verdict, Retry)
        assert (verdict.cause.code, verdict.hope) == (case.cause, case.hope)


@pytest.mark.parametrize(("version", "name"), TOLD)
def test_the_cause_is_found_without_an_exit_code(version: str, name: str) -> None:
    """A stream that was taken over from an earlier service ends with the same words to its people."""
    case, verdict = CASES[name], weigh(TOLD[version, name], CASES[name], asked=False)
    expected = case.taken_over or case.cause
    assert (None if isinstance(verdict, Done) else verdict.cause.code) == expected


@pytest.mark.parametrize(("version", "name"), TOLD)
def test_what_lasts_is_given_up(version: str, name: str) -> None:
    """A cause that can't pass ends the stream at the third failure in a row; a network's never does."""
    case, verdict = CASES[name], weigh(TOLD[version, name], CASES[name], failures=TRIES - 1)
    assert isinstance(verdict, Fatal) == (case.hope is LASTING)


def test_each_end_was_seen_on_both() -> None:
    """No end stands in the table that neither FFmpeg really gave, and none was given that isn't in it."""
    only_old = {"hevc", "vp9"}
    assert {name for version, name in TOLD if version == "5.1"} == set(CASES)
    assert {name for version, name in TOLD if version == "9.0"} == set(CASES) - only_old


def test_a_source_that_broke_off_is_not_done() -> None:
    """A source that should have been longer was not played to its end, even if FFmpeg is content."""
    told = TOLD["5.1", "played_once"]
    ended = Ended(OutputId("s1-d1"), 0, 0, clean=told.clean, stopped=False, log_tail=told.lines)
    assert isinstance(judge(ended, Attempt(False, True, None, told.out_time_s, 3600.0), 0, TRIES), Retry)


def test_what_we_ended_ourselves_has_our_reason() -> None:
    """A stream that was replaced since it stood still is told as that, not as killed by somebody."""
    told = TOLD["5.1", "kill"]
    ended = Ended(OutputId("s1-d1"), 0, told.exit_code, clean=False, stopped=True, log_tail=told.lines)
    verdict = judge(ended, Attempt(True, True, Code.STALLED), 0, TRIES)
    assert isinstance(verdict, Retry)
    assert verdict.cause.code is Code.STALLED


@pytest.mark.parametrize(
    ("exit_code", "clean", "cause"),
    [(None, False, Code.KILLED), (None, True, Code.UNKNOWN), (1, False, Code.UNKNOWN), (0, True, Code.UNKNOWN)],
)
def test_an_end_without_a_known_word(exit_code: int | None, clean: bool, cause: Code) -> None:
    """Killed is only told where nobody saw the end and FFmpeg had no time to say goodbye; else its own last word is."""
    word = "something that nobody has read before"
    ended = Ended(
        OutputId("s1-d1"), 0, exit_code, clean=clean, stopped=False, log_tail=(f"[flv @ 0x5] [error] {word}",)
    )
    verdict = judge(ended, Attempt(True, True, None), 0, TRIES)
    assert isinstance(verdict, Retry)
    assert verdict.cause == Cause(cause, word if cause is Code.UNKNOWN else None)


MENDS_ITSELF = frozenset({Code.RESET, Code.KILLED, Code.STALLED})
NO_TROUBLE = frozenset({Code.FINISHED, Code.STOPPED, Code.GONE})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", sorted(set(Code) - NO_TROUBLE))
def test_people_are_told_what_to_do(code: Code, language: str) -> None:
    """Each cause is a sentence on every platform, with what helps, unless it mends itself."""
    words = Words(language)
    for platform in Platform:
        told, advice = tell_cause(code, platform, words), tell_advice(code, platform, words)
        assert told.endswith(".")
        assert bool(advice) == (code not in MENDS_ITSELF)


@pytest.mark.parametrize("platform", sorted(set(Platform) - {Platform.CUSTOM}))
def test_a_refused_key_is_explained_by_platform(platform: Platform) -> None:
    """Who has to copy a key again is told where on his own platform he finds it."""
    assert "refused the key or the address" in tell_cause(Code.REFUSED, platform, Words("en"))
    assert tell_advice(Code.REFUSED, platform, Words("en")) != tell_advice(Code.REFUSED, Platform.CUSTOM, Words("en"))


def test_a_clip_too_short_to_be_seen_is_played_once() -> None:
    """A clip that was out before FFmpeg's first word on progress is over, and not sent again and again."""
    ended = Ended(OutputId("s1-d1"), 1, 0, clean=True, stopped=False, out_time_s=2.0)

    assert judge(ended, Attempt(False, False, None, None, 2.0), 0, TRIES) == Done()
    cut = judge(replace(ended, out_time_s=2.0), Attempt(False, False, None, None, 60.0), 0, TRIES)
    assert isinstance(cut, Retry)
