"""How an attempt ended -> what to do and why; pure, over exit code, progress and the log's tail.

Every row of `SIGNS` is held against what real FFmpegs wrote, 5.1 and 9.0, in tests/core/streams/test_verdict.py. Exit
codes alone tell little: 5.1 gives 1 for every error, and a process that was taken over gives none at all.
"""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from core.model import Cause, CauseCode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.ffmpeg.contract import Ended

Code = CauseCode


class Hope(StrEnum):
    """Whether trying again can help."""

    PASSING = "passing"  # never given up while wanted: networks come back
    REFUSED = "refused"  # never given up, but asked for slowly
    LASTING = "lasting"  # a file or codec does not mend itself: given up after three


HOPE: Final[Mapping[CauseCode, Hope]] = {
    Code.REFUSED: Hope.REFUSED,
    Code.SOURCE_MISSING: Hope.LASTING,
    Code.SOURCE_BROKEN: Hope.LASTING,
    Code.CODEC: Hope.LASTING,
    Code.ENCODER: Hope.LASTING,
    Code.FFMPEG_MISSING: Hope.LASTING,
    Code.CRASHED: Hope.LASTING,
    Code.DEFECT: Hope.LASTING,
}
"""What is not named here passes."""


@dataclass(frozen=True, slots=True)
class Done:
    """The source was played once, to its end."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again after the backoff."""

    cause: Cause
    hope: Hope


@dataclass(frozen=True, slots=True)
class Fatal:
    """Give up: the cause can't pass."""

    cause: Cause


Verdict = Done | Retry | Fatal

SIGNS: Final[tuple[tuple[CauseCode, re.Pattern[str]], ...]] = tuple(
    (code, re.compile(pattern, re.IGNORECASE))
    for code, pattern in (
        (Code.DNS, r"failed to resolve hostname"),
        (Code.BUSY, r"already publishing"),
        (Code.KILLED, r"exiting normally, received signal|immediate exit requested"),
        (
            Code.CODEC,
            r"not compatible with flv|incompatible with output codec|codec not currently supported in container",
        ),
        (Code.CODEC, r"flv does not support|unsupported codec|could not find tag for codec"),
        (Code.ENCODER, r"unknown encoder|error selecting an encoder|error while opening encoder|cannot load lib"),
        (Code.SOURCE_MISSING, r"(?:file:|/)[^\n]*: no such file or directory|error opening input: no such file"),
        (Code.SOURCE_MISSING, r"impossible to open '"),
        # Of the ingest FFmpeg says the same as of a file: firewalls deny, and servers answer nonsense.
        (Code.SOURCE_MISSING, r"^(?!.*(?:output|rtmp|tcp:|tls:)).*permission denied"),
        (Code.SOURCE_BROKEN, r"moov atom not found|error opening input: "),
        (Code.SOURCE_BROKEN, r"^(?!.*(?:output|rtmp)).*invalid data found when processing input"),
        (Code.SOURCE_BROKEN, r": is a directory"),
        (
            Code.SOURCE_BROKEN,
            r"matches no streams|does not contain any stream|not in the format whitelist|not on whitelist",
        ),
        (Code.NO_SPACE, r"no space left on device"),
        (Code.NO_MEMORY, r"cannot allocate memory|out of memory"),
        (
            Code.UNREACHABLE,
            r"connection refused|network is unreachable|no route to host|host is down|permission denied",
        ),
        (Code.TLS, r"(?:\[tls|certificate|handshake failed).*(?:error|fail|verif)|error in the pull function"),
        (Code.TIMED_OUT, r"timed out"),
        (
            Code.REFUSED,
            r"server error:|403 forbidden|netstream\.publish\.(?:badname|denied|failed)|netconnection\.connect\.",
        ),
        (Code.REFUSED, r"(?:error opening output|rtmps?://)[^\n]*: (?:operation not permitted|input/output error)"),
        (Code.RESET, r"broken pipe|connection reset|end of file|input/output error"),
        (Code.RESET, r"invalid data found|cannot read rtmp handshake response"),
        # At every seam of a loop that is cut short, so it explains an end that nothing else does.
        (Code.SOURCE_BROKEN, r"partial file"),
    )
)
"""What FFmpeg's lines say, most telling first: a name that can't be resolved also ends as an 'Input/output error'."""

