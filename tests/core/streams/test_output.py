"""One output against a pretended host on a fake clock: what its people would see."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from core.config import CoreConfig
from core.errors import StoreUnavailable
from core.events import OutputBlind, OutputFailed, OutputRecovered, OutputSlow, OutputWentDark, OutputWentLive
from core.ffmpeg.contract import Part, RunSpec, Sample
from core.model import CauseCode, OutputId, Platform, RunId, SpaceName, State, StreamId
from core.streams.backoff import Brake
from core.streams.epochs import Epochs
from core.streams.order import LONGEST_RUN_S, OutputOrder, Surroundings
from core.streams.output import OutputSession
from core.streams.stall import Sight, Watch
from tests.fakes.clock import FakeClock
from tests.fakes.runner import FakeHost, FakeRunner, Script, exits, goes_live

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from core.events import Event

ID = OutputId("s1-d1")
REFUSED = "rtmp://127.0.0.1/live: Connection refused"


class Rig:
    """An output session with all that it stands on, run in the background."""

    source = None

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.host = FakeHost(self.clock)
        self.runner = FakeRunner(self.host, self.clock)
        self.around = Surroundings(self.runner, self.clock, CoreConfig(), Random(1), Brake(), Epochs())
        self.events: list[Event] = []
        self.order = OutputOrder(ID, "youtube", Platform.YOUTUBE, self.build, loop=True)
        self.output = OutputSession(self.order, self.around, self)
        self.unreadable = False
        self.parts: tuple[Part, ...] = ()
        self._siblings: list[OutputSession] = []
        self._tasks: list[asyncio.Task[Any]] = []

    def join(self, *siblings: OutputSession) -> None:
        self._siblings += siblings

    async def build(self) -> RunSpec:
        if self.unreadable:
            raise StoreUnavailable("corrupt", "")
        return RunSpec(("ffmpeg", "-rtmp_playpath", "k"), parts=self.parts)

    def event_fields(self) -> dict[str, Any]:
        main, stream, run = SpaceName("main"), StreamId(1), RunId(1)
        return {"at": self.clock.now(), "space": main, "stream": stream, "name": "lofi", "run": run}

    def state(self) -> State:
        return self.output.state

    def tell(self, event: Event) -> None:
        self.events.append(event)

    def changed(self) -> None: ...

    async def start(self, *scripts: Script) -> None:
        self.host.script(*scripts)
        await self.runner.take_over()
        runs = [output.run() for output in (self.output, *self._siblings)]
        self._tasks = [asyncio.create_task(run) for run in (self._pump(), *runs)]
        await self.clock.settle()

    async def _pump(self) -> None:
        outputs = {output.order.id: output for output in (self.output, *self._siblings)}
        async for report in self.runner.reports():
            outputs[report.output].feed(report)

    async def close(self) -> None:
        self.runner.crash()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def told(self, kind: type[Event]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    """Give a rig and put it away."""
    made = Rig()
    yield made
    await made.close()


async def test_live_means_that_output_advanced(rig: Rig) -> None:
    """A stream is 'starting' until bytes have moved, however long its process runs."""  # P3
    await rig.start(Script(live_after_s=5))
    await rig.clock.advance(4)
    assert rig.state() is State.STARTING
    await rig.clock.advance(3)
    assert rig.state() is State.LIVE
    assert len(rig.told(OutputWentLive)) == 1


async def test_what_the_network_loses_is_seen(rig: Rig) -> None:
    """How much of the last half minute had to be sent again is known as long as a stream is live."""
    await rig.start(Script(lost=0.04, ends_after_s=60, exit_code=1), Script(live_after_s=None))
    assert rig.output.view().loss is None
    await rig.clock.advance(30)
    assert rig.output.view().loss == pytest.approx(0.04, rel=0.01)
    await rig.clock.advance(30.5)
    assert rig.state() is State.RETRYING
    assert rig.output.view().loss is None


async def test_dropped_connection_comes_back(rig: Rig) -> None:
    """A wanted stream whose FFmpeg dies is live again after the backoff, and both are told once."""  # P1
    await rig.start(exits(1, "av_interleaved_write_frame(): Broken pipe", after_s=60, live=True), goes_live())
    await rig.clock.advance(60)
    assert rig.state() is State.RETRYING
    await rig.clock.advance(2)
    assert rig.state() is State.LIVE
    (dark,) = rig.told(OutputWentDark)
    (back,) = rig.told(OutputRecovered)
    assert dark.cause.code is CauseCode.RESET
    assert dark.dark_since == back.dark_since
    assert back.dark_s > 0
    assert rig.output.darkness.all_s == pytest.approx(back.dark_s)


async def test_network_faults_are_never_given_up(rig: Rig) -> None:
    """However long the network is away, the stream comes back; its people hear at the first, the third, then hourly."""
    await rig.start(*[exits(1, REFUSED)] * 200)
    await rig.clock.advance(2.2 * 3600)
    assert rig.state() is State.RETRYING
    failures = [event.failures for event in rig.told(OutputWentDark)]
    assert failures[:2] == [1, 3]
    assert len(failures) == 4  # two more in a good two hours
    rig.host.scripts.clear()
    await rig.clock.advance(75)
    assert rig.state() is State.LIVE


async def test_missing_file_is_given_up_after_three_tries(rig: Rig) -> None:
    """A file that is gone does not come back by trying: after three tries the stream has failed, with its cause."""
    await rig.start(*[exits(1, "file:/media/lofi.mp4: No such file or directory")] * 5)
    await rig.clock.advance(60)
    assert rig.state() is State.FAILED
    assert rig.output.attempts == 3
    (failed,) = rig.told(OutputFailed)
    assert failed.cause.code is CauseCode.SOURCE_MISSING


async def test_refused_key_is_asked_for_slowly(rig: Rig) -> None:
    """After three refusals in a row the ingest is asked every five minutes only, and never given up."""
    await rig.start(*[exits(1, "Server error: denied")] * 50)
    await rig.clock.advance(20)
    assert rig.output.attempts == 3
    await rig.clock.advance(3600)
    assert 10 <= rig.output.attempts <= 3 + 3600 / (300 * 0.8)
    assert rig.state() is State.RETRYING


async def test_an_ingest_that_flaps_costs_no_minutes(rig: Rig) -> None:
    """A key that was live a moment ago is refused for some seconds: the stream is back seconds after it is taken."""
    dies = exits(1, "av_interleaved_write_frame(): Broken pipe", after_s=60, live=True)
    await rig.start(dies, *[exits(1, "Server error: denied")] * 20)
    await rig.clock.advance(60 + 12)
    rig.host.scripts.clear()
    await rig.clock.advance(15)
    assert rig.state() is State.LIVE


async def test_a_key_that_was_live_is_asked_for_slowly_in_the_end(rig: Rig) -> None:
    """A key that is withdrawn while it is live is asked for every minute for ten minutes, then every five."""
    dies = exits(1, "av_interleaved_write_frame(): Broken pipe", after_s=60, live=True)
    await rig.start(dies, *[exits(1, "Server error: denied")] * 50)
    await rig.clock.advance(60 + 620)
    before = rig.output.attempts
    assert 13 <= before <= 20
    await rig.clock.advance(3600)
    assert 10 <= rig.output.attempts - before <= 3600 / (300 * 0.8)


async def test_hung_ffmpeg_is_replaced(rig: Rig) -> None:
    """An FFmpeg that stands still is killed and replaced within seconds: a stall is no progress."""  # P2
    await rig.start(Script(freezes_after_s=60))
    await rig.clock.advance(60 + 18)
    (dark,) = rig.told(OutputWentDark)
    assert dark.cause.code is CauseCode.STALLED
    await rig.clock.advance(3)
    assert rig.state() is State.LIVE
    assert rig.output.darkness.all_s >= 15


async def test_a_standstill_is_noticed_when_it_is_due(rig: Rig) -> None:
    """15 s without a byte are 15 s, not up to 17: the last look does not wait for the next sweep."""  # P2
    await rig.start(Script(freezes_after_s=60.5))
    await rig.clock.advance(60 + 18)
    (dark,) = rig.told(OutputWentDark)
    assert (dark.at - dark.dark_since).total_seconds() == pytest.approx(15, abs=0.1)


async def test_what_drains_after_a_standstill_is_no_sign_of_life(rig: Rig) -> None:
    """Of an FFmpeg that stopped, bytes that the kernel still had arrive for a moment: that is told as a stall."""
    await rig.start(Script(tells_until_s=60, freezes_after_s=63.5))
    await rig.clock.advance(60 + 18)
    (dark,) = rig.told(OutputWentDark)
    assert dark.cause.code is CauseCode.STALLED
    assert not rig.told(OutputBlind)


async def test_a_stream_that_nobody_can_watch_is_told_of(rig: Rig) -> None:
    """Where a full disk took FFmpeg's numbers, that is told; a planned break brings them back once there is room."""
    rig.runner.full = True
    await rig.start(Script(tells_until_s=60))
    await rig.clock.advance(300)
    assert [event.blind for event in rig.told(OutputBlind)] == [True]
    assert (rig.output.attempts, rig.output.view().blind, rig.output.view().speed) == (1, True, None)

    rig.runner.full = False
    await rig.clock.advance(75)

    assert [event.blind for event in rig.told(OutputBlind)] == [True, False]
    assert (rig.output.attempts, rig.output.planned_breaks, rig.output.view().blind) == (2, 1, False)
    assert not rig.told(OutputWentDark)


