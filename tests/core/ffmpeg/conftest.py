"""What the tests of the runner share: runners that are always closed, and a recorder of their reports."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from psutil import Process

from core.clock import SystemClock
from core.ffmpeg.contract import Ended, Report, RunSpec, Sample
from core.ffmpeg.runner import LocalRunner
from core.model import OutputId
from tests.fakes.wait import eventually

OUTPUT = OutputId("s1-d1")


class Room:
    """A runner and everything that it reported, in order. `last_pid` is that of the process started last."""

    def __init__(self, runner: LocalRunner) -> None:
        self.runner = runner
        self.reports: list[Report] = []
        self.reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for report in self.runner.reports():
            self.reports.append(report)

    def pid(self, output: OutputId = OUTPUT) -> int:
        """The process of an output that runs."""
        return self.runner._attempts[output].pid

    def samples(self, output: OutputId = OUTPUT) -> list[Sample]:
        """The samples of an output so far."""
        return [report for report in self.reports if isinstance(report, Sample) and report.output == output]

    def ends(self, output: OutputId = OUTPUT) -> list[Ended]:
        """How the attempts of an output ended so far."""
        return [report for report in self.reports if isinstance(report, Ended) and report.output == output]

    async def moving(self, output: OutputId = OUTPUT, beyond_s: float = 0.0) -> Sample:
        """Wait until output has gone beyond a time, and return that sample."""

        def found() -> Sample | None:
            return next((s for s in self.samples(output) if (s.out_time_s or 0) > beyond_s and s.acked_bytes), None)

        seen = await eventually(found, f"output of {output}")
        assert seen is not None
        return seen

    async def end(self, output: OutputId = OUTPUT) -> Ended:
        """Wait until an attempt of this output has ended by itself."""
        return (await eventually(lambda: self.ends(output), f"the end of {output}"))[-1]


@pytest.fixture
def run_dir(tmp_path: Path) -> Path:
    """Where the runner keeps its records."""
    return tmp_path / "run"


@pytest.fixture
def shm(tmp_path: Path) -> Path:
    """What stands for /dev/shm, so that a test sees all files that there are."""
    folder = tmp_path / "shm"
    folder.mkdir()
    return folder


@pytest.fixture
async def open_room(run_dir: Path, shm: Path) -> AsyncIterator[Callable[..., Room]]:
    """Makes rooms (keywords as for LocalRunner); their processes are ended with the test."""
    rooms: list[Room] = []

    def build(folder: Path = run_dir, **settings: Any) -> Room:
        rooms.append(Room(LocalRunner(folder, SystemClock(), shm=shm, **settings)))
        return rooms[-1]

    yield build
    for room in rooms:
        await room.runner.close(keep=False)
        await room.reading


@pytest.fixture
async def room(open_room: Callable[..., Room]) -> Room:
    """A runner that found nothing to take over."""
    made = open_room()
    assert await made.runner.take_over() == []
    return made


@pytest.fixture
def strays() -> Iterator[list[int]]:
    """Processes that a test leaves without an owner: ended with it, if they are still there."""
    pids: list[int] = []
    yield pids
    for pid in pids:
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


def shell(script: str, *secrets: str) -> RunSpec:
    """A program that behaves as no FFmpeg would easily be made to."""
    return RunSpec(argv=("/bin/sh", "-c", script), secrets=secrets)


def exists(pid: int) -> bool:
    """Whether there is such a process, a zombie included."""
    return Path(f"/proc/{pid}").exists()


def runs(pid: int) -> bool:
    """Whether there is such a process and it is no zombie."""
    return exists(pid) and Process(pid).status() != "zombie"