OF_SOURCE: Final = frozenset({Code.SOURCE_MISSING, Code.SOURCE_BROKEN})
OWN_CRASHES: Final = frozenset({signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE})
TERMINATED_EXIT: Final = 255
"""FFmpeg's exit code after a TERM or INT that it obeyed."""

_TELLING: Final = re.compile(r"\[(?:error|fatal|warning)\]|\[info\] Exiting normally")

ENDING_LINES: Final = 25
"""How far from the end a line may stand and still explain the end."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What is known of an attempt beside its end. `killed_for`: we ended it ourselves for that reason."""

    loop: bool
    was_live: bool
    killed_for: CauseCode | None = None
    out_time_s: float | None = None
    source_s: float | None = None


def judge(ended: Ended, attempt: Attempt, lasting_failures: int, permanent_after: int) -> Verdict:
    """Say what to do after an attempt that nobody asked to end.

    Args:
        lasting_failures: Attempts in a row before this one that failed for a cause that lasts.
        permanent_after: At how many of those to give up, this one included.
    """
    if _played_to_its_end(ended, attempt):
        return Done()
    return weigh(find_cause(ended, attempt), lasting_failures, permanent_after)


def weigh(cause: Cause, lasting_failures: int, permanent_after: int) -> Retry | Fatal:
    """Say whether a cause is worth another try."""
    hope = HOPE.get(cause.code, Hope.PASSING)
    if hope is Hope.LASTING and lasting_failures + 1 >= permanent_after:
        return Fatal(cause)
    return Retry(cause, hope)


def find_cause(ended: Ended, attempt: Attempt) -> Cause:
    """Return why an attempt ended, with the line that tells most."""
    if attempt.killed_for:
        return Cause(attempt.killed_for)
    told = _read(ended.log_tail, attempt)
    if ended.exit_code is not None and ended.exit_code < 0:
        return _explain_signal(-ended.exit_code, told)
    if told is not None:
        return told
    if ended.exit_code == TERMINATED_EXIT:
        return Cause(Code.KILLED)
    if ended.exit_code is None and not ended.clean:
        return Cause(Code.KILLED)
    return Cause(Code.UNKNOWN, _last_error(ended.log_tail))


def _explain_signal(number: int, told: Cause | None) -> Cause:
    """A list that lacks an entry crashes FFmpeg behind its seam: then the file is the cause, and who mends it helps."""
    if number not in OWN_CRASHES:
        return Cause(Code.KILLED)
    return told if told is not None and told.code in OF_SOURCE else Cause(Code.CRASHED)


def _played_to_its_end(ended: Ended, attempt: Attempt) -> bool:
    """Exit code 0 proves nothing: a truncated source and a missing playlist entry give it too."""
    out_s = attempt.out_time_s if ended.out_time_s is None else ended.out_time_s
    if attempt.loop or not ended.clean or ended.exit_code not in {0, None} or out_s is None:
        return False
    told = _read(ended.log_tail, attempt)
    if told is not None and (told.code in OF_SOURCE or told.code is Code.KILLED):
        return False
    return attempt.source_s is None or out_s >= attempt.source_s * 0.98 - 5


def _read(lines: Sequence[str], attempt: Attempt) -> Cause | None:
    ending = [line for line in lines[-ENDING_LINES:] if _TELLING.search(line)]
    for code, sign in SIGNS:
        for line in reversed(ending):
            if sign.search(line):
                return Cause(_in_context(code, attempt), _bare(line))
    return None


def _in_context(code: CauseCode, attempt: Attempt) -> CauseCode:
    """Before anything moved an input/output error is a refusal; after that it is a lost connection, and the reverse."""
    if attempt.was_live and code is Code.REFUSED:
        return Code.RESET
    return code


def _last_error(lines: Sequence[str]) -> str | None:
    return next((_bare(line) for line in reversed(lines) if re.search(r"\[(?:error|fatal)\]", line)), None)


def _bare(line: str) -> str:
    """Cut FFmpeg's component tags and addresses in memory, which tell a person nothing."""
    return re.sub(r"^(?:\[[^\]]*\]\s*)+", "", line)[:200]
