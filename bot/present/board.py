"""All streams of a space as one message, worst first; pure, times are given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.present.buttons import in_rows, press
from bot.present.cards import DOT, stream_data, tell_destinations, tell_name, tell_trouble
from bot.present.plans import tell_moment
from bot.reply import Reply, Text
from core.model import State

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.i18n import Words
    from core.model import StreamView

MAX_LINES: Final = 40  # some 60 characters each: 4096 are Telegram's limit
MAX_BUTTONS: Final = 8
PIN_ORDER: Final = "streams pin=yes"
TROUBLE: Final = frozenset({State.RETRYING, State.FAILED})


def board(
    views: Sequence[StreamView],
    t: Words,
    now: datetime,
    *,
    copies_fit: int | None = None,
    operator: bool = True,
    may_pin: bool = False,
) -> Reply:
    """Return the board. `views` come worst first; `operator`: the reader may start streams; `may_pin`: offer that."""
    lines = [_title(views, t, copies_fit), *(_line(view, t, now) for view in views[:MAX_LINES])]
    if len(views) > MAX_LINES:
        lines.append(t("board.more", n=len(views) - MAX_LINES))
    if not views:
        lines = [t("board.none"), t("board.none_hint" if operator else "board.none_hint_viewer")]
    buttons = [press(f"{DOT[view.state]} {view.name}", f"status #{view.id}") for view in views[:MAX_BUTTONS]]
    if operator and not views:
        buttons.append(press(t("button.start_stream"), "startstream"))
    if may_pin and views:
        buttons.append(press(f"📌 {t('button.pin')}", PIN_ORDER))
    return Reply(
        blocks=tuple(Text(line, strong=index == 0) for index, line in enumerate(lines)),
        buttons=in_rows(buttons),
        board=True,
        data={"streams": [stream_data(view) for view in views], "copies_fit": copies_fit},
    )


def _title(views: Sequence[StreamView], t: Words, copies_fit: int | None) -> str:
    trouble = sum(_in_trouble(view) for view in views)
    facts = [t("board.title", n=len(views)), t("board.trouble", n=trouble) if trouble else t("board.all_well")]
    if copies_fit is not None:
        facts.append(t("board.fits", n=copies_fit) if copies_fit else t("board.full"))
    return "📺 " + " · ".join(facts)


def _in_trouble(view: StreamView) -> bool:
    return view.state in TROUBLE or (view.running and any(output.state in TROUBLE for output in view.outputs))


def _line(view: StreamView, t: Words, now: datetime) -> str:
    names = " + ".join(tell_destinations(view))
    return f"{DOT[view.state]} {tell_name(view, t)} → {names}" + "".join(f" · {fact}" for fact in _facts(view, t, now))


def _facts(view: StreamView, t: Words, now: datetime) -> list[str]:
    if not view.running:
        if view.starts_at is not None and view.state is State.STOPPED:
            return [t("board.starts", at=tell_moment(view.starts_at, t, now))]
        return [t(f"word.state.{view.state}")]
    dark = [output for output in view.outputs if output.state is State.RETRYING]
    if dark:
        return [", ".join(tell_trouble(dark[0], t, now))]
    if view.state is not State.LIVE or view.live_since is None:
        return [t(f"word.state.{view.state}")]
    rates = [output.bitrate_kbps for output in view.outputs if output.bitrate_kbps is not None]
    facts = [t.stopwatch((now - view.live_since).total_seconds())]
    facts += [t.rate(sum(rates))] if rates else []
    facts += [t("card.stops_short", at=t.moment(view.ends_at, now))] if view.ends_at else []
    return facts
