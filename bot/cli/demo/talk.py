"""The demo's conversation: the chat of `streambro chat`, with a stream on air and ways to break it."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Final

from bot.cli.conversation import converse
from bot.cli.demo.clips import CLIPS
from bot.cli.demo.picture import read_pixels
from bot.cli.demo.stage import DESTINATION, KEY

if TYPE_CHECKING:
    from bot.cli.demo.stage import Stage
    from bot.cli.exits import Exit

HINTS: Final = """
It is yours now; Tab completes, Ctrl-D leaves. Try:
  status lofi · snapshot lofi · logs lofi · change lofi for=30s · stop lofi · startstream testcard · help
  received   the picture that the receiver sees at this moment
  kill       kill -9 of the FFmpeg: watch it come back
  crash      kill -9 of the service: FFmpeg goes on, the service comes back to it
"""


async def talk(stage: Stage) -> Exit:
    """Put a stream on air, then let the person talk."""
    stage.screen.typed(f"adddestination {DESTINATION} {stage.receiver.url} ***")
    reply = await stage.client.order(f"adddestination {DESTINATION} {stage.receiver.url} {KEY}")
    stage.screen.answered(reply["text"])
    stage.screen.line(HINTS)
    tricks = _Tricks(stage)
    extra = {"received": tricks.received, "kill": tricks.kill, "crash": tricks.crash}
    first = (f"startstream {CLIPS[0].name} {DESTINATION}",)
    return await converse(stage.service.folder.console_socket, stage.home, extra, first)


class _Tricks:
    """What this conversation knows beside the service's own commands."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    async def received(self) -> str:
        """Show what the receiver sees."""
        picture = self._stage.receiver.picture
        rows = await read_pixels(self._stage.ffmpeg, picture)
        if not rows:
            return "The receiver has seen no picture yet."
        return "\n".join(filter(None, (self._stage.screen.draw(rows), f"saved: {picture}")))

    async def kill(self) -> str:
        """Kill the FFmpeg."""
        pid = self._stage.service.find_ffmpeg()
        if pid is None:
            return "No FFmpeg runs."
        os.kill(pid, signal.SIGKILL)
        return f"$ kill -9 {pid}"

    async def crash(self) -> str:
        """Kill the service, and start it again."""
        await self._stage.crash()
        return "$ kill -9 $(pidof streambro); streambro run"
