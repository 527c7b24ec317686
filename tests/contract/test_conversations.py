"""The contract's conversations, held on Telegram, Discord and the console: the same words, buttons and refusals."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import pytest

from core.config import CoreConfig, LimitsConfig
from core.errors import Finding, NotCopyable
from core.model import MAIN_SPACE
from core.people import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.contract.seats import Seat, Seen

TERMINAL_HAS_NONE: Final = frozenset({"streams pin=yes"})
"""Orders that only a chat can carry out: a terminal pins nothing."""


@dataclass(frozen=True)
class Give:
    """A command with its words, and what its answer holds everywhere."""

    command: str
    words: dict[str, object] = field(default_factory=dict)
    reads: str = ""
    code: str | None = None


@dataclass(frozen=True)
class Press:
    """A button of what was shown last."""

    label: str
    reads: str = ""
    code: str | None = None


@dataclass(frozen=True)
class GoLive:
    """Bytes begin to move, everywhere."""


@dataclass(frozen=True)
class GoDark:
    """The platform closes the connection, everywhere."""


@dataclass(frozen=True)
class NotFit:
    """From here on the source can't be copied as it is."""


@dataclass(frozen=True)
class Fit:
    """It can be sent again."""


@dataclass(frozen=True)
class Join:
    """Rio becomes a viewer, everywhere."""


@dataclass(frozen=True)
class Allow:
    """From here on so many streams may run at once, in all and for each person."""

    total: int
    per_user: int


@dataclass(frozen=True)
class Wait:
    """Time passes."""

    seconds: float


Move = Give | Press | GoLive | GoDark | NotFit | Fit | Join | Allow | Wait

LOFI: Final = {"source": "lofi", "destination": "youtube"}
START: Final = Give("startstream", {**LOFI, "for": "6h"}, "lofi → youtube")