async def test_streams_that_are_blind_at_once_break_one_after_the_other(rig: Rig) -> None:
    """When a full disk has room again, its streams don't all leave their ingests in the same seconds."""
    rig.runner.full = True
    others = [OutputSession(replace(rig.order, id=OutputId(f"s1-d{n}")), rig.around, rig) for n in range(2, 7)]
    rig.join(*others)
    await rig.start(*[Script(tells_until_s=60)] * 6)
    await rig.clock.advance(200)
    rig.runner.full = False

    breaks = []
    for _ in range(8):
        before = sum(output.planned_breaks for output in (rig.output, *others))
        await rig.clock.advance(10)
        breaks.append(sum(output.planned_breaks for output in (rig.output, *others)) - before)

    assert sum(breaks) == 6
    assert max(breaks) <= 3


async def test_numbers_that_die_again_cost_one_break_an_hour(rig: Rig) -> None:
    """A disk that takes nothing though it has room does not break the stream every minute."""
    await rig.start(*[Script(tells_until_s=60)] * 9)
    await rig.clock.advance(3600)

    assert rig.output.planned_breaks == 1


async def test_never_starting_is_noticed(rig: Rig) -> None:
    """An attempt without output for 30 s is replaced."""
    await rig.start(Script(live_after_s=None))
    await rig.clock.advance(31)
    assert rig.told(OutputWentDark)[0].cause.code is CauseCode.NO_START


