"""One stream as a card: live, in trouble, or ended; pure, times are given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bot.present.buttons import press, rows
from bot.present.causes import tell_both, tell_cause
from bot.present.plans import tell_moment
from bot.present.room import tell_shortage
from bot.reply import Reply, Style, Text
from core.model import Outcome, Platform, State

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.i18n import Words
    from bot.reply import Button
    from core.model import OutputView, RunRecord, StreamView, UserId

DOT: Final[Mapping[State, str]] = {
    State.STARTING: "🟡",
    State.LIVE: "🟢",
    State.RETRYING: "🔴",
    State.STOPPING: "🟡",
    State.STOPPED: "⚪",
    State.FAILED: "🔴",
}
LOOK_ONCE_S: Final = 120
"""How long after turning live for the first time the card asks to look at the platform."""

LOSS_SHOWN: Final = 0.01
"""A line that loses less is as good as any; one that loses more has no room left, or none for long."""

WARNED_S: Final = 300
"""How long the card says that the host was too full for it; by then its own alerts tell how it goes."""

LONGER: Final = "1h"


def card(view: StreamView, t: Words, now: datetime, names: Mapping[UserId, str] | None = None) -> Reply:
    """Return the stream's card. `names` are those of persons who ended runs, where known."""
    blocks = tuple(Text(line, strong=index == 0) for index, line in enumerate(tell_stream(view, t, now, names or {})))
    return Reply(blocks=blocks, buttons=card_buttons(view, t), card=view.id, data={"stream": stream_data(view)})


def tell_stream(view: StreamView, t: Words, now: datetime, names: Mapping[UserId, str]) -> list[str]:
    """Return a card's lines."""
    if not view.running:
        return _tell_ended(view, t, now, names)
    lines = [f"{DOT[view.state]} {_head(view, t, t(f'state.{view.state}'))}"]
    if len(view.outputs) == 1:
        lines += _tell_output(view, view.outputs[0], t, now)
    else:
        for output in view.outputs:
            moving, *why = _tell_output(view, output, t, now)
            lines += [f"{DOT[output.state]} {output.destination} · {moving}", *why]
    if view.ends_at:
        left = t.length(max(0.0, (view.ends_at - now).total_seconds()))
        lines.append(t("card.stops", at=t.at(view.ends_at, now), left=left))
    if view.starts_at is not None and (view.ends_at is None or view.ends_at > view.starts_at):
        lines.append(t("card.joins", at=tell_moment(view.starts_at, t, now)))
        if view.ends_at is None and view.scheduled_end is not None:
            lines.append(t("card.then_ends", at=t.at(view.scheduled_end, now)))
    lines += _tell_thresholds(view, t)
    if view.shortage is not None and _is_young(view, now):
        lines.append(tell_shortage(view.shortage, t))
    if _is_fresh(view, now):
        lines.append(t("card.look_once", destination=_to(view, t)))
    return lines


def _tell_thresholds(view: StreamView, t: Words) -> list[str]:
    own = view.thresholds
    limits = [
        *([t("card.threshold.cpu", percent=own.cpu_percent)] if own.cpu_percent else []),
        *([t("card.threshold.memory", mib=own.memory_mib)] if own.memory_mib else []),
    ]
    return [t("card.thresholds", limits=", ".join(limits))] if limits else []


def _head(view: StreamView, t: Words, state: str) -> str:
    return t("card.head", name=tell_name(view, t), destinations=_to(view, t), state=state)


def tell_name(view: StreamView, t: Words) -> str:
    """Return the stream's name, with its source's where that is another."""
    if view.name == view.source.name:
        return view.name
    return t("card.with_source", name=view.name, source=view.source.name)


def _to(view: StreamView, t: Words, most: int = 3) -> str:
    names = tell_destinations(view)
    shown = " + ".join(names[:most])
    return shown if len(names) <= most else t("card.destinations_more", names=shown, n=len(names) - most)


def tell_destinations(view: StreamView) -> list[str]:
    """Return where it goes or, when it does not run, where it will go; where it went if that was not looked at."""
    if view.outputs:
        return [output.destination for output in view.outputs]
    if view.destinations or view.ended is None:
        return list(view.destinations)
    return view.ended.destination_names.split(", ")


def _is_young(view: StreamView, now: datetime) -> bool:
    return view.started_at is not None and (now - view.started_at).total_seconds() < WARNED_S


def _is_fresh(view: StreamView, now: datetime) -> bool:
    since = view.live_since
    first_time = view.state is State.LIVE and not view.restarts and not view.planned_breaks
    return first_time and since is not None and (now - since).total_seconds() < LOOK_ONCE_S


def _tell_output(view: StreamView, output: OutputView, t: Words, now: datetime) -> list[str]:
    moving = tell_moving(view, output, t, now)
    if output.state not in {State.RETRYING, State.FAILED} or output.cause is None:
        return [moving] if moving else []
    return [moving, tell_both(output.cause.code, output.platform, t)]


def tell_loss(loss: float | None, t: Words) -> list[str]:
    """Return what a line loses, where that is worth a word."""
    return [t("card.loss", percent=loss * 100)] if loss is not None and loss >= LOSS_SHOWN else []


