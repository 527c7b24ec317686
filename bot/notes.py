"""What chats are told unasked, as values: events and the bot's own notes, to JSON and back, and what belongs together.

Notes are stored as data, not as words: they are put into a chat's own language when they are sent. What FFmpeg's log
said (`Cause.detail`) is left out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from bot.keeping import ChannelFell
from bot.strangers import Stranger
from core import events
from core.model import Cause, CauseCode, Outcome, Platform
from core.monitor.report import StreamReport
from core.schedule import events as schedules

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from core.model import SpaceName
    from core.push import Note


@dataclass(frozen=True, slots=True)
class ChatClosed:
    """A chat that got alerts is closed to us; with `moved_to` it goes on under that id, which no space has yet."""

    platform: str
    chat: str
    space: SpaceName
    moved_to: str | None = None


@dataclass(frozen=True, slots=True)
class AlertRefused:
    """Red news of the streams `names`, or of their schedules, that a platform would not take for a chat."""

    platform: str
    chat: str
    space: SpaceName
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DailyReport:
    """How the streams of a space did in the day before `until`, the worst first."""

    at: datetime
    space: SpaceName
    since: datetime
    until: datetime
    streams: tuple[StreamReport, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageClosed(events.OutputEvent):
    """An outage is not tried any more: given up (`failed`), or its run ended. Its alert must promise nothing more."""

    dark_since: datetime
    failed: bool


Told = events.Event | Stranger | ChatClosed | AlertRefused | DailyReport

KINDS: Final[Mapping[str, type]] = {
    kind.__name__: kind
    for kind in (
        events.OutputWentDark,
        events.OutputRecovered,
        events.OutputFailed,
        events.OutputRotated,
        events.OutputSlow,
        events.OutputBlind,
        events.StreamEnded,
        events.ServiceCameBack,
        events.ResourceAlert,
        events.BitrateAlert,
        events.DiskAlert,
        events.HostAlert,
        events.PartFell,
        schedules.ScheduleReminder,
        schedules.ScheduleStarted,
        schedules.ScheduleBlocked,
        schedules.ScheduleMissed,
        OutageClosed,
        ChannelFell,
        Stranger,
        ChatClosed,
        AlertRefused,
        DailyReport,
    )
}
"""What anybody is told, by the name under which it is stored; all else is told nobody."""

REPEATED_AT: Final = 3
"""The engine tells of an outage at its first failure and at this one, then hourly (`core.streams.outage`)."""

_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "at": datetime.fromisoformat,
    "since": datetime.fromisoformat,
    "until": datetime.fromisoformat,
    "dark_since": datetime.fromisoformat,
    "starts_at": datetime.fromisoformat,
    "ends_at": datetime.fromisoformat,
    "platform": lambda text: Platform(text) if text in set(Platform) else text,
    "outcome": Outcome,
    "cause": lambda code: Cause(CauseCode(code)),
    "went_on": tuple,
    "started_again": lambda found: tuple(_read_started(one) for one in found),
    "died_at": datetime.fromisoformat,
    "names": tuple,
    "stopped": tuple,
    "still_dark": tuple,
    "streams": lambda found: tuple(StreamReport(**{**one, "causes": tuple(one["causes"])}) for one in found),
}


_OF_OUTPUTS: Final[Mapping[type, str]] = {
    events.OutputSlow: "slow",
    events.OutputBlind: "blind",
    events.BitrateAlert: "bitrate",
}


def dump(told: Told) -> str:
    """Return it as JSON."""
    values = {field.name: getattr(told, field.name) for field in fields(told)}
    return json.dumps({name: _plain(value) for name, value in values.items()}, ensure_ascii=False)


def _plain(value: Any) -> Any:  # noqa: ANN401 - any field of an event
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Cause):
        return value.code.value
    if isinstance(value, StreamReport | events.StartedAgain):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value


def load(note: Note) -> Told:
    """Return what was stored; fields that a later release added are left out.

    Raises:
        KeyError, ValueError, TypeError: another release wrote what this one can't read.
    """
    kind, values = KINDS[note.kind], json.loads(note.body)
    known = {field.name for field in fields(kind)} & values.keys()
    told: Told = kind(**{name: _read(name, values[name]) for name in known})
    return told


def _read(name: str, value: Any) -> Any:  # noqa: ANN401 - any field of an event
    return _READERS[name](value) if name in _READERS and value is not None else value


def _read_started(one: Any) -> events.StartedAgain:  # noqa: ANN401 - an earlier release stored the name alone
    return events.StartedAgain(
        **{name: _read(name, one[name]) for name in one} if isinstance(one, dict) else {"name": one}
    )


_OF_SERVICE: Final[Mapping[type, str]] = {
    events.HostAlert: "host",
    ChannelFell: "channel",
    events.PartFell: "part",
}


def find_about(told: Told) -> str | None:
    """Return what is equal for all that is told of one trouble, from its beginning to its end; None: it has no end."""
    about = None
    match told:
        case events.OutputWentDark() | events.OutputStillDark() | events.OutputRecovered() | OutageClosed():
            about = f"dark {told.output} {told.dark_since.isoformat()}"
        case events.OutputSlow() | events.OutputBlind() | events.BitrateAlert():
            about = f"{_OF_OUTPUTS[type(told)]} {told.output} {told.run}"
        case events.ResourceAlert():
            about = f"{told.kind} {told.stream} {told.run}"
        case events.DiskAlert():
            about = f"disk {told.space}"
        case schedules.ScheduleReminder() if told.problem is not None or told.again:
            about = f"soon {told.schedule} {told.starts_at.isoformat()}"
        case events.HostAlert(kind=what) | ChannelFell(platform=what) | events.PartFell(part=what):
            about = f"{_OF_SERVICE[type(told)]} {what} {told.space}"
    return about


def is_red(told: Told) -> bool:
    """Return whether somebody has to act or at least to know at once: never of what was asked for or planned."""
    if isinstance(told, events.StreamEnded):
        return told.outcome is Outcome.FAILED
    return isinstance(told, events.OutputWentDark | events.OutputFailed | schedules.ScheduleBlocked)


def is_all_clear(told: Told) -> bool:
    """Return whether it ends a trouble that was told before: it changes that message rather than make a new one."""
    match told:
        case events.OutputRecovered() | OutageClosed():
            return True
        case events.StreamEnded():
            return not is_red(told)
        case (
            events.OutputSlow(slow=bad)
            | events.OutputBlind(blind=bad)
            | events.ResourceAlert(over=bad)
            | events.BitrateAlert(off=bad)
            | events.HostAlert(over=bad)
            | events.DiskAlert(low=bad)
        ):
            return not bad
        case schedules.ScheduleReminder(problem=problem, again=again):
            return again and problem is None
        case ChannelFell(back=back) | events.PartFell(back=back):
            return back
    return False


def is_detail(told: Told) -> bool:
    """Return whether it is no news, but makes more precise what was told a moment ago: 'refused for the third time'."""
    return isinstance(told, events.OutputWentDark) and 1 < told.failures <= REPEATED_AT


def is_problem(told: Told) -> bool:
    """Return whether chats that want problems only are told."""
    if isinstance(told, events.StreamEnded):
        return told.outcome is Outcome.FAILED
    if isinstance(told, events.OutputRotated):
        return False
    if isinstance(told, schedules.ScheduleReminder):
        return told.problem is not None or told.again
    if isinstance(told, schedules.ScheduleStarted):
        return not told.joined
    return True