async def test_slow_stream_is_warned_of_then_replaced(rig: Rig) -> None:
    """Slower than real time: a warning after a minute, a new FFmpeg after three."""
    await rig.start(Script(speed=0.7))
    await rig.clock.advance(70)
    assert [event.slow for event in rig.told(OutputSlow)] == [True]
    assert rig.state() is State.LIVE
    await rig.clock.advance(130)
    assert rig.told(OutputWentDark)[0].cause.code is CauseCode.SLOW


async def test_lost_picture_is_noticed(rig: Rig) -> None:
    """Sound goes on and the picture does not: noticed within 30 s, told with its cause, and mended."""  # P2
    await rig.start(Script(frames_until_s=60))
    await rig.clock.advance(60 + 20)
    (dark,) = rig.told(OutputWentDark)
    assert dark.cause.code is CauseCode.LOST_TRACK
    await rig.clock.advance(3)
    assert rig.state() is State.LIVE


async def test_loop_that_lost_most_of_its_bytes_is_replaced(rig: Rig) -> None:
    """A looped clip that carries far fewer bytes than in its first passes has lost a track: noticed within 30 s."""
    rig.output.order = OutputOrder(ID, "youtube", Platform.YOUTUBE, rig.build, loop=True)
    rig.parts = (Part("/media/clip.mp4", 8.0),)
    await rig.start(Script(loud_until_s=60))
    await rig.clock.advance(60 + 30)
    assert [dark.cause.code for dark in rig.told(OutputWentDark)] == [CauseCode.LOST_TRACK]


@pytest.mark.parametrize(("loop", "source_s"), [(True, 7200.0), (True, None), (False, 3600.0)])
async def test_quiet_passage_is_left_alone(rig: Rig, *, loop: bool, source_s: float | None) -> None:
    """A film that is quiet for a while, black with hardly a sound, is not taken for one that lost a track."""
    rig.output.order = OutputOrder(ID, "youtube", Platform.YOUTUBE, rig.build, loop=loop)
    rig.parts = (Part("/media/film.mp4", source_s or 0.0),)
    await rig.start(Script(loud_until_s=60))
    await rig.clock.advance(1800)
    assert rig.state() is State.LIVE
    assert rig.output.attempts == 1


def test_slow_connection_is_no_lost_picture() -> None:
    """Where the ingest took its time and sound comes before the first picture, that is a start and no loss."""
    late = Watch(CoreConfig().stall, 0.0)
    assert late.observe(Sample(ID, 1, 20, 1, 0, 10_000, 10_000)) is Sight.MOVING
    assert late.observe(Sample(ID, 1, 24, 5, 0, 20_000, 20_000)) is Sight.MOVING
    assert late.observe(Sample(ID, 1, 36, 17, 0, 30_000, 30_000)) is Sight.DEAD
    assert late.cause is CauseCode.LOST_TRACK


async def test_stop_ends_within_its_grace(rig: Rig) -> None:
    """A stop reaches its end even when FFmpeg hangs."""  # R6 R7
    await rig.start(Script(freezes_after_s=10))
    await rig.clock.advance(12)
    rig.output.stop()
    await rig.clock.settle()
    assert rig.state() is State.STOPPING
    await rig.clock.advance(5)
    assert rig.state() is State.STOPPED
    assert not rig.host.processes
    assert not rig.told(OutputWentDark)


