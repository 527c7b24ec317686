"""Lists of what there is: runs, files, playlists, destinations; pure, times are given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.present.buttons import in_rows, press, rows
from bot.present.cards import tell_end, tell_end_cause
from bot.present.refusals import to_json
from bot.reply import Code, Fields, Reply, Style, Text
from core.model import Outcome, Platform

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bot.i18n import Words
    from core.model import Destination, MediaItem, Playlist, RunRecord, StreamView, UserId

MAX_LINES: Final = 40
MAX_BUTTONS: Final = 8


def listing(title: str, lines: Sequence[str], t: Words) -> tuple[Text, ...]:
    """Return a heading and its lines, cut where a phone's screen would end."""
    more = [t("board.more", n=len(lines) - MAX_LINES)] if len(lines) > MAX_LINES else []
    return (Text(title, strong=True), *(Text(line) for line in [*lines[:MAX_LINES], *more]))


def logs(
    view: StreamView,
    lines: Sequence[str],
    run: int | None,
    t: Words,
    ended: RunRecord | None = None,
    names: Mapping[UserId, str] | None = None,
) -> Reply:
    """Return the last log lines of a stream, under how that run ended where it has."""
    data = {"stream": {"id": view.id, "name": view.name}, "run": run, "lines": list(lines)}
    if not lines:
        return Reply((Text(f"📄 {t('logs.empty', name=view.name)}", strong=True),), private=True, data=data)
    title = t("logs.title", name=view.name) if run is None else t("logs.title_run", name=view.name, run=run)
    code = Code("\n".join(lines), f"{_safe_file_name(view.name)}.log.txt")
    how = (Text(_tell_past(ended, t, names or {})),) if ended is not None else ()
    return Reply((Text(f"📄 {title}", strong=True), *how, code), private=True, data=data)


def _safe_file_name(name: str) -> str:
    return "".join(c if c.isalnum() or c in "-_" else "_" for c in name)[:40] or "stream"


def history(
    runs: Sequence[RunRecord], view: StreamView | None, t: Words, now: datetime, names: Mapping[UserId, str]
) -> Reply:
    """Return past runs, newest first, with a button for each log."""
    data = {"runs": [to_json(run) for run in runs]}
    if not runs:
        return Reply((Text(t("history.none"), strong=True),), data=data)
    title = t("history.title") if view is None else t("history.title_one", name=view.name)
    lines = [_run_line(run, t, now, names) for run in runs]
    buttons = [
        press(f"#{run.id} {t('button.logs')}", f"logs #{run.stream} run={run.id}") for run in runs if run.log_tail
    ]
    return Reply(listing(f"📜 {title}", lines, t), in_rows(buttons[:MAX_BUTTONS], 3), data=data)


def _run_line(run: RunRecord, t: Words, now: datetime, names: Mapping[UserId, str]) -> str:
    if run.ended_at is None:
        how, dot = t("history.running", time=t.stopwatch((now - run.started_at).total_seconds())), "🟢"
    else:
        how, dot = _tell_past(run, t, names), "🔴" if run.outcome is Outcome.FAILED else "⚪"
    return t(
        "history.line",
        dot=dot,
        run=run.id,
        name=run.stream_name,
        destinations=run.destination_names.replace(", ", " + "),
        at=t.moment(run.started_at, now),
        how=how,
    )


def _tell_past(run: RunRecord, t: Words, names: Mapping[UserId, str]) -> str:
    """Return how a run went: its end, its restarts, and why it failed where it did."""
    restarts = max(0, run.attempts - run.planned_breaks - run.destination_names.count(",") - 1)
    how = " · ".join([tell_end(run, t, names), *([t("card.restarts", n=restarts)] if restarts else [])])
    return " ".join(filter(None, (how, tell_end_cause(run, t))))


def media(items: Sequence[MediaItem], t: Words, *, operator: bool) -> Reply:
    """Return the library."""
    data = {"media": [media_data(item) for item in items]}
    if not items:
        return Reply((Text(t("media.none"), strong=True), Text(t("media.none_hint"))), data=data)
    lines = [_media_line(item, t) for item in items]
    button = press(t("button.start_stream"), "startstream") if operator else None
    return Reply(listing(f"🎞 {t('media.title', n=len(items))}", lines, t), rows((button,)), data=data)


def _media_line(item: MediaItem, t: Words) -> str:
    probe = item.probe
    if probe is None:
        return f"⚠️ {item.name} · {_problem(item, t)}"
    facts = [item.name]
    facts += [t.stopwatch(probe.duration_s)] if probe.duration_s else []
    facts += [t.size(item.size_bytes)]
    facts += [f"{probe.video.height}p{probe.video.fps:.0f}"] if probe.video else []
    return " · ".join(facts)


