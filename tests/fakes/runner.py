"""A runner without processes: it follows scripts, and holds the host to 'never two pushers' while it is at it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from functools import partial
from math import inf
from typing import TYPE_CHECKING

from core.ffmpeg.contract import Capacity, Ended, Perished, Running, Sample, StaleEpoch, Started

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from datetime import datetime

    from core.ffmpeg.contract import Report, RunSpec
    from core.model import OutputId
    from tests.fakes.clock import FakeClock, FakeTimer

SAMPLE_S = 2.0
FAST_S = 0.25
KBPS = 3000


@dataclass(frozen=True)
class Script:
    """How one attempt goes: live after `live_after_s`, ending by itself after `ends_after_s`; None: never.

    `freezes_after_s`: from then on nothing moves any more, and TERM has no effect. `frames_until_s`, `loud_until_s`:
    how long pictures come, and how long more than a tenth of the bytes. `tells_until_s`: how long it writes progress.
    `lost`: what part of its bytes the network loses.
    """

    live_after_s: float | None = 0.5
    ends_after_s: float | None = None
    freezes_after_s: float | None = None
    exit_code: int | None = 0
    log_tail: tuple[str, ...] = ()
    clean: bool = False
    acks: bool = True
    speed: float = 1.0
    frames_until_s: float = inf
    loud_until_s: float = inf
    tells_until_s: float = inf
    raises: Exception | None = None
    lost: float = 0.0


def goes_live() -> Script:
    """Return the script of an attempt that goes well."""
    return Script()


def exits(code: int, *lines: str, after_s: float = 0.2, live: bool = False) -> Script:
    """Return the script of an attempt that ends with this exit code and these last lines of its log."""
    return Script(0.1 if live else None, after_s, exit_code=code, log_tail=tuple(f"[error] {line}" for line in lines))


def _key(spec: RunSpec) -> str:
    """Return what this FFmpeg would publish as."""
    return spec.argv[spec.argv.index("-rtmp_playpath") + 1] if "-rtmp_playpath" in spec.argv else ""


@dataclass
class FakeProcess:
    """One pretended FFmpeg."""

    output: OutputId
    epoch: int
    spec: RunSpec
    script: Script
    spawned_s: float
    spawned_at: datetime
    stopped: bool = False
    end_timer: FakeTimer | None = None


def _forget_end(process: FakeProcess) -> None:
    if process.end_timer is not None:
        process.end_timer.cancel()


class FakeHost:
    """The machine: its processes outlive any `FakeRunner` on it, as FFmpegs outlive the service."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.processes: dict[OutputId, FakeProcess] = {}
        self.scripts: list[Script] = []
        self.spawned: list[OutputId] = []
        self.runner: FakeRunner | None = None
        self.broken_promises: list[str] = []
        self.unstoppable: set[OutputId] = set()  # asked to end one of these, the runner fails
        self.perished: dict[OutputId, Perished] = {}  # while no runner was there

    def script(self, *scripts: Script) -> None:
        """Say how the next attempts go, in order of their spawning; after these all go well."""
        self.scripts.extend(scripts)

    def spawn(self, output: OutputId, spec: RunSpec, epoch: int) -> None:
        """Make a process, noting any second pusher of one output or one command."""
        if output in self.processes:
            self.broken_promises.append(f"two processes for {output}")
        if any(_key(other.spec) == _key(spec) != "" for other in self.processes.values()):
            self.broken_promises.append(f"two pushers of the key of {output}")
        if spec.segments not in {None, output, *self.processes}:
            self.broken_promises.append(f"{output} passes on an encoding that is not there")
        script = self.scripts.pop(0) if self.scripts else goes_live()
        if script.raises is not None:
            raise script.raises
        process = FakeProcess(output, epoch, spec, script, self.clock.monotonic(), self.clock.now())
        self.processes[output] = process
        self.spawned.append(output)
        if script.ends_after_s is not None:
            process.end_timer = self.clock.call_later(script.ends_after_s, partial(self._end_by_itself, process))

    def _end_by_itself(self, process: FakeProcess) -> None:
        self.end(process, process.script.exit_code, clean=process.script.clean)

    def kill(self, output: OutputId) -> None:
        """Somebody's kill -9."""
        self.end(self.processes[output], -9, clean=False)

    def reboot(self) -> None:
        """Every process is gone, with all that was known of it."""
        self.perished.clear()
        for process in self.processes.values():
            _forget_end(process)
        self.processes.clear()

    def end(self, process: FakeProcess, exit_code: int | None, *, clean: bool) -> Ended | None:
        """End a process unless it has ended, and tell the runner that is there."""
        if self.processes.get(process.output) is not process:
            return None
        del self.processes[process.output]
        _forget_end(process)
        ended = Ended(process.output, process.epoch, exit_code, clean, process.stopped, process.script.log_tail)
        if self.runner is not None:
            self.runner.report(ended)
        else:
            self.perished[process.output] = Perished(replace(ended, exit_code=None), self.clock.now())
        return ended