async def test_darkness_counts_while_it_lasts(rig: Rig) -> None:
    """A stream that is dark says for how long, and a stop in the middle of it does not make that nothing."""
    await rig.start(*[exits(1, REFUSED)] * 10)
    await rig.clock.advance(30)
    assert rig.output.darkness.all_s == pytest.approx(29.8)
    rig.output.stop()
    await rig.clock.advance(60)
    assert rig.state() is State.STOPPED
    assert rig.output.darkness.all_s == pytest.approx(29.8)


async def test_stop_while_waiting_ends_at_once(rig: Rig) -> None:
    """A stop between two attempts needs no deadline."""
    await rig.start(*[exits(1, REFUSED)] * 10)
    await rig.clock.advance(30)
    rig.output.stop()
    await rig.clock.settle()
    assert rig.state() is State.STOPPED


async def test_restart_skips_the_wait(rig: Rig) -> None:
    """'/restart' attempts now, whatever the backoff says."""
    await rig.start(*[exits(1, REFUSED)] * 8)
    await rig.clock.advance(100)
    assert rig.state() is State.RETRYING
    rig.host.scripts.clear()
    rig.output.restart()
    await rig.clock.advance(1)
    assert rig.state() is State.LIVE


async def test_rotation_is_planned_and_never_alarms(rig: Rig) -> None:
    """A stream is restarted before FLV's timestamps wrap; that is counted apart and told to nobody."""  # N6
    await rig.start()
    await rig.clock.advance(1)
    rig.host.processes[ID].script = Script()
    rig.output.restart(planned=True)
    await rig.clock.advance(5)
    assert rig.state() is State.LIVE
    assert (rig.output.planned_breaks, rig.output.attempts) == (1, 2)
    assert not rig.told(OutputWentDark)
    assert not rig.told(OutputRecovered)
    assert LONGEST_RUN_S < 2**31 / 1000


async def test_played_once_is_done(rig: Rig) -> None:
    """A source that is not looped ends as stopped, without an alarm."""
    rig.output.order = OutputOrder(ID, "youtube", Platform.YOUTUBE, rig.build, loop=False)
    rig.parts = (Part("/media/film.mp4", 59.5),)
    await rig.start(Script(0.5, 60, exit_code=0, clean=True))
    await rig.clock.advance(61)
    assert rig.state() is State.STOPPED
    assert rig.output.finished
    assert not rig.told(OutputWentDark)


async def test_changed_playlist_is_done_at_its_own_end(rig: Rig) -> None:
    """A playlist that was cut short before this attempt is done when it was played, not a source that broke off."""
    rig.output.order = OutputOrder(ID, "youtube", Platform.YOUTUBE, rig.build, loop=False)
    rig.parts = (Part("/media/a.mp4", 30.0), Part("/media/b.mp4", 3570.0))
    await rig.start(exits(1, REFUSED), Script(0.5, 60, exit_code=0, clean=True))
    rig.parts = (Part("/media/a.mp4", 30.0), Part("/media/c.mp4", 29.5))
    await rig.clock.advance(63)
    assert rig.output.finished
    assert len(rig.told(OutputWentDark)) == 1


async def test_stable_time_forgets_failures(rig: Rig) -> None:
    """After five minutes of moving output the backoff begins anew."""
    await rig.start(*[exits(1, REFUSED)] * 6, Script(0.1, 400, exit_code=1), goes_live())
    await rig.clock.advance(100)
    assert rig.output.view().failures == 6
    await rig.clock.advance(310)
    assert rig.output.view().failures == 0


async def test_a_dead_stream_needs_no_database_to_come_back(rig: Rig) -> None:
    """A stream that dies while the database can't be read is back after its backoff, as it ran before."""
    await rig.start(exits(1, "av_interleaved_write_frame(): Broken pipe", after_s=60, live=True), goes_live())
    rig.unreadable = True
    await rig.clock.advance(63)
    assert rig.state() is State.LIVE
    assert rig.output.attempts == 2


async def test_a_planned_break_waits_until_a_start_can_follow(rig: Rig) -> None:
    """While nobody knows what to start next a planned break takes no stream off the air: it comes later."""
    await rig.start(goes_live(), goes_live())
    await rig.clock.advance(10)
    rig.unreadable = True
    rig.output.change(OutputOrder(ID, "youtube", Platform.YOUTUBE, rig.build, loop=True))
    await rig.clock.advance(60)
    assert (rig.state(), rig.output.attempts) == (State.LIVE, 1)
    rig.unreadable = False
    await rig.clock.advance(20)
    assert (rig.state(), rig.output.attempts, rig.output.planned_breaks) == (State.LIVE, 2, 1)
    assert not rig.told(OutputWentDark)
