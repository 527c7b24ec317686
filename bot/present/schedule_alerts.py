"""What chats are told of schedules unasked: late, joined, blocked, missed, soon; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bot.present.buttons import press, rows
from bot.reply import Reply, Style, Text
from core.schedule.events import ScheduleBlocked, ScheduleMissed, ScheduleReminder, ScheduleStarted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.i18n import Words
    from bot.reply import Button
    from core.schedule.events import ScheduleEvent

LATE_S: Final = 120
"""What starts later than this says so; it is `core.schedule.due.ON_TIME`."""


def _reply(event: ScheduleEvent, line: str, *buttons: Button | None, silent: bool = False) -> Reply:
    return Reply((Text(line, strong=True),), rows(buttons), silent=silent, data={"stream": event.stream})


def _start(event: ScheduleEvent, t: Words) -> Button | None:
    return press(t("button.start_now"), f"startstream #s{event.stream}", style=Style.GOOD)


def _skip(event: ScheduleEvent, t: Words) -> Button | None:
    return press(t("button.skip"), f"reschedule #{event.schedule} skip=yes")


def _named(event: ScheduleEvent) -> str:
    return event.name if event.title == event.name else f"{event.title} ({event.name})"


def _problem(event: ScheduleReminder | ScheduleBlocked, t: Words, *tenses: str) -> str:
    """Return what is in the way; `tenses`: in these words, where the catalogue has any."""
    keys = [f"{tense}.{event.problem}" for tense in tenses]
    return t(t.first(*keys, f"problem.{event.problem}", "problem.other"), what=event.what)


def _tell_reminder(event: ScheduleReminder, t: Words) -> Reply:
    left = t.length((event.starts_at - event.at).total_seconds())
    if event.problem is None and event.again:
        line = t("alert.schedule.soon_clear", name=_named(event), left=left, at=t.clock(event.starts_at))
        return _reply(event, f"🟢 {line}", _skip(event, t), silent=True)
    if event.problem is None:
        line = t("alert.schedule.soon", name=_named(event), left=left, at=t.clock(event.starts_at))
        return _reply(event, f"🗓 {line}", _skip(event, t), silent=True)
    line = t("alert.schedule.soon_problem", name=_named(event), left=left, problem=_problem(event, t, "problem.then"))
    return _reply(event, f"🟠 {line}", press(t("button.streams"), "streams"), _skip(event, t))


def _tell_started(event: ScheduleStarted, t: Words) -> Reply | None:
    stop = press(t("button.stop"), f"stop #{event.stream}", event.run, Style.DANGER)
    until = t("alert.schedule.until", at=t.clock(event.ends_at)) if event.ends_at else t("alert.schedule.no_end")
    if event.joined:
        no_end = press(t("button.no_end"), f"change #{event.stream} for=none", event.run) if event.ends_at else None
        line = t("alert.schedule.joined", name=_named(event), until=until)
        return _reply(event, f"🗓 {line}", no_end, stop, silent=True)
    if event.late_s <= LATE_S:
        return None
    line = t("alert.schedule.late", name=_named(event), late=t.length(event.late_s), until=until)
    return _reply(event, f"🗓 {line}", stop)


def _tell_blocked(event: ScheduleBlocked, t: Words) -> Reply:
    line = t("alert.schedule.blocked", name=_named(event), problem=_problem(event, t))
    trying = t("alert.schedule.trying")
    return _reply(event, f"🔴 {line} {trying}", press(t("button.streams"), "streams"), _skip(event, t))


def _tell_missed(event: ScheduleMissed, t: Words) -> Reply:
    why = t(f"alert.schedule.why.{event.reason}")
    at = f"{t.day(event.starts_at)} {t.clock(event.starts_at)}"
    key = "alert.schedule.missed_many" if event.count > 1 else "alert.schedule.missed"
    line = t(key, name=_named(event), at=at, n=event.count, why=why)
    return _reply(event, f"🟠 {line}", _start(event, t))


TELLERS: Final[Mapping[type, Callable[[Any, Words], Reply | None]]] = {
    ScheduleReminder: _tell_reminder,
    ScheduleStarted: _tell_started,
    ScheduleBlocked: _tell_blocked,
    ScheduleMissed: _tell_missed,
}
