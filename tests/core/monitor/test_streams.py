"""What is wrong with a stream that runs is told by what is right for it: copies, encodings, each by its own habits."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from core.config import CoreConfig
from core.events import BitrateAlert, Event, ResourceAlert
from core.model import Mode, OutputView, SourceKind, SourceRef, State, Thresholds
from core.monitor.streams import Ward
from core.monitor.usual import Usual
from tests.core.monitor.views import a_view, after, an_output

EVERY_S = 30.0
CORES = 4
HOUR = 120
"""Looks in an hour."""


class Followed:
    """A stream that is looked at every 30 s."""

    def __init__(self, mode: Mode = Mode.COPY, pass_s: float = 3600, settled_s: float = 600) -> None:
        self.view = a_view(mode=mode)
        self.ward = Ward(CoreConfig(), self.view, pass_s, settled_s)
        self.looks = 0
        self.live_since = after(0)

    def cpu(self, *values: float) -> list[Event]:
        """Let it cost that much, look after look, and return what is told."""
        return [event for value in values for event in self._see(an_output(cpu=value))]

    def kbps(self, *values: float | None, speed: float = 1.0) -> list[BitrateAlert]:
        """Let it send that much, look after look, and return what is told."""
        outputs = [replace(an_output(kbps=value), speed=speed, live_since=self.live_since) for value in values]
        found = [event for output in outputs for event in self._see(output)]
        return [event for event in found if isinstance(event, BitrateAlert)]

    def _see(self, output: OutputView) -> Sequence[Event]:
        self.looks += 1
        at_s = self.looks * EVERY_S
        return self.ward.see(replace(self.view, outputs=(output,)), CORES, after(at_s), at_s)


def test_an_alert_says_what_is_usual() -> None:
    """'91 % of a core, usual: 1 %': whoever reads it knows at once that something is wrong."""  # R11
    lofi = Followed()
    (alert,) = lofi.cpu(*[1] * HOUR, *[91] * 6)
    assert isinstance(alert, ResourceAlert)
    assert (alert.over, alert.value, alert.limit, alert.usual) == (True, 91, 80, 1)


def test_a_stream_may_have_thresholds_of_its_own() -> None:
    """A stream that may take one and a half cores is told of from there on; raising it ends an alert that stands."""
    lofi = Followed()
    lofi.view = replace(lofi.view, thresholds=Thresholds(cpu_percent=150))
    assert lofi.cpu(*[1] * HOUR, *[120] * 6) == []
    (alert,) = lofi.cpu(*[160] * 6)
    assert isinstance(alert, ResourceAlert)
    assert (alert.over, alert.limit) == (True, 150)

    lofi.view = replace(lofi.view, thresholds=Thresholds(cpu_percent=400))
    (clear,) = lofi.cpu(*[160] * 6)
    assert isinstance(clear, ResourceAlert)
    assert not clear.over


def test_what_is_told_as_too_much_never_becomes_usual() -> None:
    """After three hours of 91 % the next alert still says that 1 % is usual."""
    lofi = Followed()
    events = lofi.cpu(*[1] * HOUR, *[91] * 3 * HOUR, *[1] * 4, *[95] * 4)
    assert [event.usual for event in events if isinstance(event, ResourceAlert)] == [1, 1, 1]


def test_a_stream_that_just_began_has_no_habits() -> None:
    """Nothing is said of what is usual before there is anything usual."""
    (alert,) = Followed().cpu(1, 1, 91, 91, 91)
    assert isinstance(alert, ResourceAlert)
    assert alert.usual is None


def test_an_encoding_may_use_cpu() -> None:
    """It is its job: a core and more for hours is no alert, on a host that has four."""
    assert Followed(Mode.ENCODE).cpu(*[120.0] * HOUR, *[310.0] * HOUR) == []


def test_an_encoding_that_takes_the_whole_host_is_told() -> None:
    """Beyond the same part of all cores nothing else has room: one alert, one all-clear."""
    alert, clear = Followed(Mode.ENCODE).cpu(*[120.0] * HOUR, *[390.0] * 20, *[100.0] * 20)
    assert isinstance(alert, ResourceAlert)
    assert isinstance(clear, ResourceAlert)
    assert (alert.over, alert.value, alert.limit, alert.usual, clear.over) == (True, 390, 320, 120, False)


@pytest.mark.parametrize("kbps", [1400.0, 6200.0])
def test_a_bitrate_far_off_its_usual_is_told_once_with_its_end(kbps: float) -> None:
    """Half of it gone, or twice as much: one alert after two minutes, one all-clear when it is as ever."""
    lofi = Followed()
    alert, clear = lofi.kbps(*[3000.0] * HOUR, *[kbps] * 2 * HOUR, *[3000.0] * 10)
    assert (alert.off, alert.kbps, alert.usual_kbps, alert.for_s) == (True, kbps, 3000, 120)
    assert (clear.off, clear.kbps, clear.usual_kbps) == (False, 3000, 3000)


@pytest.mark.parametrize(
    "values",
    [
        [3000.0, 1000] * HOUR,  # a film: loud and quiet scenes
        [3000.0] * 20 + [700.0] * 3 + ([3000.0] * 20 + [700.0] * 10) * 4 + [3000.0] * 20 + [650.0] * 10,
        [3000.0] * HOUR + [1000.0] * 4 + [3000.0] * HOUR,  # not for long enough
        [3000.0] * 10 + [500.0] * 60,  # it has no habits yet
        [None] * HOUR,
    ],
)
def test_the_swing_of_a_source_is_no_alert(values: list[float | None]) -> None:
    """What a source did before it may do again; what it never did for long is not told either."""
    assert Followed().kbps(*values) == []


def test_what_passes_by_itself_is_a_habit() -> None:
    """A quiet passage of a source of unknown length is told once, not in each of its passes."""
    passes = ([3000.0] * 50 + [700.0] * 10) * 5
    assert [alert.off for alert in Followed().kbps(*passes, 3000, 3000, 3000, 3000, 3000)] == [True, False]


def test_what_a_new_ffmpeg_mended_was_no_habit() -> None:
    """A lost picture that a restart brought back is told again when it is lost again."""
    lofi = Followed()
    lofi.kbps(*[3000.0] * HOUR)
    told = []
    for attempt in range(2):
        since = after(0 if attempt else 1)
        told += lofi.kbps(*[300.0] * 10)
        lofi.live_since = since
        told += lofi.kbps(*[3000.0] * 10)
    assert [alert.off for alert in told] == [True, False, True, False]


def test_a_long_source_is_judged_after_a_whole_pass() -> None:
    """Three hours of which the last shows still slides: that is no fault at the first pass, nor at the second."""
    lesson = [4000.0] * 2 * HOUR + [500.0] * HOUR
    assert Followed(pass_s=3 * 3600, settled_s=3 * 3600).kbps(*lesson, *lesson, *lesson) == []
    assert len(Followed().kbps(*lesson)) == 1


def test_a_slow_stream_is_told_as_slow_only() -> None:
    """A stream that crawls sends less, too: one trouble, one alert, and that is not this one."""
    lofi = Followed()
    lofi.kbps(*[3000.0] * HOUR)
    assert lofi.kbps(*[1000.0] * 20, speed=0.4) == []


def test_the_first_seconds_of_an_attempt_count_for_nothing() -> None:
    """FFmpeg fills the ingest's buffer at first: no habit comes of that."""
    lofi = Followed()
    output = an_output(kbps=9000)
    lofi.ward.see(replace(lofi.view, outputs=(output,)), CORES, after(10), 10)
    lofi.ward.see(replace(lofi.view, outputs=(replace(output, state=State.RETRYING),)), CORES, after(60), 60)
    assert len(lofi.ward._find_habit(output).usual._values) == 0


def test_another_source_has_other_habits() -> None:
    """/change to a smaller film is no lost picture, and the alert of the film before ends once it is clear."""
    lofi = Followed()
    (alert,) = lofi.kbps(*[3000.0] * HOUR, *[900.0] * 10)
    lofi.view = replace(lofi.view, source=SourceRef(SourceKind.MEDIA, 2, "ngaji"))
    lofi.ward = Ward(CoreConfig(), lofi.view, 3600, 600, before=lofi.ward)
    (clear,) = lofi.kbps(*[900.0] * HOUR)
    assert (alert.off, clear.off, clear.usual_kbps) == (True, False, 900)


def test_a_window_is_bounded() -> None:
    """However often it is looked at, and for how many weeks: a day's worth is kept."""  # R13
    usual = Usual(window_s=3600)
    for second in range(20_000):
        usual.add(float(second), second)
    assert len(usual._values) == 120
    assert usual.middle == pytest.approx(19_980 - 1800, abs=330)
