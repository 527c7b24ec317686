"""One run of a stream: its outputs together, from order to end."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from core.events import StreamEnded
from core.model import FINAL_STATES, Outcome, RunEnd, State, StreamView
from core.streams.encoding import Encoding
from core.streams.keeping import Progress, RunKeeper, Tally
from core.streams.output import OutputSession
from core.streams.state import combine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from core.events import Event
    from core.ffmpeg.contract import Part, Report, Running
    from core.model import Actor, OutputId, RunRecord, StreamRecord, Trouble, UserId
    from core.monitor.room import Shortage
    from core.streams.keeping import RunStore
    from core.streams.order import OutputOrder, Surroundings

log = logging.getLogger(__name__)

RELAY_LAG_S = 4.0
"""A relay begins with the last but one segment of 2 s, when the last is whole."""


@dataclass(frozen=True, slots=True)
class Ending:
    """Who or what asked for the end."""

    outcome: Outcome
    by: UserId | None = None
    by_name: str | None = None
    asked_s: float | None = None  # by the monotonic clock


class OnAir(NamedTuple):
    """How much of these parts has gone out, one after the other; none are known of what an older release started."""

    position_s: float
    parts: tuple[Part, ...]


class StreamSession:
    """A stream that is wanted. `run` it once; whoever waits for its end awaits `ended`."""

    def __init__(
        self,
        record: StreamRecord,
        run: RunRecord,
        started_by: str,
        around: Surroundings,
        store: RunStore,
        publish: Callable[[Event], None],
    ) -> None:
        self.record = record
        self.run_record = run
        self.started_by = started_by
        self.shortage: Shortage | None = None  # what the host had too little of for it
        self.ended: asyncio.Future[StreamView] = asyncio.get_running_loop().create_future()
        self._around = around
        self._keeper = RunKeeper(run.id, store, around.clock, self._progress)
        self._publish = publish
        self._outputs: dict[OutputId, OutputSession] = {}
        self._encoding: Encoding | None = None
        self._past = Tally(run.attempts, run.planned_breaks, run.dark_s, run.bytes_sent)
        self._troubles = {trouble.output: trouble for trouble in run.troubles}  # until their outputs go on with them
        self._log_before: list[str] = []
        self._ending: Ending | None = None
        self._group: asyncio.TaskGroup | None = None

    # What others may do, at any time

    def set_outputs(
        self,
        orders: Sequence[OutputOrder],
        encoding: OutputOrder | None = None,
        adopted: Mapping[OutputId, Running] | None = None,
    ) -> None:
        """Have just these outputs: others end, those that stay go on with the new order after a planned break.

        `encoding` is what they pass on where they share one.
        """
        self._set_encoding(encoding, adopted or {})
        wanted = {order.id: order for order in orders}
        for output_id in self._outputs.keys() - wanted.keys():
            self._outputs[output_id].stop()
        for output_id, order in wanted.items():
            known = self._outputs.get(output_id)
            if known is not None and known.state not in FINAL_STATES:
                known.change(order)
            else:
                before = self._troubles.pop(output_id, None)
                self._add(OutputSession(order, self._around, self, (adopted or {}).get(output_id), before))

    def feed(self, report: Report) -> None:
        """Pass on what the runner saw of one of the outputs."""
        for output in self._sessions():
            if output.order.id == report.output:
                output.feed(report)

    def stop(self, outcome: Outcome, by: Actor | None, asked_s: float) -> None:
        """Ask for the end; who asked first is remembered, and when that was by the monotonic clock."""
        if self._ending is None:
            self._ending = Ending(outcome, by.user if by else None, by.name if by else None, asked_s)
        for output in self._sessions():
            output.stop()

    def restart(self) -> None:
        """Ask every output for a new attempt now."""
        for output in self._sessions():
            output.restart()

    def take_new_key(self, output: OutputId) -> None:
        """Have an output that waits try again now: the old key may be all that was wrong."""
        if (found := self._outputs.get(output)) is not None:
            found.take_new_key()

    async def run(self) -> None:
        """Keep the outputs as they are wanted until all have ended, then close the run's record."""
        saving = asyncio.create_task(self._keeper.run())
        try:
            async with asyncio.TaskGroup() as self._group:
                for output in self._sessions():
                    self._group.create_task(self._guard(output))
            saving.cancel()
            await self._finish()
        except Exception:
            log.exception("the session of stream %s ended by a defect", self.record.id)
            saving.cancel()
            await self._break_off()
        finally:
            saving.cancel()
            self.ended.cancel()

    def view(self) -> StreamView:
        """Return it as it is now."""
        outputs = tuple(self._outputs.values())
        total = self._total()
        return StreamView(
            id=self.record.id,
            space=self.record.space,
            name=self.record.name,
            source=self.record.spec.source,
            mode=self.record.spec.mode,
            loop=self.record.spec.loop,
            state=combine(output.state for output in outputs) if outputs else State.STARTING,
            held=False,
            outputs=tuple(output.view() for output in outputs),
            run=self.run_record.id,
            started_by=self.started_by,
            started_at=self.run_record.started_at,
            ends_at=self.record.ends_at,
            restarts=max(0, total.attempts - len(outputs) - total.planned_breaks),
            planned_breaks=total.planned_breaks,
            dark_s=total.dark_s,
            bytes_sent=total.bytes_sent,
            position_s=on_air.position_s if (on_air := self.find_on_air()) else None,
            shortage=self.shortage,
            encoding=self._encoding.session.view() if self._encoding else None,
            thresholds=self.record.thresholds,
        )

    def log_lines(self) -> list[str]:
        """Return the kept lines of attempts that are over, oldest first."""
        lines = list(self._log_before)
        for output in self._sessions():
            lines.extend(output.log)
        return lines[-self._around.config.logs.lines :]

    def find_on_air(self) -> OnAir | None:
        """Return where in its source it is, None where not live; of relays as far as was encoded, less their lag."""
        if self._encoding is not None:
            encoder = self._encoding.session
            encoded_s = encoder.position_s
            return None if encoded_s is None else OnAir(max(0.0, encoded_s - RELAY_LAG_S), encoder.parts)
        outputs = self._outputs.values()
        return next((OnAir(at_s, one.parts) for one in outputs if (at_s := one.position_s) is not None), None)

    @property
    def is_known_dark(self) -> bool:
        """Whether one of its outputs is in an outage that people were told of."""
        return any(output.darkness.known for output in self._outputs.values())

    @property
    def output_ids(self) -> tuple[OutputId, ...]:
        """The outputs that it has now, its encoding first where they share one."""
        return tuple(output.order.id for output in self._sessions())

    # As the owner of its outputs

    @property
    def source(self) -> Encoding | None:
        """The encoding that its outputs pass on, None where they share none."""
        return self._encoding

    def event_fields(self) -> Mapping[str, Any]:
        """Return what every event of this run holds."""
        return {
            "at": self._around.clock.now(),
            "space": self.record.space,
            "stream": self.record.id,
            "name": self.record.name,
            "run": self.run_record.id,
        }

    def tell(self, event: Event) -> None:
        """Publish an output's event."""
        self._publish(event)

    def changed(self) -> None:
        """Have the record saved."""
        self._keeper.changed()

    # Within

    def _sessions(self) -> list[OutputSession]:
        """All that runs for it: the encoding first, so that it is written and ended before what passes it on."""
        encoding = [self._encoding.session] if self._encoding else []
        return [*encoding, *self._outputs.values()]

    def _relays(self) -> list[OutputSession]:
        return [output for output in self._outputs.values() if output.order.relays]

    def _set_encoding(self, order: OutputOrder | None, adopted: Mapping[OutputId, Running]) -> None:
        before = self._encoding
        if before is not None and order is not None and before.session.state not in FINAL_STATES:
            before.session.change(order)
            return
        if before is not None:
            before.session.stop()
        self._encoding = None
        if order is not None:
            trouble = self._troubles.pop(order.id, None)
            self._encoding = Encoding(order, self._around, self, self._relays, adopted.get(order.id), trouble)
            self._start(self._encoding.session)

    def _add(self, output: OutputSession) -> None:
        self._outputs[output.order.id] = output
        self._start(output)

    def _start(self, output: OutputSession) -> None:
        if self._group is not None:
            self._group.create_task(self._guard(output))

    async def _guard(self, output: OutputSession) -> None:
        """Run an output so that a defect in it harms no sibling, and forget it when it was taken out of the stream."""
        try:
            await output.run()
        except Exception:
            log.exception("output %s of stream %s ended by a defect", output.order.id, self.record.id)
            await self._around.runner.stop(output.order.id, 0)
            output.break_off()
        if output.order.id not in self._outputs:
            # What an encoding made outlives it, for its relays to come to its end.
            return
        if self._ending is None and len(self._outputs) > 1 and output.state is State.STOPPED and not output.finished:
            self._drop(output)
        if self._encoding is not None and all(one.state in FINAL_STATES for one in self._outputs.values()):
            self._encoding.session.stop()

    def _drop(self, output: OutputSession) -> None:
        del self._outputs[output.order.id]
        self._past += _tally_over(output)
        self._log_before = [*self._log_before, *output.log][-self._around.config.logs.lines :]

    def _total(self) -> Tally:
        return sum((_tally(output) for output in self._outputs.values()), self._past)

    def _troubles_now(self) -> tuple[Trouble, ...]:
        """Return what is to be remembered; an encoding is never dark itself: what passes it on is."""
        found = [output.darkness.trouble for output in self._outputs.values()]
        if self._encoding and (trouble := self._encoding.session.darkness.trouble):
            found.append(replace(trouble, dark_since=None))
        return tuple(trouble for trouble in found if trouble is not None)

    def _progress(self) -> Progress:
        """Return what is to be kept now."""
        over = sum((_tally_over(output) for output in self._outputs.values()), self._past)
        total = self._total()
        kept = replace(over, attempts=total.attempts, planned_breaks=total.planned_breaks)
        return Progress(self._around.clock.now(), kept, self._troubles_now())

    async def _break_off(self) -> None:
        """End after a defect that took all along: no process stays unwatched, and people are told."""
        stops = [self._around.runner.stop(output.order.id, 0) for output in self._sessions()]
        for found in await asyncio.gather(*stops, return_exceptions=True):
            if isinstance(found, BaseException):
                log.error("an FFmpeg of stream %s may go on", self.record.id, exc_info=found)
        for output in self._sessions():
            output.break_off()
        self._ending = self._ending or Ending(Outcome.FAILED)
        await self._close(self._build_end())

    async def _finish(self) -> None:
        if self._encoding is not None:  # what it left to be read
            await self._around.runner.stop(self._encoding.session.order.id, 0)
        await self._close(self._build_end())

    async def _close(self, end: RunEnd) -> None:
        ending, gone_s = self._ending, self._around.clock.monotonic()
        self.run_record = await self._keeper.close(end)
        final = replace(self.view(), ended=self.run_record)
        self._publish(
            StreamEnded(
                **self.event_fields(),
                outcome=end.outcome,
                cause=end.cause,
                by=ending.by_name if ending else None,
                dark_s=end.dark_s,
                bytes_sent=end.bytes_sent,
                stop_s=gone_s - ending.asked_s if ending and ending.asked_s is not None else None,
            )
        )
        if not self.ended.done():
            self.ended.set_result(final)

    def _build_end(self) -> RunEnd:
        total = self._total()
        failed = next((output for output in self._outputs.values() if output.state is State.FAILED), None)
        ending = self._ending or Ending(Outcome.FAILED if failed else Outcome.FINISHED)
        return RunEnd(
            ended_at=self._around.clock.now(),
            ended_by=ending.by,
            outcome=ending.outcome,
            cause=failed.cause if failed else None,
            attempts=total.attempts,
            planned_breaks=total.planned_breaks,
            dark_s=total.dark_s,
            bytes_sent=total.bytes_sent,
            log_tail=tuple(self.log_lines()),
        )


def _tally(output: OutputSession) -> Tally:
    return Tally(output.attempts, output.planned_breaks, output.darkness.all_s, output.bytes_sent)


def _tally_over(output: OutputSession) -> Tally:
    """Return what is over: an attempt that goes on may be taken over, and then counts its own bytes anew."""
    return Tally(output.attempts, output.planned_breaks, output.darkness.past_s, output.past_bytes_sent)
