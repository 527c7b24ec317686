"""The daily report in words: who was on air how long, what broke, what was sent; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.present.buttons import press, rows
from bot.present.cards import tell_loss
from bot.present.lists import listing
from bot.reply import Reply
from core.model import CauseCode

if TYPE_CHECKING:
    from bot.i18n import Words
    from bot.notes import DailyReport
    from core.monitor.report import StreamReport

WHOLE: Final = 100.0
MOST_CAUSES: Final = 3


def tell_report(report: DailyReport, t: Words) -> Reply:
    """Return it, the worst stream first, with a button for the board."""
    sent = sum(one.bytes_sent for one in report.streams)
    lines = [_line(one, t) for one in report.streams]
    title = t("report.title", since=t.moment(report.since, report.until), until=t.moment(report.until, report.until))
    end = t("report.sent", size=t.size(sent))
    buttons = rows((press(t("button.streams"), "streams"),))
    data = {"streams": [{"name": one.name, "percent": one.percent, "dark_s": one.dark_s} for one in report.streams]}
    return Reply(listing(f"📊 {title}", [*lines, end], t), buttons, silent=True, data=data)


def _line(one: StreamReport, t: Words) -> str:
    dot = "🟢" if one.percent >= WHOLE else "🟠"
    parts = [t("report.line", dot=dot, name=one.name, percent=t.number(one.percent), time=t.length(one.ran_s))]
    parts += [t("report.dark", time=t.length(one.dark_s))] if one.dark_s else []
    parts += [t("report.restarts", n=one.restarts)] if one.restarts else []
    parts += [t("report.causes", causes=t.listing(_causes(one, t), MOST_CAUSES))] if one.causes else []
    return " · ".join([*parts, t.size(one.bytes_sent), *tell_loss(one.loss, t)])


def _causes(one: StreamReport, t: Words) -> tuple[str, ...]:
    known = [code for code in one.causes if code in set(CauseCode)]
    return tuple(t(f"cause.{code}", platform=t("report.platform")).rstrip(".") for code in known)