CONVERSATIONS: Final[dict[str, Sequence[Move]]] = {
    "going live": (
        START,
        GoLive(),
        Give("status", {"stream": "lofi"}, "LIVE"),
        Wait(3600),
        Press("+1 h", "stops 19:00"),
        Press("Stop", "stopped by Ada"),
        Give("status", {"stream": "lofi"}, "stopped by Ada after"),
    ),
    "a stream with thresholds of its own": (
        START,
        GoLive(),
        Give("change", {"stream": "lofi", "cpu": 150}, "tells of its costs from 150 % of a core on"),
        Give("change", {"stream": "lofi", "memory": 800}, "from 150 % of a core, 800 MiB on"),
        Give("change", {"stream": "lofi", "cpu": 0}, "tells of its costs from 800 MiB on"),
    ),
    "missing words are asked for": (
        Give("startstream", {"source": "lofi"}, "Where to?"),
        Press("youtube", "How long?"),
        Press("6 h", "lofi → youtube, 6 h, copied as it is."),
        Press("Start", "lofi → youtube"),
    ),
    "a choice is thought over": (
        Give("startstream", {"source": "lofi"}, "Where to?"),
        Press("twitch", "How long?"),
        Press("no end", "lofi → twitch"),
        Press("Cancel"),
        Give("streams"),
    ),
    "refusals": (
        Give("startstream", {"source": "lofy", "destination": "youtube"}, "Did you mean", "not_found"),
        Press("lofi", "lofi → youtube"),
        Give("startstream", {"source": "ngaji-subuh", "destination": "youtbe", "for": "1h"}, "youtube", "not_found"),
        Give("stop", {"stream": "nobody"}, "nobody", "not_found"),
        Give("startstream", {**LOFI, "for": "yesterday"}, "yesterday", "invalid_value"),
        Give("startstream", {**LOFI, "rotate": "12s"}, "12s", "invalid_value"),
        Give("unschedule", {"schedule": "nightly"}, "nightly", "not_found"),
        Give("logs", {"stream": "nobody"}, "nobody", "not_found"),
        Give("timezone", {"zone": "Jakrta"}, "Asia/Jakarta", "not_found"),
    ),
    "one key carries one stream": (
        START,
        Give("startstream", {"source": "ngaji-subuh", "destination": "youtube", "for": "1h"}, code="key_in_use"),
        Give("startstream", {**LOFI, "for": "1h"}, "lofi", "already_running"),
        Give("forget", {"stream": "lofi"}, "lofi", "in_use"),
    ),
    "stop": (
        START,
        Give("stop", {"stream": "lof"}, "stopped by Ada"),
        Give("stop", {"stream": "lofi"}, "lofi", "not_running"),
        Press("Start again"),
        Give("stop", {"stream": "all"}, "Stop 1 stream?"),
        Press("Yes, stop all", "lofi"),
        Give("history", {"stream": "lofi"}, "lofi"),
    ),
    "board": (
        Give("streams"),
        START,
        Give("startstream", {"source": "ngaji-subuh", "destination": "twitch"}),
        GoLive(),
        Give("streams", reads="📺 2 streams"),
        GoDark(),
        Give("status", reads="🔴"),
        Give("status", {"stream": "lofi"}, "🔴"),
        Press("Logs", "first line"),
    ),
    "logs": (
        START,
        Give("logs", {"stream": "lofi"}, "first line second line"),
        Give("logs", {"stream": "lofi", "lines": 1}, "second line"),
        Give("logs", {"stream": "lofi", "find": "SECOND"}, "second line"),
        Give("logs", {"stream": "lofi", "find": "third"}, "third"),
        Give("logs", {"stream": "lofi", "run": "77"}, "77", "not_found"),
    ),
    "destinations": (
        Give("destinations", reads="youtube"),
        Give("removedestination", {"destination": "twitch"}, "twitch"),
        Give("destinations"),
    ),
    "schedules": (
        Give("schedules"),
        Give("schedule", {**LOFI, "start": "18:00", "for": "5h", "repeat": "daily", "tz": "Asia/Jakarta"}, "18:00"),
        Give("schedules", reads="18:00"),
        Give("schedule", {**LOFI, "start": "20:00", "for": "1h", "repeat": "daily", "tz": "Asia/Jakarta"}),
        Give("schedule", {**LOFI, "start": "25:00"}, "25:00", "invalid_value"),
        Give("unschedule", {"schedule": "lofi"}),
    ),
    "a schedule is changed by buttons": (
        Give("schedule", {**LOFI, "start": "18:00", "for": "5h", "repeat": "daily", "tz": "Asia/Jakarta"}, "18:00"),
        Press("Pause", "paused"),
        Press("Resume", "next"),
        Press("Change", "/reschedule"),
        Press("Start", "At what time?"),
        Press("20:00", "every day 20:00-01:00 Jakarta"),
        Press("Change", "/reschedule"),
        Press("Days", "On which days?"),
        Press("weekdays", "weekdays 20:00-01:00 Jakarta"),
        Press("Delete", "Delete"),
        Press("Yes, delete"),
        Give("schedules", reads="No schedules yet."),
    ),
    "playlists": (
        Give("playlist", {"action": "create", "name": "Malam", "items": "lofi"}, "Malam"),
        Give("playlist", {"action": "add", "name": "Malam", "items": "ngaji-subuh"}, "ngaji-subuh"),
        Give("playlist", {"action": "show", "name": "malam"}, "Malam · 2"),
        Press("Start", "Where to?"),
        Press("youtube", "How long?"),
        Press("no end", "→ youtube, no end"),
        Give("playlist", {"action": "add", "name": "Malam", "items": "nothing"}, "nothing", "not_found"),
        Give("playlist", {"action": "create", "name": "Malam"}, "Malam", "name_in_use"),
    ),
    "imports": (
        Give("import", {"url": "https://films.example/night.mp4"}, "night.mp4 0 %"),
        Press("Cancel", "cancelled"),
        Give("import", {"url": "file:///etc/passwd"}, "https://", "link_refused"),
    ),
    "until a certain hour": (
        Give("startstream", {"source": "lofi"}, "Where to?"),
        Press("youtube", "How long?"),
        Press("until…", "Until when?"),
        Press("18:00", "until 18:00"),
        Press("Start", "stops 18:00"),
    ),
    "what can't be copied": (
        NotFit(),
        Give("startstream", {**LOFI, "for": "6h"}, "a keyframe only every 10 s", "not_copyable"),
        Fit(),
        Press("Encode live (1.3 cores)", "lofi → youtube"),
    ),
    "Indonesian": (
        Give("language", {"language": "id"}),
        Give("timezone", {"zone": "WIB"}, "Jakarta"),
        START,
        GoLive(),
        Wait(8045),
        Give("status", {"stream": "lofi"}, "aktif 2:14:05 · 3,1 Mbit/s · 1,00"),
        Give("streams", reads="siaran"),
        GoDark(),
        Give("status", {"stream": "lofi"}),
        Give("stop", {"stream": "lofi"}, "dihentikan"),
        Give("stop", {"stream": "lofi"}, code="not_running"),
        Give("startstream", {"source": "lofy", "destination": "youtube"}, "Maksud", "not_found"),
        Give("destinations"),
        Give("health"),
        Give("alerts", {"switch": "on"}),
    ),
    "what is on air": (
        START,
        GoLive(),
        Give("snapshot", {"stream": "lofi"}, "📷 lofi at 12:00:00"),
        Give("snapshot", {"stream": "nobody"}, "nobody", "not_found"),
        Give("chart", {"stream": "lofi"}, "lofi"),
        Give("chart", {"stream": "lofi", "period": "7d"}, "lofi"),
        Give("chart"),
        Give("stop", {"stream": "lofi"}),
        Give("snapshot", {"stream": "lofi"}, "lofi", "not_running"),
    ),
    "limits": (
        Allow(total=2, per_user=1),
        START,
        Give("startstream", {"source": "ngaji-subuh", "destination": "twitch"}, "1 of 1", "limit_exceeded"),
        Press("Stop lofi", "stopped by Ada"),
        Allow(total=0, per_user=1),
        Give("startstream", {"source": "ngaji-subuh", "destination": "twitch"}, code="limit_exceeded"),
    ),
    "people": (
        Join(),
        Give("grant", {"user": "Rio", "role": "operator"}, "Rio is now operator."),
        Give("grant", {"user": "rio", "role": "admin"}, "Rio is now admin."),
        Give("grant", {"user": "Nobody", "role": "viewer"}, "Nobody", "not_found"),
        Give("limit", {"user": "Rio", "n": "2"}, "2"),
        Give("limit", {"user": "Rio", "n": "default"}, "5"),
        Give("revoke", {"user": "Rio"}, "Rio has no role here any more."),
        Give("revoke", {"user": "Rio"}, "Rio", "not_found"),
    ),
    "who, how and what": (
        Give("help"),
        Give("help", {"command": "startstream"}, "startstream"),
        Give("health"),
        Give("media", reads="lofi"),
        Give("audit"),
        Give("alerts", {"switch": "on"}),
        Press("Mute 1 h"),
    ),
}


