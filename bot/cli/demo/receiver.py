"""The demo's platform: FFmpeg listens for RTMP, counts what arrives and keeps its newest picture; nothing is judged."""

from __future__ import annotations

import asyncio
import random
import socket
from typing import TYPE_CHECKING, Final

import psutil

from bot.cli.demo.children import PROGRESS, QUIET, kill, spawn
from bot.cli.demo.clips import read_progress

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from pathlib import Path

APP: Final = "live"
PORTS: Final = (10_000, 32_000)
"""Below the range from which the kernel picks for outgoing connections: a call to a port of that range on which nobody
listens right now can end up connected to itself."""

NEWEST_PICTURE: Final = ("-map", "0:v:0", "-vf", "fps=2", "-f", "image2", "-update", "1", "-atomic_writing", "1")
COUNT: Final = ("-map", "0", "-c", "copy", "-f", "null", "-")

AGAIN_S: Final = 0.2
"""Between two publishers; an FFmpeg that can't listen must not be started in a tight loop."""


class Receiver:
    """Takes one publisher after another. FFmpeg's listen mode looks at no key.

    Attributes:
        publishers: How many have sent something so far.
        received_s: What the present publisher, or else the last, has sent, in seconds of picture.
        picture: Where the newest picture lies, a PNG; refreshed twice a second.
    """

    def __init__(self, ffmpeg: Path, folder: Path) -> None:
        self._ffmpeg = ffmpeg
        self._port = _find_port()
        self._process: Process | None = None
        self.picture = folder / "received.png"
        self.publishers = 0
        self.received_s = 0.0

    @property
    def url(self) -> str:
        """The ingest URL, to which a publisher adds `/` and a key."""
        return f"rtmp://127.0.0.1:{self._port}/{APP}"

    @property
    def listening(self) -> bool:
        """Whether somebody could connect now; while a publisher is there nobody else can."""
        try:
            sockets = psutil.Process(self._process.pid).net_connections("tcp") if self._process else []
        except psutil.Error:
            return False
        return any(found.status == psutil.CONN_LISTEN for found in sockets)

    async def run(self) -> None:
        """Receive until cancelled."""
        while True:
            await self._receive()
            await asyncio.sleep(AGAIN_S)

    async def _receive(self) -> None:
        """Wait for a publisher and take what it sends until it goes."""
        nowhere, pipe = asyncio.subprocess.DEVNULL, asyncio.subprocess.PIPE
        self._process = process = await spawn(self._command(), said=pipe, errors=nowhere)
        is_new = True
        try:
            async for received_s in read_progress(process):
                if received_s > 0:
                    self.publishers += is_new
                    self.received_s, is_new = received_s, False
        finally:
            await kill(process)

    def _command(self) -> list[str | Path]:
        take = ("-analyzeduration", "500000", "-f", "flv", "-listen", "1", "-i", f"{self.url}/any")
        return [self._ffmpeg, *QUIET, *PROGRESS, *take, *NEWEST_PICTURE, self.picture, *COUNT]


def _find_port() -> int:
    while True:
        port = random.randint(*PORTS)  # noqa: S311 - a port is no secret
        with socket.socket() as candidate:
            try:
                candidate.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
