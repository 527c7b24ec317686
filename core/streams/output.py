"""One output's supervised life: attempt after attempt until done, failed or stopped; the only writer of its state."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from core.errors import CoreError
from core.events import (
    OutputFailed,
    OutputRotated,
    OutputSlow,
    OutputWentLive,
)
from core.ffmpeg.contract import Ended, Sample, Started, find_length_s
from core.model import FINAL_STATES, Cause, CauseCode, OutputView, State, Trouble
from core.streams.attempt import AttemptEnd, Shown, Wish, why_not_started
from core.streams.blindness import Blindness
from core.streams.darkness import Darkness
from core.streams.recipe import Recipe
from core.streams.stall import Sight
from core.streams.state import move
from core.streams.verdict import Done, Fatal, Retry, Verdict, judge, weigh

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from core.clock import Timer
    from core.events import OutputEvent
    from core.ffmpeg.contract import Part, Report, Running
    from core.streams.order import OutputOrder, Owner, Source, Surroundings


log = logging.getLogger(__name__)

CLOSE_S: Final = 2.0
"""From so long before a standstill is due, as long as a sweep takes, its moment is waited for."""

ROUNDING_S: Final = 0.01

POSTPONED_S: Final = 10.0
"""After this a break that could not be followed by a start is tried again."""


@dataclass(frozen=True, slots=True)
class Wake:
    """Look at the wish, at the clock and at what is relayed."""


@dataclass(frozen=True, slots=True)
class Lost:
    """What is relayed has ended."""

    verdict: Retry | Fatal


class OutputSession:
    """Keeps one output as it is wanted. `run` it once; `stop`, `restart` and `feed` may be called at any time.

    `adopted` and `before`: what still runs of it, and what it has behind it, from an earlier service.
    """

    def __init__(
        self,
        order: OutputOrder,
        around: Surroundings,
        owner: Owner,
        adopted: Running | None = None,
        before: Trouble | None = None,
    ) -> None:
        self.order = order
        self.state = State.STARTING
        self.cause: Cause | None = None
        self.finished = False
        self.attempts = 0
        self.planned_breaks = 0
        self.past_bytes_sent = 0  # by attempts that are over
        self.log: deque[str] = deque(maxlen=around.config.logs.lines)
        self._around = around
        self._owner = owner
        self._next_order: OutputOrder | None = None
        self._adopted = adopted
        self._epoch = adopted.epoch if adopted else 0
        self.parts = adopted.parts if adopted else ()  # what the present attempt reads, whatever its source is by now
        self._begun_s = 0.0
        around.epochs.saw(self._epoch)
        self._inbox: asyncio.Queue[Report | Wake | Lost] = asyncio.Queue()
        self._recipe = Recipe()
        self._wish: Wish | None = None
        self._timers: list[Timer] = []
        self._closer_look: Timer | None = None
        self.darkness = Darkness(order.id, around, before, self._tell)
        self._blindness = Blindness(around, self._tell)
        self._shown = self._nothing_shown()
        self._live_since: datetime | None = None
        self._next_try: tuple[datetime, float] | None = None  # the same moment by both clocks

    def feed(self, report: Report) -> None:
        """Take what the runner saw of this output."""
        self._inbox.put_nowait(report)

    def stop(self) -> None:
        """Ask for the end; it comes within the stop's grace, whatever FFmpeg does."""
        self._want(Wish.STOP)

    def restart(self, *, planned: bool = False) -> None:
        """Ask for a new attempt now, without a backoff; a planned one is counted as a planned break."""
        self._want(Wish.ROTATE if planned else Wish.RESTART)

    def take_new_key(self) -> None:
        """Try again now where it is not live: what failed, and how often, was the old key's."""
        self._recipe.forget()
        if self.state is State.RETRYING:
            self.darkness.forget_failures()
            self.restart()

    def change(self, order: OutputOrder) -> None:
        """Go on with another order on the same ingest and key, after a planned break."""
        self._next_order = order
        self._want(Wish.ROTATE)

    def rotate(self) -> None:
        """Ask for the planned break of a long run, and tell of it."""
        self._tell(OutputRotated, after_s=self._age_s())
        self._want(Wish.ROTATE)

    def lose_source(self, verdict: Retry | Fatal) -> None:
        """Take note that what is relayed has ended; with it ends the attempt, or the wait for one."""
        self._inbox.put_nowait(Lost(verdict))

    def wake(self) -> None:
        """Look again at what is relayed: it can be read by now, or is over."""
        self._inbox.put_nowait(Wake())

    def break_off(self) -> None:
        """End after a defect that `run` did not survive, unless it has ended; told where nobody asked for it."""
        if self.state is State.STOPPING:
            self.darkness.close()
            self._to(State.STOPPED)
        elif self.state not in FINAL_STATES:
            self._give_up(Cause(CauseCode.DEFECT))

    async def run(self) -> None:
        """Keep the output as it is wanted until it is done, failed or stopped."""
        self.darkness.remind()
        try:
            while self.state not in FINAL_STATES:
                try:
                    self._settle(await self._attempt())
                except Exception:
                    log.exception("an attempt of %s ended by a defect", self.order.id)
                    await self._survive()
                if self._next_try is not None:
                    await self._pause(self._next_try[1])
        finally:
            self._disarm()

    @property
    def bytes_sent(self) -> int:
        """Bytes that all attempts of this run have sent."""
        return self.past_bytes_sent + self._shown.bytes_sent

    @property
    def position_s(self) -> float | None:
        """How much of the source has gone out in the present attempt, None when not live."""
        return self._shown.position_s(self._around.clock.monotonic()) if self.state is State.LIVE else None

    @property
    def leaving(self) -> bool:
        """Whether the present attempt is about to end by a wish."""
        return self._wish is not None

    @property
    def next_try_at(self) -> datetime | None:
        """When it is attempted again, or what it relays is; None where it waits for neither."""
        if self._next_try is not None:
            return self._next_try[0]
        source = self._source
        return source.next_try_at if source is not None and self.state is State.RETRYING else None

    def view(self) -> OutputView:
        """Return it as it is now."""
        live = self.state is State.LIVE
        shown = self._shown
        return OutputView(
            id=self.order.id,
            destination=self.order.destination,
            platform=self.order.platform,
            state=self.state,
            cause=self.cause,
            attempts=self.attempts,
            failures=self.darkness.failures,
            live_since=self._live_since,
            dark_since=self.darkness.since,
            next_try_at=self.next_try_at,
            bitrate_kbps=shown.rates.bitrate_kbps if live and not self._blindness.now else None,
            speed=shown.rates.speed if live and not self._blindness.now else None,
            blind=live and self._blindness.now,
            loss=shown.loss.share,
            cpu_percent=shown.cpu_percent,
            memory_mib=None if shown.memory_bytes is None else shown.memory_bytes / 2**20,
        )

    # One attempt

    async def _survive(self) -> None:
        """Take a defect for one more way to end: nobody watches the process any more, so that it has to go."""
        ended = await self._around.runner.stop(self.order.id, 0)
        wish = Wish.STOP if self.state is State.STOPPING else None
        self._settle(AttemptEnd(ended, wish=wish, unbuilt=Cause(CauseCode.DEFECT)))

    async def _attempt(self) -> AttemptEnd:
        wish = self._take_wish()
        if wish is Wish.STOP:
            return AttemptEnd(self._no_process(), wish=wish)
        self.order, self._next_order = self._next_order or self.order, None
        if self._adopted is None and (end := await self._await_source()) is not None:
            return end
        if self._adopted is not None:
            self._begin(self._adopted.parts)
        elif (unbuilt := await self._spawn()) is not None:
            return AttemptEnd(self._no_process(), unbuilt=unbuilt)
        return await self._follow()

    async def _await_source(self) -> AttemptEnd | None:
        """Wait until what is relayed can be read; return how the attempt ends where it never could be."""
        while (source := self._source) is not None and not source.open:
            if source.over is not None:
                return AttemptEnd(self._no_process(), verdict=source.over)
            match await self._inbox.get():
                case Lost(verdict):
                    return AttemptEnd(self._no_process(), verdict=verdict)
                case Wake() if self._wish is Wish.STOP or self._next_order is not None:
                    return AttemptEnd(self._no_process(), wish=self._take_wish())
                case _:
                    pass
        return None

    async def _spawn(self) -> Cause | None:
        self._epoch = self._around.epochs.next(self._around.clock.now())
        self.attempts += 1
        self._owner.changed()
        try:
            spec = await self._recipe.build(self.order)
            self._begin(spec.parts)
            await self._around.runner.start(self.order.id, spec, self._epoch)
        except (CoreError, OSError) as error:
            return why_not_started(error)
        return None

    def _begin(self, parts: tuple[Part, ...]) -> None:
        self.parts = parts
        self._shown = self._nothing_shown()
        self._begun_s = self._around.clock.monotonic()

    async def _follow(self) -> AttemptEnd:
        while True:
            match await self._inbox.get():
                case Ended(epoch=self._epoch) as ended:
                    return AttemptEnd(ended)
                case Sample(epoch=self._epoch) as sample if self._see(sample) is Sight.DEAD:
                    ended = await self._around.runner.stop(self.order.id, 0)
                    return AttemptEnd(ended, killed_for=self._shown.cause)
                case Wake() if self._wish is not None:
                    if (end := await self._obey(self._wish)) is not None:
                        return end
                case Lost(verdict):
                    ended = await self._around.runner.stop(self.order.id, self._around.config.stop.grace_s)
                    return AttemptEnd(ended, wish=self._take_wish(), verdict=verdict)
                case Started() | Sample() | Ended() | Wake():
                    pass  # of an attempt that is over, or a timer that came late

    async def _obey(self, wish: Wish) -> AttemptEnd | None:
        """End the attempt; None where it goes on, since the next one could not begin."""
        if wish is Wish.STOP:
            self._to(State.STOPPING)
        elif not await self._recipe.is_readable(self._next_order or self.order):
            self._postpone(wish)
            return None
        ended = await self._around.runner.stop(self.order.id, self._around.config.stop.grace_s)
        return AttemptEnd(ended, wish=self._take_wish() or wish)

    def _postpone(self, wish: Wish) -> None:
        if self._wish is wish:
            self._wish = None
            self._arm(POSTPONED_S, partial(self._want, wish))

    def _see(self, sample: Sample) -> Sight:
        sight = self._shown.take(sample)
        if sight is Sight.MOVING:
            if self.state is not State.LIVE:
                self._go_live()
            self._look_after(sample.at_s)
            self._look_in_time()
        return sight

    def _go_live(self) -> None:
        self._around.runner.hasten(self.order.id, fast=False)
        self._live_since = self._adopted.spawned_at if self._adopted else self._around.clock.now()
        self.cause = None
        # Only what is live has a break to plan: a start that hangs is a failure, however short `rotate` is.
        self._arm(self.order.rotate_s - self._age_s(), self.rotate)
        self._to(State.LIVE)
        # What was taken over has been live since its own beginning.
        until_s = self._around.clock.monotonic() - (self._age_s() if self._adopted else 0.0)
        if not self.darkness.lift(until_s) and self.attempts == 1:
            self._tell(OutputWentLive)

    def _look_after(self, at_s: float) -> None:
        """Forget old failures once it has been stable; tell when it falls behind or keeps up again."""
        if self._shown.stable_s(at_s) >= self._around.config.retry.stable_s and self.darkness.forget_failures():
            self._owner.changed()
        if (slow := self._shown.turned_slow(at_s)) is not None:
            self._tell(OutputSlow, slow=slow, speed=self._shown.rates.speed or 0.0)
        if self._blindness.look(self._shown.blind_s(at_s), at_s):
            self.restart(planned=True)

    def _look_in_time(self) -> None:
        """Have it looked at when a standstill would be due, and not only by the next sweep, up to 2 s later."""
        if self._closer_look is not None:
            self._closer_look.cancel()
            self._closer_look = None
        due_in_s = self._shown.due_s - self._around.clock.monotonic()
        if 0 < due_in_s <= CLOSE_S:
            look = partial(self._around.runner.look_at, self.order.id)
            self._closer_look = self._around.clock.call_later(due_in_s + ROUNDING_S, look)

    # Between attempts

    def _settle(self, end: AttemptEnd) -> None:
        """Decide what an attempt's end means for the output."""
        self._disarm()
        self._adopted = None
        self._live_since = None
        self.log.extend(end.ended.log_tail)
        if end.wish is None:
            self._act_on(self._judge(end), waits=end.verdict is None)
        elif end.wish is Wish.STOP or self._wish is Wish.STOP:
            self.darkness.close()
            self._to(State.STOPPED)
        else:
            self.planned_breaks += end.wish is Wish.ROTATE
            self._to(State.STARTING)
        self.past_bytes_sent, self._shown = self.bytes_sent, self._nothing_shown()

    def _judge(self, end: AttemptEnd) -> Verdict:
        if end.verdict is not None:
            return end.verdict
        tries, lasting = self._around.config.retry.permanent_after, self.darkness.lasting
        if end.unbuilt is not None:
            return weigh(end.unbuilt, lasting, tries)
        facts = self._shown.facts(end.killed_for, loop=self.order.loop, source_s=self._source_s)
        return judge(end.ended, facts, lasting, tries)

    def _act_on(self, verdict: Verdict, *, waits: bool) -> None:
        match verdict:
            case Done():
                self.finished = True
                self.darkness.close()
                self._to(State.STOPPED)
            case Fatal(cause):
                self._note(cause)
                self._give_up(cause)
            case Retry(cause):
                self._note(cause)
                self._try_again(verdict, self.darkness.pause_s(verdict) if waits else None)

    def _note(self, cause: Cause) -> None:
        """Put the cause behind FFmpeg's lines: one that was killed, or that we killed, says nothing itself."""
        self.log.append(f"[streambro] {self._around.clock.now():%Y-%m-%d %H:%M:%SZ} ended: {cause.code}")

    def _give_up(self, cause: Cause) -> None:
        self.cause = cause
        outage = self.darkness.close()
        self._to(State.FAILED)
        since = outage.since if outage and outage.told else None
        self._tell(OutputFailed, cause=cause, tries=self.darkness.failures + 1, dark_since=since)

    def _try_again(self, verdict: Retry, wait_s: float | None) -> None:
        """Try again after `wait_s`; None: as soon as what is relayed can be read again, whose failure it was."""
        clock = self._around.clock
        self.cause = verdict.cause
        if wait_s is not None:
            self._next_try = (clock.now() + timedelta(seconds=wait_s), clock.monotonic() + wait_s)
        self._to(State.RETRYING)
        next_try = self.next_try_at
        moved_s = None if self._shown.live_at_s is None else self._shown.last_moved_s
        self.darkness.fall(verdict.cause, moved_s, (next_try - clock.now()).total_seconds() if next_try else 0.0)

    async def _pause(self, due_s: float) -> None:
        """Wait for the next attempt's time, or for a wish."""
        self._arm(due_s - self._around.clock.monotonic(), self.wake)
        while self._wish is None and self._around.clock.monotonic() < due_s:
            await self._inbox.get()
        self._next_try = None
        self._disarm()

    # Small things

    @property
    def _source(self) -> Source | None:
        return self._owner.source if self.order.relays else None

    @property
    def _source_s(self) -> float | None:
        """How long one pass of what runs takes, None where that is unknown."""
        return find_length_s(self._source.parts if self._source is not None else self.parts)

    def _nothing_shown(self) -> Shown:
        pass_s = self._source_s if self.order.loop else None
        config, now_s = self._around.config.stall, self._around.clock.monotonic()
        return Shown(config, now_s, pass_s, copies=self.order.copies)

    def _no_process(self) -> Ended:
        return Ended(self.order.id, self._epoch, None, clean=False, stopped=True)

    def _age_s(self) -> float:
        """For how long the process runs, also under an earlier service."""
        before_s = self._adopted.age_s if self._adopted else 0.0
        return before_s + self._around.clock.monotonic() - self._begun_s

    def _to(self, state: State) -> None:
        self.state = move(self.state, state)
        self._owner.changed()

    def _tell(self, event: type[OutputEvent], **more: Any) -> None:  # noqa: ANN401 - each event's own fields
        order = self.order
        common = self._owner.event_fields()
        self._owner.tell(
            event(**common, output=order.id, destination=order.destination, platform=order.platform, **more)
        )

    def _want(self, wish: Wish) -> None:
        if self._wish is not Wish.STOP:
            self._wish = wish
        self.wake()

    def _take_wish(self) -> Wish | None:
        wish, self._wish = self._wish, None
        return wish

    def _arm(self, delay_s: float, callback: Callable[[], None]) -> None:
        self._timers.append(self._around.clock.call_later(max(0.0, delay_s), callback))

    def _disarm(self) -> None:
        if self._closer_look is not None:
            self._closer_look.cancel()
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
