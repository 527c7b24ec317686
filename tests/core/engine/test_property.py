"""The engine driven at random: orders, deaths, crashes of the service, reboots; some things hold whatever happens."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from core.config import CoreConfig, LimitsConfig
from core.errors import CoreError
from core.model import MAIN_SPACE, ChangeRequest, Mode, StartRequest
from tests.core.engine.rig import KEYS, SOURCES, Rig
from tests.fakes.runner import Script, exits

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from core.model import Actor

PER_USER, TOTAL = 2, 3
SCRIPTS = (
    Script(),
    Script(live_after_s=None),
    Script(freezes_after_s=7),
    Script(ends_after_s=9, exit_code=1),
    exits(1, "Connection refused"),
    exits(1, "file:/media/lofi.mp4: No such file or directory"),
    exits(1, "Server error: denied"),
    exits(-11),
    Script(raises=OSError(28, "No space left on device")),
)
sources, keys, numbers = st.sampled_from(SOURCES), st.sampled_from(KEYS), st.integers(0, 9)


class EngineMachine(RuleBasedStateMachine):
    """People, faults and restarts in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = Path(tempfile.mkdtemp(prefix="streambro-test-"))
        self.rig = Rig(self.folder, CoreConfig(limits=LimitsConfig(per_user=PER_USER, total=TOTAL)))

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run on the machine's own loop; what the engine refuses is fine, anything else is not."""
        try:
            return self.loop.run_until_complete(work)
        except CoreError:
            return None

    @initialize()
    def prepare(self) -> None:
        self.do(self.rig.prepare())

    def _who(self, first: bool) -> Actor:
        return self.rig.rina if first else self.rig.budi

    def _stream(self, number: int) -> Any:
        views = self.do(self.rig.engine.views(MAIN_SPACE))
        return views[number % len(views)].id if views else None

    @rule(
        first=st.booleans(),
        source=sources,
        where=st.lists(keys, min_size=1, max_size=2),
        script=st.sampled_from(SCRIPTS),
        mode=st.sampled_from(Mode),
    )
    def start(self, first: bool, source: str, where: list[str], script: Script, mode: Mode) -> None:
        self.rig.host.script(script)
        self.do(self.rig.engine.start(self._who(first), StartRequest(source, tuple(where), mode=mode)))

    @rule(wanted=st.lists(st.tuples(st.booleans(), sources, keys), min_size=2, max_size=5))
    def start_many_at_once(self, wanted: list[tuple[bool, str, str]]) -> None:
        orders = [self.rig.engine.start(self._who(who), StartRequest(source, (key,))) for who, source, key in wanted]
        results = self.do(_gather(orders))
        assert all(isinstance(r, CoreError) or not isinstance(r, BaseException) for r in results), results

    @rule(number=numbers)
    def stop(self, number: int) -> None:
        if (stream := self._stream(number)) is not None:
            self.do(self.rig.order(self.rig.engine.stop(self.rig.rina, stream)))

    @rule(number=numbers)
    def restart(self, number: int) -> None:
        if (stream := self._stream(number)) is not None:
            self.do(self.rig.order(self.rig.engine.restart(self.rig.rina, stream)))

    @rule(number=numbers, where=st.none() | st.lists(keys, min_size=1, max_size=2), source=st.none() | sources)
    def change(self, number: int, where: list[str] | None, source: str | None) -> None:
        if (stream := self._stream(number)) is not None:
            change = ChangeRequest(source=source, destinations=tuple(where) if where else None)
            self.do(self.rig.order(self.rig.engine.change(self.rig.budi, stream, change)))

    @rule(number=numbers)
    def forget(self, number: int) -> None:
        if (stream := self._stream(number)) is not None:
            self.do(self.rig.engine.forget(self.rig.rina, stream))

    @rule(number=numbers)
    def ffmpeg_dies(self, number: int) -> None:
        if outputs := list(self.rig.host.processes):
            self.rig.host.kill(outputs[number % len(outputs)])

    @rule(seconds=st.sampled_from((0.3, 3, 20, 90, 400)))
    def time_passes(self, seconds: float) -> None:
        self.do(self.rig.clock.advance(seconds))

    @rule(reboot=st.booleans(), away_s=st.sampled_from((0, 5, 100)))
    def service_dies(self, reboot: bool, away_s: float) -> None:
        self.do(self.rig.crash())
        if reboot:
            self.rig.host.reboot()
        self.do(self.rig.clock.advance(away_s))
        self.do(self.rig.open())

    @rule(streams=st.sampled_from(("keep", "stop")))
    def service_restarts(self, streams: str) -> None:
        self.do(self.rig.close(streams))
        if streams == "stop":
            assert not self.rig.host.processes
        self.do(self.rig.open())

    @invariant()
    def never_two_pushers_of_one_key(self) -> None:
        assert self.rig.host.broken_promises == []

    @invariant()
    def never_over_a_limit(self) -> None:
        if not hasattr(self.rig, "deck"):
            return
        places = list(self.rig.deck.places)
        assert len(places) <= TOTAL
        assert all(sum(place.user == other.user for place in places) <= PER_USER for other in places)

    def teardown(self) -> None:
        try:
            if hasattr(self.rig, "deck"):
                self._everything_ends()
        finally:
            self.loop.close()
            shutil.rmtree(self.folder)

    def _everything_ends(self) -> None:
        rig = self.rig
        self.do(rig.order(rig.engine.stop_all(rig.rina)))
        self.do(rig.clock.settle())
        left = (list(rig.deck.places), rig.host.processes, rig.timers.keys(), rig.deck._outputs)
        wanted = [record.name for record in self.do(rig.store.streams.all()) if record.wanted]
        open_runs = self.do(rig.store.streams.open_runs())
        self.do(rig.close())
        assert (*map(bool, left), wanted, open_runs) == (False, False, False, False, [], []), left
        assert rig.clock.pending == 0
        others = [task for task in asyncio.all_tasks(self.loop) if not task.done()]
        assert others == []


async def _gather(orders: list[Coroutine[Any, Any, Any]]) -> list[Any]:
    return await asyncio.gather(*orders, return_exceptions=True)


TestEngine = EngineMachine.TestCase
TestEngine.__doc__ = (
    "Never over a limit, never two pushers of one key, every stopped stream ends, nothing is left over."
)
TestEngine.settings = settings(
    max_examples=settings().max_examples // 8, stateful_step_count=20, suppress_health_check=list(HealthCheck)
)
