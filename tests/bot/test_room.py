"""What still fits, and what would be too much: said before it hurts, in both languages."""  # N7

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.i18n import Words
from bot.present.cards import card
from bot.present.refusals import Refused, refuse
from bot.present.room import health
from core.errors import Overloaded
from core.model import MAIN_SPACE, Health
from core.monitor.room import Fits, Resource, Shortage
from tests.bot.talk import Bot, labels_of, text_of
from tests.fakes.clock import START

HEALTH = Health(
    version="1.0",
    ffmpeg_version="9.0",
    cores=2,
    cpu_percent=12.0,
    memory_total_bytes=4_000_000_000,
    memory_available_bytes=3_000_000_000,
    disk_free_bytes=50_000_000_000,
    running=3,
    limit_total=20,
    copies_fit=6,
    uptime_s=7200.0,
    encodes_fit=1,
    copies=Fits({Resource.CPU: 140, Resource.MEMORY: 160, Resource.UPLINK: 6}, 17),
    encodes=Fits({Resource.CPU: 1, Resource.MEMORY: 11, Resource.UPLINK: 6}, 17),
    uplink_kbps=9300.0,
    uplink_best_kbps=14_000.0,
    uplink_mbps=40.0,
)
CPU = Shortage(Resource.CPU, 104.6, 40.2)


def fields(shown: Health, language: str = "en") -> str:
    """What /health says."""
    return text_of(health(shown, Words(language)))


def test_health_says_what_fits_and_why() -> None:
    """So many copies or encodings, and what runs out first in front."""
    told = fields(HEALTH)
    assert "6 more copies, or 1 more encoding" in told
    assert "uplink 6 · limit 17 · CPU 140 · memory 160" in told
    assert "CPU 1 · uplink 6 · memory 11 · limit 17" in told
    assert "9.3 Mbit/s of 40.0 Mbit/s, 14.0 Mbit/s at most so far" in told
    assert "6 salinan lagi, atau 1 encode lagi" in fields(HEALTH, "id")


def test_health_of_a_full_host() -> None:
    """Nothing more is 'nothing more', and an uplink that nobody named limits nothing."""
    told = fields(replace(HEALTH, copies_fit=0, encodes_fit=0, uplink_mbps=None, uplink_best_kbps=None))
    assert "9.3 Mbit/s now, not counted in what fits" in told
    assert "not counted" not in fields(HEALTH)
    assert "nothing more" in told
    assert "9.3 Mbit/s now" in told


@pytest.mark.parametrize(
    ("reason", "needs", "free", "said"),
    [
        ("cpu", 100.0, 40.0, "CPU has no room for it: it needs 100 % of a core, 40 % of a core can be spared."),
        ("memory", 200.0, 55.4, "memory has no room for it: it needs 200 MiB, 55 MiB can be spared."),
        ("uplink", 6200.0, 900.0, "uplink has no room for it: it needs 6.2 Mbit/s, 900 kbit/s can be spared."),
    ],
)
def test_a_refusal_says_what_is_too_little(reason: str, needs: float, free: float, said: str) -> None:
    """Why, with the numbers, and what to do."""
    told = refuse(Refused(Overloaded(reason, "encode", needs, free), Words(), START))
    assert said in text_of(told)
    assert "Stop another stream first." in text_of(told)
    assert (labels_of(told), told.code) == (["Streams"], "overloaded")


async def test_the_reply_of_startstream_warns(bot: Bot) -> None:
    """The card says it as long as it is news; then the stream's own alerts tell how it goes."""
    await bot.operator.says("/startstream lofi youtube")
    (view,) = await bot.engine.views(MAIN_SPACE)
    warned = replace(bot.engine.go_live(view.id), shortage=CPU)
    told = text_of(card(warned, Words(), START))
    assert "⚠️ The CPU is nearly full: this needs 105 % of a core, 40 % of a core could be spared." in told
    assert "⚠️ CPU hampir penuh" in text_of(card(warned, Words("id"), START))
    assert "⚠️" not in text_of(card(warned, Words(), START + timedelta(minutes=6)))
    assert card(warned, Words(), START).data["stream"]["shortage"] == "cpu"
