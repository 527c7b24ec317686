"""Warnings of what streams and host cost: in the words that a person understands on a phone, in both languages."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.i18n import Words
from bot.notes import dump, find_about, is_all_clear, is_problem, is_red, load
from bot.present.alerts import alert
from core.events import BitrateAlert, Event, HostAlert, ResourceAlert
from core.model import MAIN_SPACE, OutputId, Platform, RunId, StreamId
from core.push import ChatRef, Note
from tests.bot.talk import Bot, labels_of, text_of

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
STREAM: dict[str, Any] = {"at": AT, "space": MAIN_SPACE, "stream": StreamId(7), "name": "lofi", "run": RunId(3)}
OUTPUT: dict[str, Any] = {
    **STREAM, "output": OutputId("s7-d1"), "destination": "youtube", "platform": Platform.YOUTUBE,
}  # fmt: skip
CPU: dict[str, Any] = {**STREAM, "kind": "cpu", "value": 91.4, "limit": 80.0, "for_s": 60.0}
BITRATE: dict[str, Any] = {**OUTPUT, "kbps": 400.0, "usual_kbps": 3100.0, "for_s": 120.0}


@pytest.mark.parametrize(
    ("event", "english", "indonesian"),
    [
        (
            ResourceAlert(over=True, usual=1.0, **CPU),
            "🟠 lofi uses 91 % of a core for 1 min (usual: 1 %).",
            "🟠 lofi memakai 91 % dari satu inti selama 1 menit (biasanya: 1 %).",
        ),
        (
            ResourceAlert(over=True, usual=0.88, **CPU),
            "🟠 lofi uses 91 % of a core for 1 min (usual: 0.9 %).",
            "🟠 lofi memakai 91 % dari satu inti selama 1 menit (biasanya: 0,9 %).",
        ),
        (
            ResourceAlert(over=True, **CPU),
            "🟠 lofi uses 91 % of a core for 1 min (limit: 80 %).",
            "🟠 lofi memakai 91 % dari satu inti selama 1 menit (batas: 80 %).",
        ),
        (
            BitrateAlert(off=True, **BITRATE),
            "🟠 lofi → youtube sends 400 kbit/s for 2 min (usual: 3.1 Mbit/s).",
            "🟠 lofi → youtube mengirim 400 kbit/s selama 2 menit (biasanya: 3,1 Mbit/s).",
        ),
        (
            BitrateAlert(off=False, **{**BITRATE, "kbps": 3000.0, "for_s": 200.0}),
            "✅ lofi → youtube sends as usual again (3.0 Mbit/s) after 3 min.",
            "✅ lofi → youtube mengirim seperti biasa lagi (3,0 Mbit/s) setelah 3 menit.",
        ),
        (
            HostAlert(at=AT, space=MAIN_SPACE, kind="cpu", over=True, value=98.7, limit=95.0, for_s=300.0),
            "🟠 The server's CPU is 99 % busy, for 5 min now. Stop an encoded stream before all stutter.",
            "🟠 CPU server 99 % sibuk, sudah 5 menit. Hentikan satu siaran encode sebelum semuanya tersendat.",
        ),
    ],
)
def test_warnings_say_what_is_usual(event: Event, english: str, indonesian: str) -> None:
    """The number, for how long, and what it should be: enough to know whether to get up."""  # R11, N12
    for words, text in ((Words("en"), english), (Words("id"), indonesian)):
        told = alert(event, words)
        assert told is not None
        assert text_of(told).splitlines()[0] == text


def test_a_strange_bitrate_is_looked_at_with_one_press() -> None:
    """The picture that is on air is one press away."""
    told = alert(BitrateAlert(off=True, **BITRATE), Words())
    assert told is not None
    assert text_of(told).splitlines()[1] == "Picture or sound may be missing: look at it once."
    assert (labels_of(told), told.silent) == (["Snapshot", "Stats"], True)


@pytest.mark.parametrize(
    "event",
    [
        ResourceAlert(over=True, usual=1.0, **{**CPU, "stream": StreamId(1)}),
        HostAlert(at=AT, space=MAIN_SPACE, kind="cpu", over=True, value=98.7, limit=95.0, for_s=300.0),
    ],
    ids=["of a stream", "of the host"],
)
async def test_what_it_costs_is_one_press_away(bot: Bot, event: Event) -> None:
    """[Stats] under a warning shows how it came to that: the chart of the last hour."""
    await bot.operator.says("/startstream lofi youtube")
    told = alert(event, Words())
    assert told is not None
    assert labels_of(told)[0] == "Stats"
    chart = await bot.viewer.presses(told, "Stats")
    assert chart is not None
    assert (chart.code, chart.data) == (None, {"samples": 0})


def test_a_strange_bitrate_is_one_story() -> None:
    """Its end changes the message of its beginning, also where the service was started anew between the two."""  # N9
    off, over = BitrateAlert(off=True, **BITRATE), BitrateAlert(off=False, **BITRATE)
    assert find_about(off) == find_about(over)
    assert (is_all_clear(off), is_all_clear(over), is_red(off), is_problem(off)) == (False, True, False, True)
    note = Note(1, ChatRef("telegram", "1"), MAIN_SPACE, AT, "BitrateAlert", dump(off), None, None, None)
    assert load(note) == off
