"""What streams cost is measured, kept, and told when it is too much: on a real engine with played FFmpegs."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.events import DiskAlert, HostAlert, ResourceAlert
from core.ffmpeg.contract import Capacity
from core.model import MAIN_SPACE, StartRequest, StreamView
from core.monitor.sample import MINUTES, RAW
from core.monitor.sampler import MIB, Monitor
from tests.core.engine.rig import Rig
from tests.fakes.runner import Script

EVERY_S = 30.0


class Box:
    """The host, as a test wants it."""

    def __init__(self) -> None:
        self.free_mib = 50_000.0
        self.used = 0.5
        self.cpu = 10.0
        self.broken = 0
        self.asked = 0

    def free_bytes(self, folder: Path) -> int:
        assert folder.is_dir()
        self.asked += 1
        if self.asked <= self.broken:
            raise OSError("no such disk")
        return int(self.free_mib * MIB)

    async def capacity(self) -> Capacity:
        total = 8 * 2**30
        return Capacity(4, total, int(total * (1 - self.used)), self.cpu)


class Eyes:
    """A monitor over one running stream, looking whenever a test says so."""

    def __init__(self, rig: Rig, box: Box) -> None:
        self.rig = rig
        self.box = box
        assert rig.host.runner is not None
        rig.host.runner.capacity = box.capacity  # type: ignore[method-assign]  # the runner is a fake, and so is its host
        self.monitor = Monitor(rig.deck, rig.folder, box.free_bytes)

    async def start(self, name: str = "lofi") -> StreamView:
        """Go live."""
        view: StreamView = await self.rig.order(self.rig.engine.start(self.rig.rina, StartRequest(name, ("youtube",))))
        await self.rig.clock.advance(5)
        self.rig.heard()
        return view

    async def look(self, cpu: float | None = None, memory_mib: float | None = None, times: int = 1) -> list[Any]:
        """Let FFmpeg cost that much, look, and return what was told."""
        runner = self.rig.host.runner
        assert runner is not None
        for _ in range(times):
            await self.rig.clock.advance(EVERY_S)
            for process in self.rig.host.processes.values():
                sample = runner._sample(process)
                memory = None if memory_mib is None else int(memory_mib * MIB)
                runner.report(replace(sample, cpu_percent=cpu, memory_bytes=memory))
            await self.rig.clock.settle()
            await self.monitor.look()
        return self.rig.heard()


@pytest.fixture
async def eyes(tmp_path: Path) -> AsyncIterator[Eyes]:
    """A monitor on an engine that runs nothing yet."""
    rig = Rig(tmp_path)
    await rig.prepare()
    yield Eyes(rig, Box())
    await rig.crash()


async def test_a_stream_that_eats_the_cpu_is_told_once_with_its_end(eyes: Eyes) -> None:
    """Over 80 % for a minute: one alert that names the stream and its run, and one all-clear."""  # R11
    view = await eyes.start()
    assert await eyes.look(cpu=91, memory_mib=20, times=2) == []
    alert, *others = await eyes.look(cpu=95, memory_mib=20, times=5)
    clear, *more = await eyes.look(cpu=5, memory_mib=20, times=6)

    assert (others, more) == ([], [])
    assert isinstance(alert, ResourceAlert)
    assert (alert.name, alert.run, alert.kind, alert.over, alert.value, alert.limit) == (
        "lofi", view.run, "cpu", True, 95, 80,
    )  # fmt: skip
    assert (clear.over, clear.kind, clear.value) == (False, "cpu", 5)


async def test_a_stream_that_eats_memory_is_told(eyes: Eyes) -> None:
    """Over 500 MiB for a minute is an alert of its own."""  # R11
    await eyes.start()
    (alert,) = await eyes.look(cpu=1, memory_mib=600, times=4)
    assert (alert.kind, alert.over, round(alert.value)) == ("memory", True, 600)


async def test_an_alert_ends_with_its_run(eyes: Eyes) -> None:
    """A stream that was stopped while it cost too much leaves no watch behind; its next run begins afresh."""  # R13
    view = await eyes.start()
    await eyes.look(cpu=95, times=4)
    await eyes.rig.order(eyes.rig.engine.stop(eyes.rig.rina, view.id))
    eyes.rig.heard()
    assert await eyes.look(times=4) == []
    assert eyes.monitor._streams._wards == {}
    await eyes.start()
    assert await eyes.look(cpu=95, times=2) == []
    assert len(await eyes.look(cpu=95)) == 1


async def test_a_full_disk_is_told_at_once_and_so_is_its_end(eyes: Eyes) -> None:
    """Below the floor people are told, and again when there is room."""  # N10
    eyes.box.free_mib = 800
    (low,) = await eyes.look(times=3)
    eyes.box.free_mib = 1030
    assert await eyes.look(times=3) == []
    eyes.box.free_mib = 5000
    (well,) = await eyes.look(times=3)

    assert isinstance(low, DiskAlert)
    assert (low.low, low.free_mib, low.floor_mib, low.space) == (True, 800, 1024, MAIN_SPACE)
    assert (well.low, well.free_mib) == (False, 5000)


async def test_a_host_without_memory_is_told(eyes: Eyes) -> None:
    """Before the kernel ends a stream for want of memory, people hear of it."""
    eyes.box.used = 0.95
    (full,) = await eyes.look(times=4)
    eyes.box.used = 0.5
    (well,) = await eyes.look(times=4)
    assert isinstance(full, HostAlert)
    assert (full.over, round(full.value), well.over) == (True, 95, False)


async def test_a_host_without_cpu_is_told(eyes: Eyes) -> None:
    """Many encodings, each within its bounds, are told together once the host has been full for five minutes."""
    eyes.box.cpu = 99
    assert await eyes.look(times=10) == []
    (full,) = await eyes.look(times=10)
    eyes.box.cpu = 50
    (well,) = await eyes.look(times=20)
    assert isinstance(full, HostAlert)
    assert isinstance(well, HostAlert)
    assert (full.kind, full.over, full.value, well.kind, well.over) == ("cpu", True, 99, "cpu", False)


async def test_habits_outlive_the_service(eyes: Eyes) -> None:
    """After an upgrade in the night an alert still knows what is usual for a stream that ran on."""  # N2
    await eyes.start()
    await eyes.look(cpu=2, memory_mib=15, times=60)
    eyes.monitor = Monitor(eyes.rig.deck, eyes.rig.folder, eyes.box.free_bytes)
    (alert,) = await eyes.look(cpu=95, memory_mib=15, times=4)
    assert isinstance(alert, ResourceAlert)
    assert alert.usual == 2


async def test_what_was_seen_is_kept(eyes: Eyes) -> None:
    """CPU, memory, bitrate, what the line loses and being live are there later: the stream's, and the host's."""
    eyes.rig.host.script(Script(lost=0.05))
    view = await eyes.start()
    before = eyes.rig.clock.now()
    await eyes.look(cpu=2, memory_mib=15, times=25)
    until = eyes.rig.clock.now()

    raw = await eyes.rig.store.samples.between(view.id, RAW, before, until)
    host = await eyes.rig.store.samples.between(None, RAW, before, until)
    means = await eyes.rig.store.samples.between(view.id, MINUTES, before - timedelta(minutes=5), until)
    assert (len(raw), len(host)) == (24, 24)
    assert (raw[-1].cpu_percent, raw[-1].memory_mib, raw[-1].live, raw[-1].restarts) == (2, 15, 1, 0)
    assert raw[-1].kbps == pytest.approx(3000, rel=0.05)
    assert [raw[-1].loss, means[-1].loss] == pytest.approx([0.05, 0.05], rel=0.1)
    assert (host[-1].memory_mib, host[-1].disk_free_mib) == (4096, 50_000)
    assert [round(one.cpu_percent or 0) for one in means] == [2, 2]


async def test_it_goes_on_after_a_look_that_failed(eyes: Eyes) -> None:
    """A disk that can't be asked for a moment ends no measuring."""
    running = asyncio.create_task(eyes.monitor.run())
    eyes.box.broken = 1
    for _ in range(3):
        await eyes.rig.clock.advance(EVERY_S)
        await eyes.monitor.looked.wait()
        eyes.monitor.looked.clear()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert eyes.box.asked == 3
    assert await eyes.rig.store.samples.count() == 2
