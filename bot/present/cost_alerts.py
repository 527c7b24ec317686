"""What streams and host cost, where that is too much or strange -> what the space's chats are told unasked; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bot.present.buttons import press, rows
from bot.reply import Reply, Text
from core.events import BitrateAlert, DiskAlert, HostAlert, ResourceAlert

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.i18n import Words
    from bot.reply import Button
    from core.events import StreamEvent

MIB: Final = 1024 * 1024
SMALL: Final = 10
"""Below it a number is shown with a decimal."""


def _reply(*lines: str, silent: bool = True, buttons: tuple[tuple[Button, ...], ...] = (), **data: object) -> Reply:
    blocks = tuple(Text(line, strong=index == 0) for index, line in enumerate(lines))
    return Reply(blocks=blocks, buttons=buttons, silent=silent, data=data)


def _stats(t: Words, event: StreamEvent | None = None) -> Button | None:
    """Return the button that shows how it came to that: of a stream, else of the host."""
    return press(t("button.stats"), f"chart #{event.stream} period=1h" if event else "chart period=1h")


def _tell_resource(event: ResourceAlert, t: Words) -> Reply:
    if not event.over:
        line = t("alert.resource_over", name=event.name, time=t.length(event.for_s))
        return _reply(f"✅ {line}", stream=event.stream)
    values = {"name": event.name, "value": _number(event.value, t), "time": t.length(event.for_s)}
    if event.usual is None:
        line = t(f"alert.{event.kind}", **values, limit=_number(event.limit, t))
    else:
        line = t(f"alert.{event.kind}_usual", **values, usual=_number(event.usual, t))
    logs = press(t("button.logs"), f"logs #{event.stream} run={event.run}")
    return _reply(f"🟠 {line}", buttons=rows((_stats(t, event), logs)), stream=event.stream)


def _number(value: float, t: Words) -> str:
    return t.number(value, 1 if value < SMALL and round(value, 1) != round(value) else 0)


def _tell_bitrate(event: BitrateAlert, t: Words) -> Reply:
    values = {"name": event.name, "destination": event.destination, "time": t.length(event.for_s)}
    if not event.off:
        return _reply(f"✅ {t('alert.bitrate_over', **values, rate=t.rate(event.kbps))}", stream=event.stream)
    line = t("alert.bitrate", **values, rate=t.rate(event.kbps), usual=t.rate(event.usual_kbps))
    hint = t("alert.bitrate_low" if event.kbps < event.usual_kbps else "alert.bitrate_high")
    picture = press(t("button.snapshot"), f"snapshot #{event.stream}", event.run)
    return _reply(f"🟠 {line}", hint, buttons=rows((picture, _stats(t, event))), stream=event.stream)


def _tell_disk(event: DiskAlert, t: Words) -> Reply:
    sizes = {"free": t.size(event.free_mib * MIB), "floor": t.size(event.floor_mib * MIB)}
    if event.low:
        return _reply(
            f"🟠 {t('alert.disk', **sizes)}", silent=False, buttons=rows((press(t("button.media"), "media"),))
        )
    return _reply(f"✅ {t('alert.disk_over', **sizes)}")


def _tell_host(event: HostAlert, t: Words) -> Reply:
    if not event.over:
        return _reply(f"✅ {t(f'alert.host_{event.kind}_over', time=t.length(event.for_s))}")
    line = t(f"alert.host_{event.kind}", value=f"{event.value:.0f}", time=t.length(event.for_s))
    return _reply(f"🟠 {line}", silent=False, buttons=rows((_stats(t), press(t("button.streams"), "streams"))))


TELLERS: Final[Mapping[type, Callable[[Any, Words], Reply | None]]] = {
    ResourceAlert: _tell_resource,
    BitrateAlert: _tell_bitrate,
    DiskAlert: _tell_disk,
    HostAlert: _tell_host,
}