def tell_moving(view: StreamView, output: OutputView, t: Words, now: datetime) -> str:
    """Return how an output is, in one line."""
    if output.state is State.LIVE:
        facts = [t("card.up", time=t.stopwatch(_since(output.live_since, now)))]
        facts += [t("card.blind")] if output.blind else []
        facts += [t.rate(output.bitrate_kbps)] if output.bitrate_kbps is not None else []
        facts += [t.speed(output.speed)] if output.speed is not None else []
        facts += tell_loss(output.loss, t)
        facts += [t("card.restarts", n=view.restarts)] if view.restarts else [t(f"mode.{view.mode}")]
        facts += [t("card.planned", n=view.planned_breaks)] if view.planned_breaks else []
        facts += [] if view.loop else [t("card.once")]
        return " · ".join(facts)
    if output.state is State.RETRYING:
        return " · ".join(tell_trouble(output, t, now))
    if output.state is State.FAILED:
        return t("card.gave_up")
    return "" if len(view.outputs) == 1 else t(f"word.state.{output.state}")


def tell_trouble(output: OutputView, t: Words, now: datetime) -> list[str]:
    """Return since when it is dark, and when the next try comes."""
    dark = t("card.dark", time=t.stopwatch(_since(output.dark_since, now)))
    left_s = (output.next_try_at - now).total_seconds() if output.next_try_at else 0.0
    return [dark, t("card.trying") if left_s < 1 else t("card.next_try", left=t.length(left_s))]


def _since(moment: datetime | None, now: datetime) -> float:
    return 0.0 if moment is None else max(0.0, (now - moment).total_seconds())


def _tell_ended(view: StreamView, t: Words, now: datetime, names: Mapping[UserId, str]) -> list[str]:
    run = view.ended
    how = t("card.never") if run is None else tell_end(run, t, names)
    lines = [f"{DOT[view.state]} {_head(view, t, how)}"]
    if run and run.cause and run.outcome is Outcome.FAILED:
        platform = view.outputs[0].platform if len(view.outputs) == 1 else Platform.CUSTOM
        lines.append(tell_both(run.cause.code, platform, t))
    if view.held:
        lines.append(t("card.held"))
    if view.starts_at is not None:
        lines.append(t("card.starts", at=tell_moment(view.starts_at, t, now)))
    return lines


def tell_end(run: RunRecord, t: Words, names: Mapping[UserId, str]) -> str:
    """Return how a run ended: by whom, after how long, how much, how much of it dark."""
    length = (run.ended_at - run.started_at).total_seconds() if run.ended_at else 0.0
    by = names.get(run.ended_by) if run.ended_by is not None else None
    how = f"{run.outcome or Outcome.STOPPED}" + ("_by" if by and run.outcome is Outcome.STOPPED else "")
    facts = [t(f"card.was_{how}", time=t.stopwatch(length), **({"by": by} if by else {}))]
    facts += [t.size(run.bytes_sent)] if run.bytes_sent else []
    facts += [t("card.dark", time=t.stopwatch(run.dark_s))] if run.dark_s >= 1 else []
    return " · ".join(facts)


def tell_end_cause(run: RunRecord, t: Words) -> str | None:
    """Return why a run failed, None where it did not."""
    if run.cause is None or run.outcome is not Outcome.FAILED:
        return None
    return tell_cause(run.cause.code, Platform.CUSTOM, t)


def card_buttons(view: StreamView, t: Words) -> tuple[tuple[Button, ...], ...]:
    """Return what can be done with it now. What changes a run is bound to it."""
    run, own = view.run, f"#{view.id}"
    logs = press(t("button.logs"), f"logs {own}" + (f" run={run}" if run is not None else ""))
    if not view.running:
        again = press(t("button.start_again"), f"startstream #s{view.id}", style=Style.GOOD)
        resume = press(t("button.resume"), f"resume {own}", style=Style.GOOD)
        return rows((resume if view.held else again, logs if run is not None else None))
    return rows(
        (
            press(t("button.stop"), f"stop {own}", run, Style.DANGER),
            press(t("button.restart"), f"restart {own}", run),
        ),
        (
            logs,
            press(t("button.snapshot"), f"snapshot {own}", run),
        ),
        (
            press(t("button.longer"), f"change {own} longer={LONGER}", run) if view.ends_at else None,
            press(t("button.no_end"), f"change {own} for=none", run) if view.ends_at else None,
        ),
    )


def stream_data(view: StreamView) -> dict[str, Any]:
    """Return a stream for scripts."""
    return {
        "id": view.id,
        "name": view.name,
        "source": view.source.name,
        "state": view.state.value,
        "mode": view.mode.value,
        "loop": view.loop,
        "run": view.run,
        "started_at": view.started_at.isoformat() if view.started_at else None,
        "ends_at": view.ends_at.isoformat() if view.ends_at else None,
        "restarts": view.restarts,
        "dark_s": round(view.dark_s, 3),
        "bytes_sent": view.bytes_sent,
        "shortage": view.shortage.resource.value if view.shortage else None,
        "outputs": [_output_data(output) for output in view.outputs],
    }


def _output_data(output: OutputView) -> dict[str, Any]:
    return {
        "destination": output.destination,
        "platform": output.platform.value,
        "state": output.state.value,
        "cause": output.cause.code.value if output.cause else None,
        "attempts": output.attempts,
        "live_since": output.live_since.isoformat() if output.live_since else None,
        "next_try_at": output.next_try_at.isoformat() if output.next_try_at else None,
        "bitrate_kbps": output.bitrate_kbps,
        "speed": output.speed,
        "loss": output.loss,
        "blind": output.blind,
        "cpu_percent": output.cpu_percent,
        "memory_mib": output.memory_mib,
    }
