"""The real service in a process of its own, on a folder of its own; what it is told goes over its socket."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import psutil
import yaml

from bot.cli.client import Client, NoService
from core.ffmpeg.process import RUN_MARK, find_marked, read_stat
from core.ffmpeg.settling import end_all
from tests.fakes.wait import NeverHappenedError, wait_for

ROOT = Path(__file__).resolve().parents[2]
SHM = Path("/dev/shm")
LOOK_S = 0.1
"""Between two questions to the service, each of which costs it some milliseconds."""


class Service:
    """A service that can be ordered, ended, killed and started again; `settings` are its config.yaml.

    A context manager: starts on entry; on exit it and all its FFmpegs are gone.
    """

    def __init__(self, folder: Path, ffmpeg: Path, settings: Mapping[str, Any] | None = None) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.media = self.data / "media"
        self.media.mkdir(parents=True)
        self.media.chmod(0o700)
        self.config = folder / "config.yaml"
        self.config.write_text(yaml.safe_dump({"ffmpeg": {"path": str(ffmpeg)}, **(settings or {})}))
        self.replies: list[str] = []
        self.environment = dict(os.environ)
        self._stderr = folder / "stderr.txt"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- its life ---

    def start(self) -> None:
        """Start it and return when it answers."""
        with self._stderr.open("ab") as stderr:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot", "run", "--config", str(self.config)],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=stderr,
                stderr=stderr,
            )
        wait_for(self._answers, "the service's first answer", poll_s=LOOK_S)

    def kill(self) -> None:
        """End it as the kernel's out-of-memory killer would."""
        self.process.kill()
        self.process.wait()

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end, and return its exit code."""
        self.process.send_signal(number)
        return self.process.wait(timeout=60)

    def close(self) -> None:
        """End it and its FFmpegs, whatever state they are in."""
        if self._process is not None:
            self.kill()
        asyncio.run(end_all(self.data / "run", 0.2))

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run another `streambro` command on the same configuration."""
        command = [sys.executable, "-m", "bot", *words[:1], "--config", str(self.config), *words[1:]]
        return subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL
        )

    # --- what it is told ---

    def order(self, text: str, **more: Any) -> dict[str, Any]:
        """Give one order and return the reply."""
        return self.orders(text, **more)[0]

    def orders(self, *texts: str, **more: Any) -> list[dict[str, Any]]:
        """Give orders at once, each on a connection of its own, and return the replies in the same order."""

        async def ask_all() -> list[dict[str, Any]]:
            return list(await asyncio.gather(*(self._ask(text, more) for text in texts)))

        return asyncio.run(ask_all())

    def done(self, text: str, **more: Any) -> dict[str, Any]:
        """Give an order that is not refused, and return the reply."""
        reply = self.order(text, **more)
        assert reply["ok"], reply["text"]
        return reply

    def refusal(self, text: str, **more: Any) -> tuple[str, str]:
        """Give an order that is refused, and return code and words."""
        reply = self.order(text, **more)
        assert not reply["ok"], reply["text"]
        return reply["code"], reply["text"]

    def stream(self, name: str) -> dict[str, Any]:
        """Return what a stream is now, its only output beside it: state, attempts, cause."""
        stream: dict[str, Any] = self.done(f"status {name}")["data"]["stream"]
        return {**(stream["outputs"][0] if stream["outputs"] else {}), **stream}

    def until(self, name: str, state: str) -> dict[str, Any]:
        """Wait until a stream is in a state, and return it."""

        def look() -> dict[str, Any] | None:
            stream = self.stream(name)
            return stream if stream["state"] == state else None

        try:
            found = wait_for(look, f"{name} {state}", poll_s=LOOK_S)
        except NeverHappenedError as error:
            error.add_note(f"instead: {self.stream(name)}")
            error.add_note(str(self.order(f"logs {name}")["text"]))
            raise
        assert found is not None
        return found

    # --- what it has ---

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """Its process."""
        assert self._process is not None
        return self._process

    @property
    def stderr(self) -> str:
        """All that it said on its terminal, over all its lives."""
        return self._stderr.read_text()

    @property
    def running(self) -> bool:
        """Whether its process is there."""
        return self._process is not None and self._process.poll() is None

    def pids(self) -> list[int]:
        """The FFmpegs that run for it, by their marks, whether it runs or not."""
        nonces = {json.loads(path.read_text())["nonce"] for path in self.records()}
        return [pid for pid, environment in find_marked() if environment[RUN_MARK] in nonces]

    def pid(self) -> int:
        """The only FFmpeg that runs for it."""
        [pid] = self.pids()
        return pid

    def records(self) -> list[Path]:
        """The records of what runs."""
        return sorted((self.data / "run").glob("*.json"))

    def files(self) -> Iterator[Path]:
        """Every regular file that it wrote, except media."""
        written = [*self.data.rglob("*"), *SHM.glob("streambro-*/*")]
        return (path for path in written if path.is_file() and not path.is_relative_to(self.media))

    def zombies(self) -> list[psutil.Process]:
        """Children that ended and were not reaped."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        return [child for child in children if child.status() == psutil.STATUS_ZOMBIE]

    async def _ask(self, text: str, more: Mapping[str, Any]) -> dict[str, Any]:
        client = await Client.connect(self.data / "console.sock")
        try:
            reply = await client.order(text, **more)
        finally:
            await client.close()
        self.replies.append(json.dumps(reply))
        return reply

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.stderr
        try:
            return bool(self.order("health")["ok"])
        except NoService:
            return False


def places_of(secret: str, service: Service) -> list[str]:
    """Return every place where a secret shows that no secret may show in."""
    needle = secret.encode()
    shown = [str(path) for path in service.files() if needle in _read(path)]
    shown += [f"reply {number}" for number, reply in enumerate(service.replies) if secret in reply]
    return shown + (["stderr"] if secret in service.stderr else [])


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""  # removed between the look into the folder and here


def is_gone(pid: int) -> bool:
    """Whether a process has ended. One that outlived its service is init's to reap; else see `zombies`."""
    stat = read_stat(pid)
    return stat is None or not stat.alive


def end_process(pid: int) -> None:
    """End a process as a crash would, and wait for its end."""
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: is_gone(pid), f"the end of {pid}")
