"""The demo's service: `streambro run` on a throw-away folder, as a process of its own that can be killed."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING, Final

import psutil
import yaml

from bot.cli.client import Client, NoService
from bot.cli.demo.children import end, kill, spawn
from core.data_folder import DataFolder
from core.ffmpeg.settling import end_all

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from pathlib import Path

END_S: Final = 12.0
LOOK_S: Final = 0.05
SAID_LINES: Final = 5


class Service:
    """The service, its folder, and the FFmpegs that it runs."""

    def __init__(self, ffmpeg: Path, home: Path) -> None:
        self._config = home / "config.yaml"
        self._log = home / "service.log"
        self._process: Process | None = None
        self.folder = DataFolder(home / "data")
        self._config.write_text(
            yaml.safe_dump({"ffmpeg": {"path": str(ffmpeg)}, "shutdown": {"streams": "stop"}}), encoding="utf-8"
        )

    async def start(self) -> Client:
        """Start it and return a connection once it answers.

        Raises:
            NoService: it ended instead; with the last that it said.
        """
        log = os.open(self._log, os.O_CREAT | os.O_APPEND | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        try:
            command: list[str | Path] = [sys.executable, "-m", "bot", "run", "--config", self._config]
            self._process = await spawn(command, said=log, errors=log)
        finally:
            os.close(log)
        while self._process.returncode is None:
            try:
                return await Client.connect(self.folder.console_socket)
            except NoService:
                await asyncio.sleep(LOOK_S)
        raise NoService(self.said())

    async def kill(self) -> None:
        """End it as a crash would."""
        if self._process is not None:
            await kill(self._process)

    async def close(self) -> None:
        """End it in order, and whatever FFmpeg should be left."""
        if self._process is not None:
            await end(self._process, END_S)
        await end_all(self.folder.run)

    def said(self) -> str:
        """Return the last lines of its log."""
        text = self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""
        return "\n".join(text.splitlines()[-SAID_LINES:])

    def find_ffmpeg(self) -> int | None:
        """Return the process id of an FFmpeg that plays one of our files, as `pgrep` would."""
        media = f"file:{self.folder.media}"
        for process in psutil.process_iter(["cmdline"]):
            if any(word.startswith(media) for word in process.info["cmdline"] or ()):
                return int(process.pid)
        return None