def _problem(item: MediaItem, t: Words) -> str:
    return t(t.first(f"media.problem.{item.problem}", "media.problem.unknown"))


def media_item(item: MediaItem, t: Words, *, operator: bool) -> Reply:
    """Return one file with what is known of it."""
    fields = [(t("media.field.size"), t.size(item.size_bytes)), *_probe_fields(item, t)]
    start = press(t("button.start"), f"startstream #{item.id} step=ask", style=Style.GOOD)
    delete = press(t("button.delete"), f"media delete #{item.id}", style=Style.DANGER)
    buttons = rows((start if item.probe else None, delete)) if operator else ()
    return Reply(
        (Text(f"🎞 {item.name}", strong=True), Fields(tuple(fields))), buttons, data={"media": media_data(item)}
    )


def _probe_fields(item: MediaItem, t: Words) -> list[tuple[str, str]]:
    probe = item.probe
    if probe is None:
        return [("⚠️", _problem(item, t))]
    found = [(t("media.field.length"), t.stopwatch(probe.duration_s))] if probe.duration_s else []
    found += [(t("media.field.bitrate"), t.rate(probe.bitrate_kbps))] if probe.bitrate_kbps else []
    if video := probe.video:
        picture = f"{video.codec} {video.width}x{video.height} {t.number(video.fps, 0)} fps"
        found.append((t("media.field.picture"), picture))
    if probe.video and probe.video.keyframe_gap_s:
        gap = t("unit.s", n=t.number(probe.video.keyframe_gap_s))
        found.append((t("media.field.keyframes"), t("media.keyframes", time=gap)))
    sound = f"{probe.audio.codec} {probe.audio.sample_rate_hz} Hz" if probe.audio else t("media.no_sound")
    return [*found, (t("media.field.sound"), sound)]


def media_data(item: MediaItem) -> dict[str, object]:
    """Return a file for scripts."""
    return {
        "id": item.id,
        "name": item.name,
        "size_bytes": item.size_bytes,
        "duration_s": item.probe.duration_s if item.probe else None,
        "problem": item.problem,
    }


def playlists(found: Sequence[Playlist], t: Words) -> Reply:
    """Return the playlists."""
    data = {"playlists": [playlist_data(playlist) for playlist in found]}
    if not found:
        return Reply((Text(t("playlist.none"), strong=True), Text(t("playlist.none_hint"))), data=data)
    lines = [t("playlist.show", name=playlist.name, n=len(playlist.items)) for playlist in found]
    buttons = [press(playlist.name, f"playlist show #{playlist.id}") for playlist in found[:MAX_BUTTONS]]
    return Reply(listing(t("playlist.title", n=len(found)), lines, t), in_rows(buttons), data=data)


def playlist(found: Playlist, names: Sequence[str], t: Words, *, operator: bool) -> Reply:
    """Return one playlist with its items in their order."""
    lines = [t("playlist.item", n=place, name=name) for place, name in enumerate(names, 1)] or [t("playlist.empty")]
    start = press(t("button.start"), f"startstream #p{found.id} step=ask", style=Style.GOOD)
    buttons = rows((start,)) if operator and names else ()
    title = t("playlist.show", name=found.name, n=len(names))
    data = {"playlist": {**playlist_data(found), "items": list(names)}}
    return Reply(listing(title, lines, t), buttons, data=data)


def playlist_data(found: Playlist) -> dict[str, object]:
    """Return a playlist for scripts."""
    return {"id": found.id, "name": found.name, "count": len(found.items)}


def destinations(found: Sequence[Destination], used_by: Mapping[str, str], t: Words) -> Reply:
    """Return the destinations; `used_by` names the stream that pushes to one now. Keys are never shown."""
    data = {"destinations": [destination_data(destination) for destination in found]}
    if not found:
        return Reply((Text(t("destinations.none"), strong=True), Text(t("next.destination"))), data=data)
    lines = []
    for one in found:
        platform = t("destinations.custom") if one.platform is Platform.CUSTOM else t(f"platform.{one.platform}")
        use = f" {t('destinations.in_use', stream=used_by[one.name])}" if one.name in used_by else ""
        lines.append(t("destinations.line", name=one.name, platform=platform, host=_host(one.url)) + use)
    return Reply(listing(f"📡 {t('destinations.title', n=len(found))}", lines, t), data=data)


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]


def destination_data(destination: Destination) -> dict[str, object]:
    """Return a destination for scripts; its path may hold a secret, so only its server is told."""
    return {
        "id": destination.id,
        "name": destination.name,
        "platform": destination.platform.value,
        "host": _host(destination.url),
    }
