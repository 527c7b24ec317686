"""One event, or many of a kind -> what the space's chats are told unasked; pure, it sends and remembers nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from bot.keeping import ChannelFell
from bot.present.buttons import press, rows
from bot.present.causes import tell_advice, tell_both, tell_cause
from bot.present.cost_alerts import TELLERS as COST_TELLERS
from bot.present.schedule_alerts import TELLERS as SCHEDULE_TELLERS
from bot.reply import Reply, Style, Text
from core.events import (
    OutputBlind,
    OutputFailed,
    OutputRecovered,
    OutputRotated,
    OutputSlow,
    OutputWentDark,
    PartFell,
    ServiceCameBack,
    StreamEnded,
)
from core.model import CauseCode, Outcome, Platform

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from bot.i18n import Words
    from bot.notes import OutageClosed
    from bot.reply import Button
    from core.events import Event, OutputEvent, StartedAgain, StreamEvent

REFUSED_SAID_AT: Final = 3
"""From this many refusals on the key is what has to be mended, so that is what is said."""

MAX_NAMES: Final = 30
SAYS_NOTHING: Final = frozenset({CauseCode.KILLED, CauseCode.UNKNOWN})
MUTE: Final = "1h"
NETWORK: Final = frozenset(
    {
        CauseCode.UNREACHABLE,
        CauseCode.TIMED_OUT,
        CauseCode.RESET,
        CauseCode.DNS,
        CauseCode.TLS,
        CauseCode.NO_START,
        CauseCode.STALLED,
    }
)
"""Many streams that end so at once have one cause: the way to the ingest."""


def alert(event: Event, t: Words) -> Reply | None:
    """Return what to say about an event; None: nothing (a start, a first time live)."""
    tell = _TELLERS.get(type(event))
    return tell(event, t) if tell else None


def group_alert(events: Sequence[OutputWentDark], t: Words) -> Reply:
    """Return one message for outputs that went dark at about the same time; it names them all."""
    if len({event.stream for event in events}) == 1:
        return _tell_dark_everywhere(events, t)
    first, names = events[0], _names(events)
    where = Counter(event.destination for event in events)
    if len(where) == 1:
        place = t("alert.group.all_to", destination=first.destination)
    else:
        place = t("alert.group.to", destinations=t.listing(tuple(name for name, _ in where.most_common())))
    told = t("alert.group", n=len(names), at=t.clock(first.at), where=place)
    lines = [" ".join(filter(None, (f"🔴 {told}", _guess(events, t), t("alert.group.trying"))))]
    buttons = rows((press(t("button.details"), "streams"), mute(t)))
    return _reply([*lines, t.listing(names, MAX_NAMES)], buttons, group=[event.stream for event in events])


def group_failed(events: Sequence[OutputFailed | StreamEnded], t: Words) -> Reply:
    """Return one message for streams that were given up at about the same time."""
    names = _names(events)
    codes = {event.cause.code if event.cause else CauseCode.UNKNOWN for event in events}
    why = tell_both(codes.pop(), Platform.CUSTOM, t) if len(codes) == 1 else ""
    lines = [f"🔴 {t('alert.group.failed', n=len(names))} {why}".rstrip(), t.listing(names, MAX_NAMES)]
    return _reply(lines, rows((press(t("button.details"), "streams"), mute(t))), group=[e.stream for e in events])


def group_back(events: Sequence[OutputRecovered], t: Words) -> Reply:
    """Return one message for streams that are back."""
    names = _names(events)
    if len({event.stream for event in events}) == 1:
        tries, dark_s = max(event.tries for event in events), max(event.dark_s for event in events)
        return _tell_recovered(replace(events[0], destination=_places(events), tries=tries, dark_s=dark_s), t)
    told = t("alert.group.recovered", n=len(names), time=t.length(max(event.dark_s for event in events)))
    return _reply([f"🟢 {told}", t.listing(names, MAX_NAMES)], silent=True, group=[event.stream for event in events])


def tell_closed(closed: Sequence[OutageClosed], t: Words) -> Reply:
    """Return what an alert says once nothing is tried any more; what rang of it, and its buttons, stand elsewhere."""
    names = _names(closed)
    if len(names) > 1:
        return _reply([f"⚪ {t('alert.group.closed', n=len(names))}", t.listing(names, MAX_NAMES)], silent=True)
    one = replace(closed[-1], destination=_places(closed))
    times = {
        "since": t.clock(min(each.dark_since for each in closed), seconds=True),
        "until": t.clock(one.at, seconds=True),
    }
    key = "alert.given_up" if one.failed else "alert.closed_by_end"
    return _reply([f"⚪ {t(key, **_where(one), **times)}"], silent=True, stream=one.stream)


def tell_was_dark(dark: OutputWentDark, back: OutputRecovered, t: Words) -> str:
    """Return from when until when it was dark, and why: what an alert said before it was changed into good news."""
    cause = tell_cause(dark.cause.code, dark.platform, t)
    times = {"since": t.clock(dark.dark_since, seconds=True), "until": t.clock(back.at, seconds=True)}
    return t("alert.was_dark", **times, cause=cause)


def mute(t: Words) -> Button | None:
    """Return the button that gives the chat an hour's rest."""
    return press(t("button.mute"), f"alerts mute={MUTE}")


