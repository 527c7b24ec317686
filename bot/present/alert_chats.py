"""What a chat said of alerts; pure, times are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.present.buttons import press, rows
from bot.reply import Reply, Text
from core.push import Level

if TYPE_CHECKING:
    from datetime import datetime

    from bot.i18n import Words
    from core.push import AlertChat

ICONS = {True: "🔔", False: "🔕", None: "🔔"}
KEYS = {True: "alerts.on", False: "alerts.off", None: "alerts.unsaid"}


def alert_chat(said: AlertChat, t: Words, now: datetime, *, asked: bool = False) -> Reply:
    """Return how the chat is told of trouble, with buttons to change it. `asked`: nothing was changed."""
    muted = said.muted_until is not None and said.muted_until > now
    lines = [f"{ICONS[said.wanted]} {t(KEYS[said.wanted])}"]
    if said.wanted is not False:
        lines.append(t(f"alerts.level.{said.level}"))
    if muted and said.muted_until is not None:
        lines.append(t("alerts.muted", at=t.moment(said.muted_until, now)))
    if said.quiet is not None:
        since, until = map(t.minute, said.quiet)
        lines.append(t("alerts.quiet", since=since, until=until))
    lines += _reports(said, t)
    on = press(t("button.alerts_on"), "alerts on") if not said.wanted else None
    off = press(t("button.alerts_off"), "alerts off") if said.wanted is not False else None
    mute = press(t("button.unmute"), "alerts mute=off") if muted else press(t("button.mute"), "alerts mute=1h")
    other = Level.PROBLEMS if said.level is Level.ALL else Level.ALL
    level = press(t(f"button.alerts_{other}"), f"alerts level={other}")
    return Reply(
        blocks=tuple(Text(line, strong=index == 0) for index, line in enumerate(lines)),
        buttons=rows((on, off), (mute, level)) if said.wanted is not False else rows((on,)),
        data=alert_chat_data(said) | ({"ask": "switch"} if asked else {}),
    )


def _reports(said: AlertChat, t: Words) -> list[str]:
    if said.reports and said.report_at is not None:
        return [t("alerts.report", at=t.minute(said.report_at), zone=said.reader.zone)]
    lines = [t("alerts.no_report")] if said.reports is False and said.wanted is not False else []
    return [*lines, t("alerts.zone", zone=said.reader.zone)] if said.reader.zone else lines


def alert_chat_data(said: AlertChat) -> dict[str, object]:
    """Return it for scripts."""
    return {
        "alerts": said.wanted,
        "level": said.level.value,
        "muted_until": said.muted_until.isoformat() if said.muted_until else None,
        "quiet": list(said.quiet) if said.quiet else None,
        "report": said.wants_report,
        "report_at": said.report_at,
        "timezone": said.reader.zone,
    }
