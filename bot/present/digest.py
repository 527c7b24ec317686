"""What belongs into one message, however much it is -> that message; pure, it decides nothing about who gets it.

The same is made again whenever something is added: an outage that is over turns its alert into good news.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.notes import AlertRefused, ChatClosed, DailyReport, OutageClosed, find_about, is_red
from bot.present.alerts import MAX_NAMES, alert, group_alert, group_back, group_failed, mute, tell_closed, tell_was_dark
from bot.present.buttons import press, rows
from bot.present.people import stranger_note
from bot.present.report import tell_report
from bot.reply import Reply, Text, say
from bot.strangers import Stranger
from core.events import Event, OutputFailed, OutputRecovered, OutputWentDark, StreamEnded
from core.model import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.i18n import Words
    from bot.notes import Told


_TOLD_APART: Final = (OutputWentDark, OutputRecovered, OutputFailed, OutageClosed)


def tell(told: Sequence[Told], t: Words) -> Reply | None:
    """Return one message for all of it, worst first; None where nothing of it is worth a word."""
    parts = [part for part in (*_tell_events(told, t), *_tell_rest(told, t)) if part is not None]
    if len(parts) < 2:  # noqa: PLR2004 - one keeps its own buttons
        return parts[0] if parts else None
    lines = [block.text for part in parts for block in part.blocks if isinstance(block, Text)]
    red = any(map(is_red, told))
    buttons = rows((press(t("button.details"), "streams"), mute(t) if red else None))
    return Reply(
        blocks=tuple(Text(line, strong=index == 0) for index, line in enumerate(lines)),
        buttons=buttons,
        silent=all(part.silent for part in parts),
    )


def _tell_rest(told: Sequence[Told], t: Words) -> list[Reply]:
    notes = [stranger_note(one, t) for one in told if isinstance(one, Stranger)]
    closed = [one for one in told if isinstance(one, ChatClosed)]
    refused = [_tell_refused(one, t) for one in told if isinstance(one, AlertRefused)]
    reports = [tell_report(one, t) for one in told if isinstance(one, DailyReport)]
    return [*notes, *refused, *reports] + [_tell_chat(one, t) for one in closed]


def _tell_chat(closed: ChatClosed, t: Words) -> Reply:
    key = "alert.closed" if closed.moved_to is None else "alert.moved"
    return say(f"🟠 {t(key, chat=f'{closed.platform} {closed.chat}', to=closed.moved_to, space=closed.space)}")


def _tell_refused(refused: AlertRefused, t: Words) -> Reply:
    chat, names = f"{refused.platform} {refused.chat}", t.listing(refused.names, MAX_NAMES)
    return say(
        f"🟠 {t('alert.not_taken', chat=chat, names=names)}", buttons=rows((press(t("button.details"), "streams"),))
    )


def _tell_events(told: Sequence[Told], t: Words) -> list[Reply | None]:
    events = [one for one in told if isinstance(one, Event)]
    darks = {find_about(e): e for e in events if isinstance(e, OutputWentDark)}
    backs = {find_about(e): e for e in events if isinstance(e, OutputRecovered)}
    failed = _find_failed(events)
    over = {e.run for e in events if isinstance(e, StreamEnded)}
    gone = {e.output for e in events if isinstance(e, OutputFailed)}
    unsaid = {about: e for about, e in darks.items() if e.run not in over and e.output not in gone}
    closed = {find_about(e): e for e in events if isinstance(e, OutageClosed)}
    dark = [e for about, e in unsaid.items() if about not in backs and about not in closed]
    return [
        _tell_dark(dark, t),
        _tell_failed(failed, t),
        _tell_back(backs, darks, t),
        _tell_closed([e for about, e in closed.items() if about in unsaid], t),
        *(alert(event, t) for event in _find_others(events)),
    ]


def _tell_closed(closed: Sequence[OutageClosed], t: Words) -> Reply | None:
    return tell_closed(closed, t) if closed else None


def _find_failed(events: Sequence[Event]) -> list[OutputFailed | StreamEnded]:
    """Return what was given up; of a stream that ended with it only its end."""
    ended = [e for e in events if isinstance(e, StreamEnded) and e.outcome is Outcome.FAILED]
    runs = {event.run for event in ended}
    return [*(e for e in events if isinstance(e, OutputFailed) and e.run not in runs), *ended]


def _failed(event: Event) -> bool:
    return isinstance(event, StreamEnded) and event.outcome is Outcome.FAILED


def _find_others(events: Sequence[Event]) -> list[Event]:
    """Return warnings and notes; of those that are over only that."""
    rest = [e for e in events if not isinstance(e, _TOLD_APART) and not _failed(e)]
    latest = {find_about(event) or index: event for index, event in enumerate(rest)}
    return list(latest.values())


def _tell_dark(dark: Sequence[OutputWentDark], t: Words) -> Reply | None:
    if not dark:
        return None
    return alert(dark[0], t) if len(dark) == 1 else group_alert(dark, t)


def _tell_failed(failed: Sequence[OutputFailed | StreamEnded], t: Words) -> Reply | None:
    if not failed:
        return None
    return alert(failed[0], t) if len(failed) == 1 else group_failed(failed, t)


def _tell_back(
    backs: dict[str | None, OutputRecovered], darks: dict[str | None, OutputWentDark], t: Words
) -> Reply | None:
    if not backs:
        return None
    if len(backs) > 1:
        return group_back(tuple(backs.values()), t)
    ((about, back),) = backs.items()
    told = alert(back, t)
    if told is None or about not in darks:
        return told
    return told.with_blocks(Text(tell_was_dark(darks[about], back, t)))