def _names(events: Sequence[StreamEvent]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(event.name for event in events))


def _places(events: Sequence[OutputEvent]) -> str:
    return " + ".join(dict.fromkeys(event.destination for event in events))


def _guess(events: Sequence[OutputWentDark], t: Words) -> str:
    """Return the likely common cause; nothing where they have none."""
    codes, platforms = {event.cause.code for event in events}, {event.platform for event in events}
    known = platforms.pop() if len(platforms) == 1 else Platform.CUSTOM
    if not codes <= NETWORK:
        return tell_cause(codes.pop(), known, t) if len(codes) == 1 else ""
    if known is Platform.CUSTOM:
        return t("alert.group.many_platforms")
    return t("alert.group.one_platform", platform=t(f"platform.{known}"))


def _reply(
    lines: Sequence[str], buttons: tuple[tuple[Button, ...], ...] = (), *, silent: bool = False, **data: object
) -> Reply:
    blocks = tuple(Text(line, strong=index == 0) for index, line in enumerate(line for line in lines if line))
    return Reply(blocks=blocks, buttons=buttons, silent=silent, data=data)


def _where(event: OutputEvent) -> dict[str, str]:
    return {"name": event.name, "destination": event.destination}


def _logs(event: StreamEvent, t: Words) -> Button | None:
    return press(t("button.logs"), f"logs #{event.stream} run={event.run}")


def _stop(event: StreamEvent, t: Words) -> Button | None:
    return press(t("button.stop"), f"stop #{event.stream}", event.run, Style.DANGER)


def _restart(event: StreamEvent, label: str) -> Button | None:
    return press(label, f"restart #{event.stream}", event.run)


def _tell_dark(event: OutputWentDark, t: Words) -> Reply:
    if event.cause.code is CauseCode.REFUSED and event.failures >= REFUSED_SAID_AT:
        return _tell_refused(event, t)
    left = t.length(event.next_try_s)
    if event.failures > 1:
        cause = tell_both(event.cause.code, event.platform, t)
        told = t("alert.still_dark", **_where(event), at=t.clock(event.dark_since), n=event.failures, cause=cause)
        line = f"{told} {t('alert.next_try', left=left)}"
    else:
        cause = tell_cause(event.cause.code, event.platform, t)
        line = t("alert.dark", **_where(event), at=t.clock(event.dark_since, seconds=True), cause=cause, left=left)
    return _reply([f"🔴 {line}"], _dark_buttons(event, t), stream=event.stream)


def _tell_dark_everywhere(events: Sequence[OutputWentDark], t: Words) -> Reply:
    """One stream that went dark at several destinations: it has its own buttons, like one that has but one."""
    first, left = events[0], t.length(min(event.next_try_s for event in events))
    facts = {"name": first.name, "destination": _places(events), "cause": _guess(events, t), "left": left}
    line = " ".join(t("alert.dark", **facts, at=t.clock(first.dark_since, seconds=True)).split())
    return _reply([f"🔴 {line}"], _dark_buttons(first, t), stream=first.stream)


def _dark_buttons(event: OutputWentDark, t: Words) -> tuple[tuple[Button, ...], ...]:
    return rows((_restart(event, t("button.restart_now")), _stop(event, t)), (_logs(event, t), mute(t)))


def _tell_refused(event: OutputWentDark, t: Words) -> Reply:
    platform = t(f"platform.{event.platform}")
    line = t("alert.refused", **_where(event), platform=platform, n=event.failures)
    advice = tell_advice(CauseCode.REFUSED, event.platform, t)
    key = press(t("button.send_new_key"), f"setkey #{_destination_of(event)}")
    buttons = rows((key, _restart(event, t("button.try_now")), _stop(event, t)))
    return _reply(
        [f"🔴 {line} {advice}", t("alert.next_try", left=t.length(event.next_try_s))], buttons, stream=event.stream
    )


def _destination_of(event: OutputEvent) -> str:
    """Return the destination's id, out of the output's (`core.model.build_output_id`)."""
    return event.output.rpartition("-d")[2]


def _tell_recovered(event: OutputRecovered, t: Words) -> Reply:
    line = t("alert.recovered", **_where(event), time=t.length(event.dark_s), n=event.tries)
    return _reply([f"🟢 {line}"], silent=True, stream=event.stream)


def _tell_failed(event: OutputFailed, t: Words) -> Reply:
    line = t("alert.failed", **_where(event), cause=tell_both(event.cause.code, event.platform, t))
    again = press(t("button.start_again"), f"startstream #s{event.stream}", style=Style.GOOD)
    lines = [f"🔴 {line}", t("alert.failed_tries", n=event.tries)]
    return _reply(lines, rows((again, _logs(event, t))), stream=event.stream)


