"""What next, after a refusal: hints, and buttons that do it; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bot.errors import MissingWord, TooManyWords, UnknownCommand, UnknownParam
from bot.i18n.words import DECIMAL_POINT
from bot.present.buttons import find_run, in_rows, press, refer_source
from bot.present.usage import tell_usage
from bot.reply import Style
from bot.spec import Kind
from core.errors import (
    AlreadyRunning,
    Ambiguous,
    InUse,
    KeyInUse,
    LimitExceeded,
    NeedsDestination,
    NotCopyable,
    NotFound,
    NotRunning,
    Overloaded,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.present.refused import Refused
    from bot.reply import Button
    from bot.spec import CommandSpec, Param
    from core.errors import CoreError

MAX_STOP_BUTTONS: Final = 3
MAX_MATCHES: Final = 6
WRONG_WORDS: Final = (UnknownParam, TooManyWords, MissingWord)


_NEXT: Final[Mapping[type[CoreError], str]] = {
    UnknownCommand: "error.unknown_command.next",
    NotCopyable: "error.not_copyable.hint",
}


def hints(refused: Refused) -> list[str]:
    """Return what to do about it, in words."""
    error, t = refused.error, refused.t
    if isinstance(error, (NotFound, UnknownParam, UnknownCommand)) and error.suggestions:
        names = t.listing(tuple(f"/{s}" if isinstance(error, UnknownCommand) else s for s in error.suggestions))
        return [t("error.did_you_mean", names=names)]
    if type(error) in _NEXT:
        return [t(_NEXT[type(error)])]
    if isinstance(error, NotFound):
        key = f"look.{error.kind}" if error.name else f"next.{error.kind}"
        return [t(key)] if t.has(key) else []
    if isinstance(error, NotRunning) and {"for", "until"} & refused.args.keys():
        return [t("error.not_running.end", stream=error.stream)]
    if isinstance(error, WRONG_WORDS) and refused.spec is not None:
        quotes = [t("error.unknown_param.quotes")] if isinstance(error, UnknownParam) else []
        return [*quotes, t("error.usage", usage=tell_usage(refused.spec))]
    return []


def offers(refused: Refused) -> tuple[tuple[Button, ...], ...]:
    """Return what to do about it, as buttons."""
    offer = _OFFERS.get(type(refused.error))
    return in_rows(offer(refused.error, refused)) if offer else ()


def _correct(error: NotFound | Ambiguous, refused: Refused) -> list[Button | None]:
    """Offer the same order with the right name in the wrong one's place."""
    kind, names = find_right_names(error)
    param = find_param(refused.spec, kind, refused.args)
    if param is None or refused.secret:
        return []
    orders = {name: refused.order({param.name: refused.right_names.get(name, name)}) for name in names}
    command = refused.spec.name if refused.spec and kind == "stream" else ""
    return [press(name, order, find_run(command, refused.find_view(name))) for name, order in orders.items()]


def find_right_names(error: CoreError) -> tuple[str, Sequence[str]]:
    """Return of what kind the names are that a refusal offers, and the names."""
    if isinstance(error, NotFound):
        return error.kind, error.suggestions
    if isinstance(error, Ambiguous):
        return error.kind, error.matches[:MAX_MATCHES]
    return "", ()


def find_param(spec: CommandSpec | None, kind: str, args: Mapping[str, str]) -> Param | None:
    """Return the parameter in which a thing of that kind was named; None where it can't be told."""
    wanted = _KINDS.get(kind, frozenset())
    found = [param for param in (spec.params if spec else ()) if param.kind in wanted and param.name in args]
    return found[0] if len(found) == 1 and "," not in args[found[0].name] else None


_KINDS: Final[Mapping[str, frozenset[Kind]]] = {
    "source": frozenset({Kind.SOURCE}),
    "stream": frozenset({Kind.STREAM}),
    "media": frozenset({Kind.MEDIA}),
    "playlist": frozenset({Kind.PLAYLIST}),
    "destination": frozenset({Kind.DESTINATION, Kind.DESTINATIONS}),
    "schedule": frozenset({Kind.SCHEDULE}),
    "user": frozenset({Kind.USER}),
    "command": frozenset({Kind.COMMAND}),
    "zone": frozenset({Kind.ZONE}),
}