async def make(move: Move, seat: Seat) -> Seen | None:
    """Make one move on one platform, and return what is read then."""
    match move:
        case Give(command, words):
            return await seat.gives(command, **words)
        case Press(label):
            return await seat.presses(label)
        case Wait(seconds):
            await seat.bot.clock.advance(seconds)
        case Join():
            rio = await seat.bot.store.people.person("telegram", "80", "Rio")
            await seat.bot.store.people.grant(rio.id, MAIN_SPACE, Role.VIEWER)
        case Allow(total, per_user):
            seat.bot.engine.config = CoreConfig(limits=LimitsConfig(total=total, per_user=per_user))
        case NotFit():
            findings = (Finding("keyframe_gap", "lofi", (("gap_s", "10"), ("limit_s", "4")), hard=False),)
            seat.bot.engine.refusal = NotCopyable("lofi", findings)
        case Fit():
            seat.bot.engine.refusal = None
        case GoLive() | GoDark():
            change = seat.bot.engine.go_live if isinstance(move, GoLive) else seat.bot.engine.go_dark
            for view in await seat.bot.engine.views(MAIN_SPACE):
                change(view.id)
    return None


def for_all(seen: Seen) -> Seen:
    """Return it without what only some platforms can do."""
    return replace(seen, buttons=tuple(key for key in seen.buttons if key.order not in TERMINAL_HAS_NONE))


@pytest.mark.parametrize("name", CONVERSATIONS)
async def test_all_platforms_say_the_same(seats: dict[str, Seat], name: str) -> None:
    """Whoever knows StreamBro on one platform knows it on all: the same words, buttons and refusals for each move."""
    # N3, N12
    for number, move in enumerate(CONVERSATIONS[name], 1):
        found = {platform: await make(move, seat) for platform, seat in seats.items()}
        if not isinstance(move, Give | Press):
            continue
        said = {platform: for_all(seen) for platform, seen in found.items() if seen is not None}
        where = f"move {number}, {move}"
        assert said["telegram"] == said["discord"], where
        assert said["telegram"] == said["console"], where
        assert said["telegram"].words, where
        assert move.reads in said["telegram"].words, where
        assert said["telegram"].code == move.code, where
        assert "key-of" not in "".join(map(repr, found.values())), where  # N8
