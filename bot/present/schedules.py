"""Schedules, one or all, and refusals that are about them; pure, times are given."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from bot.present.buttons import in_rows, press, rows
from bot.present.plans import tell_moment, tell_plan, tell_runs
from bot.reply import Reply, Style, Table, Text
from core.schedule.due import Mark

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.i18n import Words
    from bot.present.refused import Refused
    from bot.reply import Button
    from core.schedule.errors import ScheduleOverlaps, ScheduleTooLong
    from core.schedule.model import ScheduleView
    from core.schedule.plan import Occurrence

MAX_BUTTONS: Final = 8
MAX_ROWS: Final = 40


def schedule(view: ScheduleView, t: Words, now: datetime, *hints: str) -> Reply:
    """Return one schedule with its next runs and what can be done with it."""
    lines = [f"🗓 {_tell(view, t)}", *_facts(view, t, now), *hints]
    blocks = tuple(Text(line, strong=index == 0) for index, line in enumerate(lines))
    return Reply(blocks, _buttons(view, t), data={"schedule": data(view), "name": view.record.plan.name})


def _tell(view: ScheduleView, t: Words) -> str:
    return t("schedule.line", what=_what(view, t), plan=tell_plan(view.record.plan, t))


def _what(view: ScheduleView, t: Words) -> str:
    name = view.record.plan.name
    known = {"stream": view.stream, "destinations": " + ".join(view.destinations)}
    return t("schedule.what", **known) if name == view.stream else t("schedule.named", name=name, **known)


def _facts(view: ScheduleView, t: Words, now: datetime) -> list[str]:
    plan = view.record.plan
    lines = [t("schedule.paused")] if plan.paused else []
    if view.next:
        lines.append(t("schedule.next", runs=tell_runs(view.next, t, now)))
    elif view.over:
        lines.append(t("schedule.over"))
    elif view.current is not None and not plan.paused:
        lines.append(_tell_current(view, view.current, t, now))
    lines += [t("schedule.skips")] if plan.missed.value == "skip" else []
    lines += [t("schedule.reminds")] if view.record.remind else []
    if view.excess is not None:
        told = {"at": tell_moment(view.excess.at, t, now), "n": len(view.excess.plans), "allowed": view.allowed}
        lines.append(f"⚠️ {t('schedule.excess', **told)}")
    return lines


def _buttons(view: ScheduleView, t: Words) -> tuple[tuple[Button, ...], ...]:
    own, paused = f"#{view.record.id}", view.record.plan.paused
    pause = press(
        t("button.resume" if paused else "button.pause"), f"reschedule {own} paused={'no' if paused else 'yes'}"
    )
    change = press(t("button.change"), f"reschedule {own}")
    delete = press(t("button.delete"), f"unschedule {own}", style=Style.DANGER)
    return rows((None if view.over else pause, change, delete))


def schedule_changes(view: ScheduleView, t: Words, now: datetime) -> Reply:
    """Return one schedule with a button for each of its parts that can be chosen, and how the others are typed."""
    timed = view.record.plan.start is not None  # a cron expression says when by itself
    parts = [name for name in ("start", "for", "repeat") if timed or name == "for"]
    row = tuple(press(t(f"button.change_{name}"), f"reschedule #{view.record.id} what={name}") for name in parts)
    shown = schedule(view, t, now, tell_how(view, t))
    buttons = (*rows(row), *_buttons(view, t))
    return replace(shown, buttons=buttons, data=shown.data | {"ask": "change"})


def tell_how(view: ScheduleView, t: Words) -> str:
    """Return what to type for a change that no button makes."""
    return t("schedule.how", name=view.record.plan.name)


def schedules(views: Sequence[ScheduleView], t: Words, now: datetime, *, operator: bool) -> Reply:
    """Return all schedules as a table, the next run first and in the reader's zone."""
    told = {"schedules": [data(view) for view in views]}
    if not views:
        hint = Text(t("schedules.none_hint"))
        return Reply((Text(t("schedules.none"), strong=True), *((hint,) if operator else ())), data=told)
    head = (t("schedules.head.name"), t("schedules.head.when"), t("schedules.head.next"))
    table = Table(head, tuple(_row(view, t, now) for view in views[:MAX_ROWS]))
    buttons = [press(f"🗓 {view.record.plan.name}", f"reschedule #{view.record.id}") for view in views[:MAX_BUTTONS]]
    more = (Text(t("board.more", n=len(views) - MAX_ROWS)),) if len(views) > MAX_ROWS else ()
    title = Text(f"🗓 {t('schedules.title', n=len(views))}", strong=True)
    return Reply((title, table, *more), in_rows(buttons if operator else []), data=told)


def _row(view: ScheduleView, t: Words, now: datetime) -> tuple[str, str, str]:
    if view.next:
        coming = tell_moment(view.next[0].start, t, now)
    elif view.record.plan.paused:
        coming = t("schedules.paused")
    elif view.over or view.current is None:
        coming = t("schedules.over")
    else:
        coming = _tell_current(view, view.current, t, now)
    return _what(view, t), tell_plan(view.record.plan, t), coming


def _tell_current(view: ScheduleView, run: Occurrence, t: Words, now: datetime) -> str:
    until = t("alert.schedule.until", at=t.moment(run.end, now)) if run.end else t("alert.schedule.no_end")
    return t(f"schedules.now.{view.mark if view.mark in {Mark.RAN, Mark.STOPPED} else 'due'}", until=until)


def data(view: ScheduleView) -> dict[str, Any]:
    """Return a schedule for scripts."""
    plan = view.record.plan
    return {
        "id": view.record.id,
        "name": plan.name,
        "stream": view.stream,
        "source": view.source,
        "destinations": list(view.destinations),
        "zone": plan.zone,
        "missed": plan.missed.value,
        "paused": plan.paused,
        "remind": view.record.remind,
        "over": view.over,
        "next": [[run.start.isoformat(), run.end.isoformat() if run.end else None] for run in view.next],
    }


def tell_overlap(error: ScheduleOverlaps, refused: Refused) -> str:
    """Return which schedule is in the way, and when."""
    t = refused.t
    start = t.moment(error.start, refused.now)
    span = t("plan.from", start=start) if error.end is None else t("plan.span", start=start, end=t.clock(error.end))
    if error.name is None or error.plan is None:
        return t("error.schedule_overlaps.elsewhere", span=span)
    same = t(f"error.schedule_overlaps.same.{error.same}")
    return t("error.schedule_overlaps", name=error.name, plan=tell_plan(error.plan, t), same=same, span=span)


def tell_too_long(error: ScheduleTooLong, refused: Refused) -> str:
    """Return where it meets itself."""
    return refused.t("error.schedule_too_long", at=refused.t.moment(error.start, refused.now))
