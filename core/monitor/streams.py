"""Says what is wrong with streams that run: too much CPU or memory, a bitrate far off its usual; it measures nothing.

A copy may use `monitor.cpu_percent` of one core (R11). An encoding is there to use CPU, so it may use that part of all
cores; that it can't keep up is told of its speed. A stream's own thresholds (`/change`) go before both.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from core.errors import CoreError, StoreUnavailable
from core.events import BitrateAlert, ResourceAlert
from core.model import Mode, State
from core.monitor.alerts import Rule, Watch, at_most
from core.monitor.sample import RAW, measure
from core.monitor.usual import DAY_S, HOUR_S, SETTLED_S, Habit, Usual

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from core.config import CoreConfig
    from core.events import Event
    from core.model import OutputId, OutputView, RunId, SourceRef, StreamView
    from core.monitor.sample import Measured
    from core.streams.deck import Deck

BITRATE_HOLD_S: Final = 120.0
BITRATE_PART: Final = 0.5
BITRATE_TIMES: Final = 2.0
BEGUN_S: Final = 30.0
"""The bitrate of an output's first seconds is that of a burst."""


class StreamAlarms:
    """Follows the streams that run; nothing of one is kept once it has ended."""

    def __init__(self, deck: Deck) -> None:
        self._deck = deck
        self._wards: dict[RunId, Ward] = {}

    async def look(self, views: Sequence[StreamView], cores: int, now: datetime, at_s: float) -> list[Event]:
        """Return what is to be told of the streams as they are."""
        found = {view.run: view for view in views if view.run is not None}
        self._wards = {run: ward for run, ward in self._wards.items() if run in found}
        events: list[Event] = []
        for run, view in found.items():
            ward = self._wards.get(run)
            if ward is None or ward.source != view.source:
                ward = self._wards[run] = await self._take_on(view, now, ward)
            events += ward.see(view, cores, now, at_s)
        return events

    async def _take_on(self, view: StreamView, now: datetime, before: Ward | None) -> Ward:
        """Begin to follow a stream; what an earlier service saw of it since its FFmpeg began counts."""
        length_s = await self._find_length(view)
        pass_s = min(DAY_S, max(HOUR_S, length_s))
        settled_s = max(SETTLED_S, min(DAY_S, length_s))
        known = await self._recall(view, now - timedelta(seconds=pass_s), now)
        return Ward(self._deck.config, view, pass_s, settled_s, known, before)

    async def _find_length(self, view: StreamView) -> float:
        """Return how long its source takes until it repeats itself; a day, as long as anybody looks back, where never.

        Unknown is 0: such a source settles as soon as any.
        """
        if not view.loop:
            return DAY_S
        with suppress(CoreError):  # a source that is gone is told by its stream
            return await self._deck.planner.length_s(view.source) or 0.0
        return 0.0

    async def _recall(self, view: StreamView, since: datetime, now: datetime) -> list[Measured]:
        if view.live_since is None:
            return []
        begun = view.live_since + timedelta(seconds=BEGUN_S)
        with suppress(StoreUnavailable):
            return await self._deck.store.samples.between(view.id, RAW, max(begun, since), now)
        return []