def _offer_commands(error: UnknownCommand, refused: Refused) -> list[Button | None]:
    """Offer what was meant with the words that it came with; nothing where one of them may be a key."""
    words = "" if refused.secret else refused.words
    return [press(f"/{name} {words}".strip(), f"{name} {words}".strip()) for name in error.suggestions]


def _stop_button(refused: Refused, name: str | None) -> Button | None:
    view = refused.find_view(name)
    if view is None or not view.running:
        return None
    return press(refused.t("button.stop_named", name=view.name), f"stop #{view.id}", view.run, Style.DANGER)


def _offer_other_key(error: KeyInUse, refused: Refused) -> list[Button | None]:
    t = refused.t
    elsewhere = {"source": _find_source(refused), "destination": None, "step": "ask"}
    other = refused.order(elsewhere) if _starts(refused) else None
    return [_stop_button(refused, error.stream), press(t("button.other_destination"), other)]


def _find_source(refused: Refused) -> str | None:
    """Return what was to go live: of a kept stream, which would go where it went, its source alone."""
    typed = refused.args.get("source")
    kept = next((view for view in refused.views if typed == f"#s{view.id}"), None)
    return refer_source(kept.source) if kept else typed


def _starts(refused: Refused) -> bool:
    return refused.spec is not None and refused.spec.name == "startstream"


def _offer_stops(error: LimitExceeded, refused: Refused) -> list[Button | None]:
    return [_stop_button(refused, name) for name in error.names[:MAX_STOP_BUTTONS]]


def _offer_encode(error: NotCopyable, refused: Refused) -> list[Button | None]:
    t = refused.t
    if not _starts(refused) and not _takes_unfit(refused):
        return []
    encode = press(_tell_encode(refused), refused.order({"mode": "encode"}), style=Style.GOOD)
    offers = [encode if _starts(refused) else None]
    if not any(finding.hard for finding in error.findings):
        offers.append(press(t("button.start_anyway"), refused.order({"unfit": "yes"})))
    return offers


def _tell_encode(refused: Refused) -> str:
    t, cores = refused.t, refused.encode_cores
    if cores is None:
        return t("button.encode_live")
    told = f"{cores:.1f}".removesuffix(".0").replace(".", DECIMAL_POINT[t.language])
    return t("button.encode_live.cores", n=1 if told == "1" else 2, cores=told)


def _takes_unfit(refused: Refused) -> bool:
    return refused.spec is not None and any(param.name == "unfit" for param in refused.spec.params)


def _offer_start(error: NotRunning, refused: Refused) -> list[Button | None]:
    t = refused.t
    view = refused.find_view(error.stream)
    if view is None or view.running:
        return []
    return [press(t("button.start_again"), f"startstream #s{view.id}", style=Style.GOOD)]


def _offer_running(error: AlreadyRunning, refused: Refused) -> list[Button | None]:
    t = refused.t
    view = refused.find_view(error.stream)
    status = press(t("button.status"), f"status #{view.id}") if view else None
    return [status, _stop_button(refused, error.stream)]


def _offer_stop_first(error: InUse, refused: Refused) -> list[Button | None]:
    return [_stop_button(refused, error.name)] if error.kind == "stream" else []


def _offer_destinations(error: NeedsDestination, refused: Refused) -> list[Button | None]:
    return [press(name, refused.order({"destination": name})) for name in error.names]


def _offer_board(_: Overloaded, refused: Refused) -> list[Button | None]:
    return [press(refused.t("button.streams"), "streams")]


_OFFERS: Final[Mapping[type[CoreError], Callable[[Any, Refused], list[Button | None]]]] = {
    NotFound: _correct,
    Ambiguous: _correct,
    UnknownCommand: _offer_commands,
    KeyInUse: _offer_other_key,
    LimitExceeded: _offer_stops,
    NotCopyable: _offer_encode,
    NotRunning: _offer_start,
    AlreadyRunning: _offer_running,
    InUse: _offer_stop_first,
    NeedsDestination: _offer_destinations,
    Overloaded: _offer_board,
}