def _tell_rotated(event: OutputRotated, t: Words) -> Reply:
    line = t("alert.rotated", **_where(event), time=t.length(event.after_s))
    return _reply([f"🔁 {line}"], silent=True, stream=event.stream)


def _tell_channel(event: ChannelFell, t: Words) -> Reply:
    how = "back" if event.back else "refused" if event.refused else "fell"
    line = t(f"alert.channel.{how}", platform=event.platform.capitalize(), setting=f"{event.platform}.token")
    return _reply([f"{'✅' if event.back else '🟠'} {line}"], silent=event.back)


def _tell_part(event: PartFell, t: Words) -> Reply:
    line = t(f"alert.part.{'back' if event.back else 'fell'}", part=t(f"part.{event.part}"))
    return _reply([f"{'✅' if event.back else '🟠'} {line}"], silent=event.back)


def _tell_slow(event: OutputSlow, t: Words) -> Reply:
    if not event.slow:
        line = t("alert.slow_over", **_where(event), speed=t.speed(event.speed))
        return _reply([f"✅ {line}"], silent=True, stream=event.stream)
    line = t("alert.slow", **_where(event), speed=t.speed(event.speed))
    hint = t("alert.slow_next", advice=tell_advice(CauseCode.SLOW, event.platform, t))
    return _reply([f"🟠 {line}", hint], rows((_status(event, t), _logs(event, t))), silent=True, stream=event.stream)


def _tell_blind(event: OutputBlind, t: Words) -> Reply:
    if not event.blind:
        return _reply([f"✅ {t('alert.blind_over', **_where(event))}"], silent=True, stream=event.stream)
    lines = [f"🟠 {t('alert.blind', **_where(event))}", t("alert.blind_next")]
    return _reply(lines, rows((_status(event, t),)), silent=True, stream=event.stream)


def _status(event: StreamEvent, t: Words) -> Button | None:
    return press(t("button.status"), f"status #{event.stream}")


def _tell_ended(event: StreamEnded, t: Words) -> Reply:
    again = press(t("button.start_again"), f"startstream #s{event.stream}", style=Style.GOOD)
    buttons = rows((again, _logs(event, t)))
    if event.outcome is Outcome.FAILED:
        code = event.cause.code if event.cause else CauseCode.UNKNOWN
        line = t("alert.ended.failed", name=event.name, cause=tell_both(code, Platform.CUSTOM, t))
        return _reply([f"🔴 {line}"], buttons, stream=event.stream)
    itself = "_itself" if event.outcome is Outcome.STOPPED and not event.by else ""
    facts = [t(f"alert.ended.{event.outcome}{itself}", name=event.name, by=event.by or "")]
    facts += [t.size(event.bytes_sent)] if event.bytes_sent else []
    facts += [t("card.dark", time=t.stopwatch(event.dark_s))] if event.dark_s >= 1 else []
    return _reply([f"⚪ {' · '.join(facts)}"], buttons, silent=True, stream=event.stream)


def _tell_back(event: ServiceCameBack, t: Words) -> Reply:
    facts = []
    if event.went_on:
        facts.append(t("alert.back.went_on", n=len(event.went_on)))
    if event.still_dark:
        facts.append(t("alert.back.still_dark", n=len(event.still_dark)))
    started = tuple(_tell_death(one, event.at, t) for one in event.started_again)
    for key, names in (("started", started), ("stopped", event.stopped)):
        if names:
            facts.append(t(f"alert.back.{key}", n=len(names), names=t.listing(names, MAX_NAMES)))
    told = f"{', '.join(facts)}." if facts else t("alert.back.nothing")
    buttons = rows((press(t("button.streams"), "streams"),)) if facts else ()
    return _reply([f"{t('alert.back')} {told}", *_tell_why(event, t)], buttons, silent=not event.started_again)


def _tell_death(one: StartedAgain, now: datetime, t: Words) -> str:
    return one.name if one.died_at is None else t("alert.back.died", name=one.name, at=t.moment(one.died_at, now))


def _tell_why(event: ServiceCameBack, t: Words) -> list[str]:
    """Return a line for each cause that says more than that it died."""
    names: dict[CauseCode, list[str]] = {}
    for one in event.started_again:
        if one.cause is not None and one.cause.code not in SAYS_NOTHING:
            names.setdefault(one.cause.code, []).append(one.name)
    return [
        f"{t.listing(tuple(named), MAX_NAMES)}: {tell_cause(code, Platform.CUSTOM, t)}" for code, named in names.items()
    ]


_TELLERS: Final[Mapping[type, Callable[[Any, Words], Reply | None]]] = {
    OutputWentDark: _tell_dark,
    OutputRecovered: _tell_recovered,
    OutputFailed: _tell_failed,
    ChannelFell: _tell_channel,
    PartFell: _tell_part,
    OutputRotated: _tell_rotated,
    OutputSlow: _tell_slow,
    OutputBlind: _tell_blind,
    StreamEnded: _tell_ended,
    ServiceCameBack: _tell_back,
    **SCHEDULE_TELLERS,
    **COST_TELLERS,
}