class Ward:
    """One run of a stream, with one source: with another its usual is another, while its alerts stay what they are.

    Args:
        pass_s: How long its source takes, so that what is usual is what a whole pass shows; an hour at least.
        settled_s: How much has to be seen of it.
        known: What was measured of it before.
    """

    def __init__(
        self,
        config: CoreConfig,
        view: StreamView,
        pass_s: float,
        settled_s: float,
        known: Sequence[Measured] = (),
        before: Ward | None = None,
    ) -> None:
        self._config = config
        self._pass_s = pass_s
        self._settled_s = settled_s
        self.source: SourceRef = view.source
        cpu = [one.cpu_percent for one in known if one.cpu_percent is not None]
        memory = [one.memory_mib for one in known if one.memory_mib is not None]
        self._usual = {"cpu": Usual(known=cpu), "memory": Usual(known=memory)}
        self._watches: dict[str, Watch] = before._watches if before else {}  # noqa: SLF001 - of its own kind
        self._bitrates: dict[OutputId, Habit] = before._bitrates if before else {}  # noqa: SLF001 - as above
        for habit in self._bitrates.values():
            habit.renew(Usual(pass_s, settled_s))
        if len(view.outputs) == 1:  # samples are of all outputs together
            kbps = [one.kbps for one in known if one.kbps is not None and one.live == 1]
            self._find_habit(view.outputs[0]).usual.learn(kbps)

    def see(self, view: StreamView, cores: int, now: datetime, at_s: float) -> list[Event]:
        """Take the stream as it is now; return what is to be told of it."""
        costs = measure(view, now)
        found: list[Event | None] = [
            self._see_cost(view, kind, rule, value, now, at_s)
            for (kind, rule), value in zip(
                _rules(self._config, view, cores).items(), (costs.cpu_percent, costs.memory_mib), strict=True
            )
        ]
        found += [self._see_bitrate(view, output, now, at_s) for output in view.outputs]
        return [event for event in found if event is not None]

    def _see_cost(
        self, view: StreamView, kind: str, rule: Rule, value: float | None, now: datetime, at_s: float
    ) -> Event | None:
        watch, usual = self._watches.setdefault(kind, Watch(rule)), self._usual[kind]
        watch.rule = rule
        turn = watch.see(value, at_s)
        if value is not None and not watch.over and not rule.is_bad(value):
            usual.add(value, at_s)
        if turn is None or view.run is None:
            return None
        return ResourceAlert(
            at=now,
            space=view.space,
            stream=view.id,
            name=view.name,
            run=view.run,
            kind=kind,
            over=turn.over,
            value=turn.value,
            limit=rule.limit,
            for_s=turn.for_s,
            usual=usual.middle,
        )

    def _see_bitrate(self, view: StreamView, output: OutputView, now: datetime, at_s: float) -> Event | None:
        kbps = _steady_kbps(output, now, self._config.stall.slow_ratio)
        if kbps is None or view.run is None:
            return None
        habit = self._find_habit(output)
        usual_kbps = habit.usual.middle
        turn = habit.see(kbps, at_s, output.live_since)
        if turn is None or usual_kbps is None:
            return None
        return BitrateAlert(
            at=now,
            space=view.space,
            stream=view.id,
            name=view.name,
            run=view.run,
            output=output.id,
            destination=output.destination,
            platform=output.platform,
            off=turn.over,
            kbps=kbps,
            usual_kbps=usual_kbps,
            for_s=turn.for_s,
        )

    def _find_habit(self, output: OutputView) -> Habit:
        if output.id not in self._bitrates:
            usual = Usual(self._pass_s, self._settled_s)
            self._bitrates[output.id] = Habit(usual, BITRATE_PART, BITRATE_TIMES, BITRATE_HOLD_S)
        return self._bitrates[output.id]


def _rules(config: CoreConfig, view: StreamView, cores: int) -> Mapping[str, Rule]:
    limits, own = config.monitor, view.thresholds
    of_cores = cores if view.mode is Mode.ENCODE else 1
    return {
        "cpu": at_most(own.cpu_percent or limits.cpu_percent * of_cores, limits.hold_s),
        "memory": at_most(own.memory_mib or limits.memory_mib, limits.hold_s),
    }


def _steady_kbps(output: OutputView, now: datetime, slow_ratio: float) -> float | None:
    """Return an output's bitrate where that tells of its source: not in its first moments, nor when it is slow."""
    if output.state is not State.LIVE or output.live_since is None:
        return None
    if (now - output.live_since).total_seconds() < BEGUN_S or (output.speed or 1.0) < slow_ratio:
        return None
    return output.bitrate_kbps