class FakeRunner:
    """Implements `core.ffmpeg.contract.Runner` on a `FakeHost`; `crash` abandons it as kill -9 would."""

    def __init__(self, host: FakeHost, clock: FakeClock, *, sample_s: float = SAMPLE_S) -> None:
        """`sample_s`: how often it looks at what is live."""
        self._host = host
        self._sample_s = sample_s
        self._clock = clock
        self._reports: asyncio.Queue[Report | Exception] = asyncio.Queue()
        self._fast: set[OutputId] = set()
        self._last_epoch: dict[OutputId, int] = {}
        self._crashed = False
        self.full = False
        self._timer = clock.call_later(sample_s, self._look)
        host.runner = self

    def crash(self) -> None:
        """See and do nothing from now on."""
        self._crashed = True
        self._timer.cancel()
        if self._host.runner is self:
            self._host.runner = None

    def report(self, report: Report) -> None:
        """Queue a report."""
        if not self._crashed:
            self._reports.put_nowait(report)

    def break_reports(self, defect: Exception) -> None:
        """Have whoever waits for the next report fall over by this."""
        self._reports.put_nowait(defect)

    async def take_over(self) -> list[Running]:
        """Adopt what the host still runs."""
        self._schedule_look()
        now_s = self._clock.monotonic()
        return [
            Running(p.output, p.epoch, p.spawned_at, now_s - p.spawned_s, p.spec.lock, p.spec.parts)
            for p in self._host.processes.values()
        ]

    def perished(self) -> Mapping[OutputId, Perished]:
        """Return what died while no runner was there."""
        return self._host.perished

    async def start(self, output: OutputId, spec: RunSpec, epoch: int) -> None:
        """Spawn by the next script."""
        if epoch <= self._last_epoch.get(output, 0):
            raise StaleEpoch
        self._last_epoch[output] = epoch
        await asyncio.sleep(0)
        self._host.spawn(output, spec, epoch)
        self._fast.add(output)
        self.report(Started(output, epoch))
        self._schedule_look()

    async def stop(self, output: OutputId, grace_s: float) -> Ended:
        """End it at once, or at the end of its grace where it hangs."""
        if output in self._host.unstoppable:
            raise PermissionError
        process = self._host.processes.get(output)
        if process is None:
            return Ended(output, 0, None, clean=False, stopped=True)
        process.stopped = True
        if grace_s and self._is_frozen(process):
            await self._clock.sleep(grace_s)
        else:
            await asyncio.sleep(0)
        code, clean = (-9, False) if self._is_frozen(process) or not grace_s else (255, True)
        ended = self._host.end(process, code, clean=clean)
        return ended or Ended(output, process.epoch, None, clean=False, stopped=True)

    async def reports(self) -> AsyncIterator[Report]:
        """Yield what was reported."""
        while True:
            report = await self._reports.get()
            if isinstance(report, Exception):
                raise report
            yield report

    def hasten(self, output: OutputId, *, fast: bool) -> None:
        """Note it."""
        (self._fast.add if fast else self._fast.discard)(output)

    def look_at(self, output: OutputId) -> None:
        """Report a sample now."""
        if (process := self._host.processes.get(output)) is not None:
            self.report(self._sample(process))

    async def log_tail(self, output: OutputId, lines: int) -> list[str]:
        """Return the script's lines."""
        process = self._host.processes.get(output)
        return list(process.script.log_tail[-lines:]) if process else []

    async def capacity(self) -> Capacity:
        """Return a host with four cores and 8 GiB, half of it free."""
        return Capacity(4, 8 * 2**30, 4 * 2**30, 10.0)

    def has_room(self) -> bool:
        """Return whether its disk is not full."""
        return not self.full

    def is_looking(self) -> bool:
        """Return whether it was not abandoned."""
        return not self._crashed

    async def close(self, *, keep: bool) -> None:
        """Stop looking, and end what runs unless it is to be kept."""
        for process in [] if keep else list(self._host.processes.values()):
            self._host.end(process, 255, clean=True)
        self.crash()

    def _schedule_look(self) -> None:
        self._timer.cancel()
        self._timer = self._clock.call_later(FAST_S if self._fast else self._sample_s, self._look)

    def _look(self) -> None:
        if self._crashed:
            return
        for process in self._host.processes.values():
            self.report(self._sample(process))
        self._schedule_look()

    def _is_frozen(self, process: FakeProcess) -> bool:
        limit_s = process.script.freezes_after_s
        return limit_s is not None and self._clock.monotonic() - process.spawned_s >= limit_s

    def _sample(self, process: FakeProcess) -> Sample:
        script, now_s = process.script, self._clock.monotonic()
        sample = Sample(process.output, process.epoch, now_s)
        if script.live_after_s is None:
            return sample
        age_s = now_s - process.spawned_s
        moved_s = min(age_s, script.freezes_after_s or age_s) - script.live_after_s
        if moved_s <= 0:
            return sample
        loud_s = min(moved_s, script.loud_until_s)
        sent = int((loud_s + (moved_s - loud_s) / 10) * KBPS * 125) + 10_000
        told_s = min(moved_s, script.tells_until_s)
        return replace(
            sample,
            out_time_s=told_s * script.speed,
            frame=int(min(told_s, script.frames_until_s) * 30) + 1,
            sent_bytes=int(sent * told_s / moved_s),
            acked_bytes=sent if script.acks and _key(process.spec) else None,
            resent_bytes=int(sent * script.lost / (1 - script.lost)) if script.acks else None,
        )
