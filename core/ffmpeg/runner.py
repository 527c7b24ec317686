"""Runs FFmpegs on this machine: starts, adopts, watches and ends them; why they run is none of its business."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING, Final

from core.apart import run_apart
from core.ffmpeg.attempt import Attempt, follow_launched, follow_survivor
from core.ffmpeg.contract import Ended, Report, Sample, StaleEpoch, Started
from core.ffmpeg.costs import Meter
from core.ffmpeg.host import Host
from core.ffmpeg.launch import launch
from core.ffmpeg.process import AFTER_KILL_S, kill_group, send_term
from core.ffmpeg.records import SHM, RunFolder
from core.ffmpeg.sampling import Sampler
from core.ffmpeg.settling import GRACE_S, settle
from core.ffmpeg.survey import survey
from core.upkeep import Upkeep

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence
    from pathlib import Path

    from core.clock import Clock
    from core.ffmpeg.contract import Capacity, Perished, Running, RunSpec
    from core.model import OutputId

log = logging.getLogger(__name__)

SWEEP_S: Final = 2.0
"""As often as FFmpeg writes progress."""

FAST_SWEEP_S: Final = 0.1

BACKLOG: Final = 10_000
"""Reports that may wait; beyond it samples are dropped, never a start or an end."""

EPOCHS_KEPT: Final = 1000
"""Outputs whose last epoch is remembered after their end."""


class LocalRunner:
    """The `Runner` of this machine.

    A process that outlives its KILL is in uninterruptible sleep and will never run another instruction of its own: it
    is reported as ended 5 s later, and reaped whenever it goes.

    Args:
        run_dir: For records, logs and playlists of what runs; nobody else may use it.
        clock: Times samples and ladders.
        monitor_interval_s: How often CPU and memory are measured.
        log_lines: Log lines kept per output.
        shm: Where the host keeps files in memory.
        upkeep: Keeps its looking going; None: one that tells nobody.

    Raises:
        DataFolderUnusable: `run_dir` can't be made or written.
    """

    def __init__(
        self,
        run_dir: Path,
        clock: Clock,
        *,
        monitor_interval_s: float = 30.0,
        log_lines: int = 100,
        shm: Path = SHM,
        upkeep: Upkeep | None = None,
    ) -> None:
        self._folder = RunFolder(run_dir, shm)
        self._clock = clock
        self._upkeep = upkeep or Upkeep(clock)
        self._monitor_interval_s = monitor_interval_s
        self._log_lines = log_lines
        self._sampler = Sampler()
        self._host = Host(clock.monotonic)
        self._meter = Meter(clock.monotonic)
        self._attempts: dict[OutputId, Attempt] = {}
        self._given_up: set[Attempt] = set()
        self._starting: dict[OutputId, asyncio.Task[None]] = {}
        self._epochs: dict[OutputId, int] = {}
        self._reports: asyncio.Queue[Report | None] = asyncio.Queue()
        self._hurry = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._perished: Mapping[OutputId, Perished] = {}
        self._closed = False

    # --- what the contract asks for ---

    async def take_over(self) -> list[Running]:
        """Adopt, end orphans, sweep, and begin to look; see `Runner.take_over`."""
        found = await asyncio.to_thread(survey, self._folder)
        for survivor in found.survivors:
            segments = self._folder.find_segments(survivor.record.output)
            attempt = follow_survivor(survivor, self._log_lines, self._clock.monotonic(), segments)
            self._remember(attempt.output, attempt.record.epoch)
            self._watch(attempt)
        self._perished = found.perished
        await asyncio.to_thread(settle, self._folder, found)
        looks = {"sweep": self._sweep, "fast_sweep": self._sweep_fast, "measuring": self._measure}
        self._tasks = [self._upkeep.keep(part, run) for part, run in looks.items()]
        return [s.describe() for s in found.survivors]

    def perished(self) -> Mapping[OutputId, Perished]:
        """Return what was found dead; see `Runner.perished`."""
        return self._perished

    async def start(self, output: OutputId, spec: RunSpec, epoch: int) -> None:
        """Spawn one FFmpeg; see `Runner.start`. Cancelled, the process may exist all the same: `stop` it."""
        if self._closed:
            raise RuntimeError("the runner is closed")
        if output in self._attempts or output in self._starting:
            raise RuntimeError(f"{output} has a process already")
        if epoch <= self._epochs.get(output, epoch - 1):
            raise StaleEpoch(output, epoch)
        self._remember(output, epoch)
        task = asyncio.create_task(self._launch(output, spec, epoch))
        self._starting[output] = task
        task.add_done_callback(lambda _: self._starting.pop(output))
        await asyncio.shield(task)

    async def stop(self, output: OutputId, grace_s: float) -> Ended:
        """End it by the ladder; see `Runner.stop`. Cancelled, the ladder goes on."""
        if output in self._starting:
            await asyncio.wait([self._starting[output]])
        attempt = self._attempts.get(output)
        if attempt is None:
            self._remove_segments(output)
            return Ended(output, self._epochs.get(output, 0), exit_code=None, clean=False, stopped=True)
        attempt.stopping = True
        self._escalate(attempt, grace_s)
        return await asyncio.shield(attempt.ended)

    async def reports(self) -> AsyncIterator[Report]:
        """Yield reports until the runner is closed; see `Runner.reports`."""
        while (report := await self._reports.get()) is not None:
            yield report

    def hasten(self, output: OutputId, *, fast: bool) -> None:
        """Look often or rarely; see `Runner.hasten`. No process: nothing to do."""
        attempt = self._attempts.get(output)
        if attempt is not None:
            attempt.fast = fast
            self._hurry.set()

    def look_at(self, output: OutputId) -> None:
        """Report a sample now; see `Runner.look_at`."""
        if (attempt := self._attempts.get(output)) is not None:
            self._look(self._sampler.look, [attempt])

    async def log_tail(self, output: OutputId, lines: int) -> list[str]:
        """Return the last redacted lines; see `Runner.log_tail`. No process: no lines."""
        attempt = self._attempts.get(output)
        if attempt is None:
            return []
        attempt.look()
        return attempt.log.tail(lines)

    async def capacity(self) -> Capacity:
        """Return what the machine has; see `Runner.capacity`."""
        return self._host.look()

    def has_room(self) -> bool:
        """Return whether there is room for progress; see `Runner.has_room`."""
        return self._folder.has_room()

    def is_looking(self) -> bool:
        """Return whether running streams are looked at; see `Runner.is_looking`."""
        return bool(self._tasks) and not any(task.done() for task in self._tasks)

    async def close(self, *, keep: bool) -> None:
        """Stop looking; see `Runner.close`. Starts and stops on their way are waited for; again is harmless."""
        self._closed = True
        if self._starting:
            await asyncio.wait(self._starting.values())
        if not keep:
            await asyncio.gather(*(self.stop(output, GRACE_S) for output in list(self._attempts)))
        if ladders := [attempt.ladder for attempt in self._attempts.values() if attempt.ladder]:
            await asyncio.wait(ladders)
        await self._upkeep.end(self._tasks)
        self._tasks.clear()
        self._let_go()
        self._sampler.close()
        if not keep:
            await asyncio.to_thread(self._folder.sweep, keep=())
        self._reports.put_nowait(None)

    # --- one process's life ---

    def _remember(self, output: OutputId, epoch: int) -> None:
        self._epochs.pop(output, None)
        self._epochs[output] = epoch
        if len(self._epochs) > EPOCHS_KEPT:
            del self._epochs[next(iter(self._epochs))]

    async def _launch(self, output: OutputId, spec: RunSpec, epoch: int) -> None:
        # Apart: a start waits for nobody else's look at a disk. Without a limit: what came later would have no owner.
        launched = await run_apart(partial(launch, self._folder, output, epoch, spec, self._clock.now()), None)
        segments = self._folder.find_segments(output)
        attempt = follow_launched(launched, spec.secrets, self._log_lines, self._clock.monotonic(), segments)
        self._reports.put_nowait(Started(output, epoch))
        self._watch(attempt)
        self._hurry.set()

    def _watch(self, attempt: Attempt) -> None:
        self._attempts[attempt.output] = attempt
        asyncio.get_running_loop().add_reader(attempt.pidfd, self._on_exit, attempt)

    def _on_exit(self, attempt: Attempt) -> None:
        asyncio.get_running_loop().remove_reader(attempt.pidfd)
        self._given_up.discard(attempt)
        ended = attempt.finish()
        successor = self._attempts.get(attempt.output) or self._starting.get(attempt.output)
        if successor in {attempt, None}:
            self._remove_files(attempt)
        if successor is attempt:
            self._report_end(attempt, ended)

    def _remove_files(self, attempt: Attempt) -> None:
        try:
            self._folder.remove(attempt.output, attempt.record.progress)
        except OSError as error:
            # The next start of this output or of the service removes them.
            log.warning("Files of %s could not be removed: %s", attempt.output, error)
        if attempt.stopping:
            self._remove_segments(attempt.output)

    def _remove_segments(self, output: OutputId) -> None:
        try:
            self._folder.remove_segments(output)
        except OSError as error:
            log.warning("Segments of %s could not be removed: %s", output, error)

    def _report_end(self, attempt: Attempt, ended: Ended) -> None:
        del self._attempts[attempt.output]
        attempt.ended.set_result(ended)
        self._reports.put_nowait(ended)

    # --- ending it ---

    def _escalate(self, attempt: Attempt, grace_s: float) -> None:
        """Begin the ladder, or a shorter one in place of one that would take longer."""
        kill_at_s = self._clock.monotonic() + grace_s
        if kill_at_s >= attempt.kill_at_s:
            return
        attempt.kill_at_s = kill_at_s
        if attempt.ladder:
            attempt.ladder.cancel()
        attempt.ladder = asyncio.create_task(self._climb(attempt, grace_s))

    async def _climb(self, attempt: Attempt, grace_s: float) -> None:
        rungs: list[tuple[Callable[[int, int], None], float]] = [(kill_group, AFTER_KILL_S)]
        if grace_s > 0:
            rungs = [(send_term, grace_s * 0.6), (send_term, grace_s * 0.4), *rungs]
        for signal_process, wait_s in rungs:
            signal_process(attempt.pid, attempt.pidfd)
            if await self._has_ended(attempt, wait_s):
                return
        log.error("%s (pid %d) does not go even after SIGKILL: it waits for the kernel", attempt.output, attempt.pid)
        self._given_up.add(attempt)
        self._report_end(attempt, attempt.build_ended(None))

    async def _has_ended(self, attempt: Attempt, within_s: float) -> bool:
        over = asyncio.Event()
        attempt.ended.add_done_callback(lambda _: over.set())
        timer = self._clock.call_later(within_s, over.set)
        try:
            await over.wait()
        finally:
            timer.cancel()
        return attempt.ended.done()

    # --- looking ---

    async def _sweep(self) -> None:
        while True:
            await self._clock.sleep(SWEEP_S)
            self._look(self._sampler.look, list(self._attempts.values()))

    async def _sweep_fast(self) -> None:
        while True:
            await self._hurry.wait()
            fast = [attempt for attempt in self._attempts.values() if attempt.fast]
            self._look(self._sampler.look_for_news, fast)
            if not fast:
                self._hurry.clear()
            await self._clock.sleep(FAST_SWEEP_S)

    def _look(self, look: Callable[[Sequence[Attempt], float], list[Sample]], attempts: Sequence[Attempt]) -> None:
        try:
            samples = look(attempts, self._clock.monotonic())
        except Exception:
            # Looking must go on for the other streams and the next time, whatever a file or the kernel came up with.
            log.exception("Running streams could not be looked at")
            return
        if self._reports.qsize() < BACKLOG:
            for sample in samples:
                self._reports.put_nowait(sample)

    async def _measure(self) -> None:
        while True:
            await self._clock.sleep(self._monitor_interval_s)
            processes = [(attempt.pid, attempt.record.start_ticks or 0) for attempt in self._attempts.values()]
            costs = await asyncio.to_thread(self._meter.measure, processes)
            for attempt in self._attempts.values():
                if attempt.pid in costs:
                    attempt.take_cost(costs[attempt.pid])

    def _let_go(self) -> None:
        loop = asyncio.get_running_loop()
        for attempt in (*self._attempts.values(), *self._given_up):
            loop.remove_reader(attempt.pidfd)
            attempt.close()
        self._attempts.clear()
        self._given_up.clear()
