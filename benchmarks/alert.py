"""`make bench ARGS=alert`: how soon the alert is at Telegram and at Discord once an FFmpeg was killed.

One stream on the real service, with a real FFmpeg, a real ingest and both chat platforms on the loopback. Its FFmpeg is
killed ten times, each time once the stream was told to be back. Counts from the kill to the arrival of the request that
is the alert; what a real platform's network adds is not in it. Exits 1 where one took longer than a second.
"""

import argparse
import os
import signal
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.measure import wait_until
from benchmarks.platforms import GUILD, Platforms, platforms
from benchmarks.scenes import Stage, start
from tests.fakes.clips import Clips
from tests.fakes.discord_api import Channel
from tests.fakes.ingest import Ingest
from tests.fakes.nginx import find_nginx
from tests.integration.service import Service
from tools.debian import CACHE

KILLS = 10
BOUND_S = 1.0
APART_S = 6.0
"""So far apart that neither platform's pace for one chat is in it."""

NAME, ADMIN = "alert", 1
DARK = "went dark"

Find = Callable[[], list[float]]


def main(argv: Sequence[str], ffmpeg: Path) -> int:
    """Kill, print, judge."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks alert", description=__doc__)
    parser.add_argument("kills", type=int, nargs="?", default=KILLS, help=f"{KILLS} unless said")
    kills = parser.parse_args(argv).kills
    with tempfile.TemporaryDirectory() as folder, Ingest(find_nginx(), Path(folder, "ingest"), record=False) as ingest:
        stage = Stage(ffmpeg, Clips(ffmpeg, CACHE / "clips")["three_mbit"], ingest, Path(folder))
        found = measure_alerts(stage, kills)
    print(f"{ffmpeg}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {kills} kills; seconds\n")
    print(show(found))
    return int(any(max(times) > BOUND_S for times in found.values()))


def measure_alerts(stage: Stage, kills: int) -> dict[str, list[float]]:
    """Return by platform how many seconds after each kill the alert was there."""
    with platforms() as chats:
        channel = chats.do(people(chats))
        with stage.service("alert", with_admin(chats)) as service:
            wait_until(chats.reached, "the service at both platforms")
            chats.do(subscribe(chats, channel))
            alerts = {"Telegram": find_on_telegram(chats), "Discord": find_on_discord(chats, channel)}
            start(service, stage.ingest, f"{NAME}-key")
            rounds = [kill(service, alerts) for _ in range(kills)]
    return {name: [found[name] for found in rounds] for name in alerts}


def kill(service: Service, alerts: dict[str, Find]) -> dict[str, float]:
    """Kill the stream's FFmpeg while it is live, and return how much later each platform has one alert more."""
    service.until(NAME, "live")
    time.sleep(APART_S)
    before = {name: len(find()) for name, find in alerts.items()}
    killed_s = time.time()
    os.kill(service.pid(), signal.SIGKILL)
    wait_until(lambda: all(len(find()) > before[name] for name, find in alerts.items()), "the alert on both")
    return {name: find()[before[name]] - killed_s for name, find in alerts.items()}


def show(found: dict[str, list[float]]) -> str:
    """Return the figures as a Markdown table."""
    lines = ["| FFmpeg killed: the alert is at | median | worst | at most |", "| --- | --- | --- | --- |"]
    for name, times in found.items():
        missed = " **missed**" if max(times) > BOUND_S else ""
        lines.append(f"| {name} | **{statistics.median(times):.2f} s** | {max(times):.2f} s | {BOUND_S:g} s{missed} |")
    return "\n".join(lines)


# The people, and what they read


def with_admin(chats: Platforms) -> dict[str, object]:
    """Return the service's settings, with an admin on both; killed again and again, the stream comes back as soon."""
    own = {name: {**settings, "admins": [ADMIN]} for name, settings in chats.settings.items()}
    return {**own, "retry": {"steps_s": [1]}}


async def people(chats: Platforms) -> Channel:
    """Put an admin on both platforms, and a channel into the guild."""
    chats.telegram.private_chat(chats.telegram.user(ADMIN, "Rina", "rina"))
    guild = chats.discord.world.guild(GUILD)
    chats.discord.member(chats.discord.user(ADMIN, "Rina"), guild)
    return chats.discord.channel(guild, "general")


async def subscribe(chats: Platforms, channel: Channel) -> None:
    """Let the admin ask for alerts on both."""
    rina = chats.telegram.world.users[ADMIN]
    chat = chats.telegram.private_chat(rina)
    await chats.telegram.say(rina, chat, "/alerts on")
    await chats.telegram.wait_message(chat, lambda message: message.text)
    asked = await chats.discord.slash(chats.discord.world.user(ADMIN), channel, "alerts", switch="on")
    await asked


def find_on_telegram(chats: Platforms) -> Find:
    """Return what finds when each alert came."""
    return lambda: [call.at_s for call in chats.telegram.calls("sendMessage") if DARK in call.params.get("text", "")]


def find_on_discord(chats: Platforms, channel: Channel) -> Find:
    """Return what finds when each alert came: its first words, whatever it says by now."""
    seen: dict[int, float] = {}

    def find() -> list[float]:
        seen.update({one.id: one.created_s for one in chats.discord.messages(channel) if DARK in one.text})
        return sorted(seen.values())

    return find
