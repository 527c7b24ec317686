"""Imports -> how far they are, and how they went; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.present.buttons import press, rows
from bot.present.refused import Refused
from bot.present.sentences import tell_error
from bot.reply import Reply, Style, Text, say
from core.media.import_view import ENDED, ImportState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from bot.i18n import Words
    from bot.reply import Button
    from core.media.import_view import ImportView

MAX_LISTED: Final = 10
_SURE_AFTER_BYTES: Final = 1_000_000
"""Before that much came, the rate says nothing about how long it takes."""


def card(view: ImportView, t: Words, now: datetime) -> Reply:
    """Return one import as a message that is kept up to date."""
    return Reply(
        blocks=(Text(tell(view, t, now)),),
        buttons=rows((_cancel(view, t), _start(view, t))),
        code=view.error.code if view.error else None,
        data={"import": view.id, "state": str(view.state), "name": view.name, "received_bytes": view.received_bytes},
    )


def broken_off(name: str, t: Words) -> Reply:
    """Return what an import's message says once the service that ran it is gone."""
    return say(f"⚪ {t('import.broken_off', name=name)}")


def listing(views: Sequence[ImportView], t: Words, now: datetime) -> Reply:
    """Return all that is under way or just ended."""
    if not views:
        return say(t("import.none"), t("import.how"), data={"ask": "url"})
    shown = views[:MAX_LISTED]
    buttons = rows(*((_cancel(view, t, f"{t('button.cancel')}: {view.name}"),) for view in shown))
    return Reply(blocks=tuple(Text(tell(view, t, now)) for view in shown), buttons=buttons, data={"ask": "url"})


def tell(view: ImportView, t: Words, now: datetime) -> str:
    """Return an import in a line."""
    return _TELLERS[view.state](view, t, now)


def _cancel(view: ImportView, t: Words, label: str = "") -> Button | None:
    if view.state in ENDED:
        return None
    return press(label or t("button.cancel"), f"import cancel={view.id}", style=Style.DANGER)


def _start(view: ImportView, t: Words) -> Button | None:
    if view.item is None:
        return None
    return press(t("button.start"), f"startstream source=#{view.item.id}", style=Style.GOOD)


def _tell_receiving(view: ImportView, t: Words, _now: datetime) -> str:
    if view.total_bytes is None:
        return f"⏬ {t('import.receiving.unknown', name=view.name, received=t.size(view.received_bytes))}"
    percent = 100 * view.received_bytes // max(1, view.total_bytes)
    told = t("import.receiving", name=view.name, percent=percent, total=t.size(view.total_bytes))
    if view.received_bytes < _SURE_AFTER_BYTES or view.rate_bps <= 0:
        return f"⏬ {told}"
    left = t.length((view.total_bytes - view.received_bytes) / view.rate_bps)
    return f"⏬ {told} · {t('import.rate', rate=t.size(view.rate_bps), left=left)}"


def _tell_failed(view: ImportView, t: Words, now: datetime) -> str:
    assert view.error is not None  # noqa: S101 - what failed has a reason
    return f"❌ {t('import.failed', name=view.name, why=tell_error(Refused(view.error, t, now)))}"


def _tell_done(view: ImportView, t: Words, _now: datetime) -> str:
    size = view.item.size_bytes if view.item else view.received_bytes
    return f"✅ {t('import.done', name=view.name, size=t.size(size))}"


_TELLERS: Final[Mapping[ImportState, Callable[[ImportView, Words, datetime], str]]] = {
    ImportState.WAITING: lambda view, t, _: f"⏬ {t('import.waiting', name=view.name)}",
    ImportState.RECEIVING: _tell_receiving,
    ImportState.CHECKING: lambda view, t, _: f"⏬ {t('import.checking', name=view.name)}",
    ImportState.DONE: _tell_done,
    ImportState.FAILED: _tell_failed,
    ImportState.CANCELLED: lambda view, t, _: f"⚪ {t('import.cancelled', name=view.name)}",
}
