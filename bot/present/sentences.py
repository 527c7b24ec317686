"""What was wrong, in a sentence or two; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bot.errors import BeyondPlatform, MissingWord, NotAllowed, OrderTooOld, TooManyGuesses, TooManyWords
from bot.present.refused import HIDDEN_VALUE, TYPED
from bot.present.room import tell_overloaded
from bot.present.schedules import tell_overlap, tell_too_long
from core.errors import (
    AlreadyRunning,
    InvalidValue,
    KeyInUse,
    LimitExceeded,
    NeedsDestination,
    NoRoom,
    NotCopyable,
    NotFound,
    NotRunning,
    Overloaded,
)
from core.model import State
from core.schedule.errors import ScheduleOverlaps, ScheduleTooLong

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.i18n import Words
    from bot.present.refused import Refused
    from core.errors import CoreError, Finding

MAX_FINDINGS: Final = 4
MIB: Final = 1024 * 1024
VARIANTS: Final = ("reason", "expected", "kind")
"""Fields of errors whose value chooses among an error's sentences: `error.<code>.<value>`."""


def tell_error(refused: Refused) -> str:
    """Return what was wrong, one sentence or two."""
    error, t = refused.error, refused.t
    tell = _SENTENCES.get(type(error))
    if tell is not None:
        return tell(error, refused)
    values = {name: _shown(value, t) for name, value in error.data().items()}
    if refused.secret:
        values |= {name: HIDDEN_VALUE for name in TYPED if name in values}
    variant = next((str(values[name]) for name in VARIANTS if name in values), "")
    values |= {"thing": t(t.first(f"thing.{values['kind']}", "thing.item"))} if "kind" in values else {}
    return t(t.first(f"error.{error.code}.{variant}", f"error.{error.code}"), **values)


def _shown(value: object, t: Words) -> object:
    if isinstance(value, tuple):
        return t.listing(tuple(str(item) for item in value))
    return value


def _tell_not_found(error: NotFound, refused: Refused) -> str:
    t = refused.t
    thing = t(t.first(f"thing.{error.kind}", "thing.item"))
    if not error.name:
        return t("error.not_found.none", thing=thing)
    name = HIDDEN_VALUE if refused.secret else error.name
    return t(t.first(f"error.not_found.{error.kind}", "error.not_found"), thing=thing, name=name)


def _tell_key_in_use(error: KeyInUse, refused: Refused) -> str:
    t = refused.t
    if error.stream is None:
        return t("error.key_in_use.elsewhere", destination=error.destination)
    state = t(f"word.state.{error.state or State.LIVE}")
    if error.since:
        state = t("error.key_in_use.since", state=state, time=t.length((refused.now - error.since).total_seconds()))
    facts = [state]
    facts += [t("error.key_in_use.by", by=error.by)] if error.by else []
    return t("error.key_in_use", destination=error.destination, stream=error.stream, how=", ".join(facts))


def _tell_state(error: NotRunning | AlreadyRunning, refused: Refused) -> str:
    t = refused.t
    return t(f"error.{error.code}", stream=error.stream, state=t(f"word.state.{error.state}"))


def _tell_needs(error: NeedsDestination, refused: Refused) -> str:
    t = refused.t
    return t("error.needs_destination" if error.names else "error.needs_destination.none", names=t.listing(error.names))


def _tell_limit(error: LimitExceeded, refused: Refused) -> str:
    t = refused.t
    variant = f"{error.limit}_none" if error.limit == "per_user" and not error.names else error.limit
    names = t.listing(error.names, 3)
    return t(f"error.limit_exceeded.{variant}", used=error.used, allowed=error.allowed, names=names)


def _tell_not_copyable(error: NotCopyable, refused: Refused) -> str:
    t = refused.t
    several = len({finding.item for finding in error.findings}) > 1
    told = [(f"{finding.item}: " if several else "") + tell_finding(finding, t) for finding in error.findings]
    shown = told if len(told) <= MAX_FINDINGS else [*told[:MAX_FINDINGS], "…"]
    return t("error.not_copyable", source=error.source, findings="; ".join(shown))


def tell_finding(finding: Finding, t: Words) -> str:
    """Return why something can't be copied, as part of a sentence."""
    data = dict(finding.data)
    if "what" in data:
        data["what"] = t(f"what.{data['what']}")
    return t(f"finding.{finding.code}", **data)


def _tell_invalid_value(error: InvalidValue, refused: Refused) -> str:
    t = refused.t
    value = HIDDEN_VALUE if refused.secret else error.value
    param = next((p for p in (refused.spec.params if refused.spec else ()) if p.name == error.param), None)
    bounded = param is not None and param.high is not None and error.expected == "number"
    keys = (f"error.invalid_value.{error.expected}" + ("_between" if bounded else ""), "error.invalid_value")
    bounds = {"low": param.low or 0, "high": param.high} if param else {}
    choices = ", ".join(param.choices) if param is not None else ""
    return t(t.first(*keys), param=error.param, value=value, choices=choices, **bounds)


def _tell_words(error: TooManyWords, refused: Refused) -> str:
    t = refused.t
    return t("error.too_many_words.secret") if refused.secret else t("error.too_many_words", word=error.word)


def _tell_missing(error: MissingWord, refused: Refused) -> str:
    t = refused.t
    return t(
        "error.missing_word",
        param=error.param,
        what=t(t.first(f"missing.{error.param}", f"command.{error.command}.{error.param}")),
    )


def _tell_not_allowed(error: NotAllowed, refused: Refused) -> str:
    t = refused.t
    if not error.has:
        return t("error.not_allowed.stranger", command=error.command)
    return t("error.not_allowed", command=error.command, needs=t(f"role.{error.needs}"), has=t(f"role.{error.has}"))


def _tell_old(error: OrderTooOld, refused: Refused) -> str:
    return refused.t("error.order_too_old", minutes=error.limit_s // 60)


def _tell_no_room(error: NoRoom, refused: Refused) -> str:
    return refused.t(f"error.no_room.{error.reason}", size=refused.t.size(error.allowed_bytes))


def _tell_beyond_platform(error: BeyondPlatform, refused: Refused) -> str:
    """Tell the limit as the platforms write it, who count a MB as 1024 x 1024 bytes."""
    limit_mb = error.limit_bytes // MIB
    return refused.t("error.beyond_platform", platform=error.platform.title(), limit_mb=limit_mb)


def _tell_overloaded(error: Overloaded, refused: Refused) -> str:
    return tell_overloaded(error, refused.t)


def _tell_guesses(error: TooManyGuesses, refused: Refused) -> str:
    return refused.t("error.too_many_guesses", time=refused.t.length(error.wait_s))


_SENTENCES: Final[Mapping[type[CoreError], Callable[[Any, Refused], str]]] = {
    NotFound: _tell_not_found,
    ScheduleOverlaps: tell_overlap,
    ScheduleTooLong: tell_too_long,
    KeyInUse: _tell_key_in_use,
    NeedsDestination: _tell_needs,
    NotRunning: _tell_state,
    AlreadyRunning: _tell_state,
    LimitExceeded: _tell_limit,
    NotCopyable: _tell_not_copyable,
    InvalidValue: _tell_invalid_value,
    TooManyWords: _tell_words,
    MissingWord: _tell_missing,
    NotAllowed: _tell_not_allowed,
    OrderTooOld: _tell_old,
    TooManyGuesses: _tell_guesses,
    NoRoom: _tell_no_room,
    BeyondPlatform: _tell_beyond_platform,
    Overloaded: _tell_overloaded,
}
