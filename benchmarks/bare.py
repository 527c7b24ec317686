"""Bare FFmpegs: what somebody would type by hand, for the same clip to the same ingest."""

import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self


class BareFfmpegs:
    """FFmpegs of nobody; a context manager, at whose end they are gone."""

    def __init__(self, ffmpeg: Path, clip: Path, ingest_url: str) -> None:
        self._source = [
            str(ffmpeg),
            "-nostdin",
            "-nostats",
            "-v",
            "error",
            "-re",
            "-stream_loop",
            "-1",
            "-i",
            str(clip),
        ]
        self._url = ingest_url
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for key in list(self._running):
            self.kill(key)

    @property
    def pids(self) -> list[int]:
        """Those that run."""
        return [process.pid for process in self._running.values()]

    def start(self, key: str) -> None:
        """Publish under a key."""
        argv = [*self._source, "-map", "0:v:0", "-map", "0:a:0", "-c", "copy", "-f", "flv", f"{self._url}/{key}"]
        # A session each, as ours have: the kernel shares the CPU out by session.
        self._running[key] = subprocess.Popen(argv, stdin=subprocess.DEVNULL, start_new_session=True)

    def stop(self, key: str) -> None:
        """End it as Ctrl-C would, without waiting."""
        self._running[key].terminate()

    def kill(self, key: str) -> None:
        """End it at once."""
        process = self._running.pop(key)
        process.kill()
        process.wait()
