"""Makes the README's picture: a real service, FFmpeg and Telegram library at work, drawn as their chat stood."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import tempfile
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.config import FfmpegConfig
from core.ffmpeg.binary import find_ffmpeg
from tests.chaos.world import World
from tests.fakes.clips import Clips
from tests.fakes.nginx import find_nginx
from tools.chat_svg import Said, draw
from tools.debian import CACHE

if TYPE_CHECKING:
    from tests.fakes.telegram_api.model import Message

TARGET: Final = Path(__file__).parent.parent / "docs" / "chat.svg"
KEY: Final = "abcd-efgh-ijkl-mnop"
_TAG: Final = re.compile(r"<[^>]*>")


async def talk(world: World) -> list[list[Said]]:
    """Go live, have FFmpeg killed, look at the board; return the chat as it stood."""
    start = await _say(world, "/startstream lofi youtube for=6h")
    await world.telegram.wait_message(world.chat, "LIVE")
    card = await world.telegram.wait_message(world.chat, _refreshed, timeout_s=60)
    left = [start, _seen(card)]
    os.kill(world.service.pid(), signal.SIGKILL)
    alert = _seen(await world.telegram.wait_message(world.chat, "went dark"))
    back = _seen(await world.telegram.wait_message(world.chat, "is back after"))
    wrong = await _ask(world, "/startstream lofy youtube")
    return [[*left, *await _ask(world, "/startstream dzikir youtube")], [alert, back, *wrong]]


def _refreshed(message: Message) -> bool:
    """Return whether this is a card that has shown itself to be kept up to date."""
    return "LIVE" in message.text and "up 0:00:00" not in message.text


async def _ask(world: World, text: str) -> list[Said]:
    before = len(world.telegram.messages(world.chat))
    said = await _say(world, text)
    await world.telegram.wait_until(lambda: len(world.telegram.messages(world.chat)) > before)
    return [said, _seen(world.telegram.messages(world.chat)[-1])]


async def _say(world: World, text: str) -> Said:
    await world.telegram.say(world.admin, world.chat, text)
    return Said(((text, False),), mine=True)


def _seen(message: Message) -> Said:
    """Return a message as it stands now."""
    lines = tuple((unescape(_TAG.sub("", line)), "<b>" in line) for line in message.source.split("\n"))
    rows = tuple(tuple(button.text for button in row) for row in message.keyboard)
    return Said(lines, rows)


async def make(folder: Path) -> str:
    """Return the picture."""
    ffmpeg = find_ffmpeg(FfmpegConfig())
    async with World(folder, ffmpeg, Clips(ffmpeg, CACHE / "clips"), find_nginx()) as world:
        for name in ("lofi.mp4", "dzikir.mp4"):
            world.clips.put("three_mbit", world.service.media / name)
        await world.telegram.say(world.admin, world.chat, "/alerts on")
        await world.telegram.wait_message(world.chat, lambda message: message.text)
        await world.order(f"adddestination youtube {world.ingest.rtmp_url} {KEY}")
        return draw(await talk(world))


def main() -> int:
    """Write the picture."""
    with tempfile.TemporaryDirectory(prefix="streambro-picture-") as folder:
        TARGET.write_text(asyncio.run(make(Path(folder))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
