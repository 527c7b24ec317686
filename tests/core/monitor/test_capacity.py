"""What still fits on this host, by what its own streams cost: the number that people decide by."""  # N7

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ffmpeg.contract import Capacity
from core.model import Mode, OutputId, StreamView
from core.monitor.capacity import ASSUMED, Cost, Costs, Demand, count_fits, find_free, find_shortage
from core.monitor.room import Fits, Resource, Shortage
from tests.core.monitor.views import a_view, after, an_output, starting

GIB = 2**30
HOST = Capacity(4, 8 * GIB, 4 * GIB, 10.0)
LATER = after(3600)
COPY, ENCODE = ASSUMED[Mode.COPY], ASSUMED[Mode.ENCODE]


def test_a_host_with_four_cores_says_what_fits() -> None:
    """80 % of what is there may be used: 280 % of CPU, 3.2 GiB, and of 100 Mbit/s what is not sent yet."""
    running = [a_view(an_output(kbps=5000))]
    free = find_free(HOST, running, (), Costs(), 100, LATER)
    assert {name: round(left) for name, left in free.items()} == {"cpu": 280, "memory": 3277, "uplink": 75_000}
    assert count_fits(free, COPY) == {"cpu": 280, "memory": 204, "uplink": 24}
    assert count_fits(free, ENCODE) == {"cpu": 2, "memory": 16, "uplink": 24}


def test_an_uplink_that_nobody_named_limits_nothing() -> None:
    """Without `monitor.uplink_mbps` nothing is guessed of the line."""
    assert Resource.UPLINK not in find_free(HOST, [], (), Costs(), None, LATER)


def test_costs_are_learned_from_what_runs() -> None:
    """What copies and encodings really cost here counts, and is remembered when they are gone."""
    costs = Costs()
    cheap, dear = a_view(an_output(cpu=2, memory_mib=20, kbps=6000)), a_view(an_output(cpu=150), mode=Mode.ENCODE)
    costs.learn([cheap, dear], LATER)
    assert costs.of(Mode.COPY) == Cost(2, 20, 6000)
    assert costs.of(Mode.ENCODE).cpu_percent == 150
    costs.learn([], LATER)
    assert costs.of(Mode.COPY) == Cost(2, 20, 6000)


def test_one_strange_film_does_not_turn_everything() -> None:
    """What is learned changes slowly."""
    costs = Costs()
    costs.learn([a_view(an_output(cpu=1))], LATER)
    costs.learn([a_view(an_output(cpu=11))], LATER)
    assert costs.of(Mode.COPY).cpu_percent == pytest.approx(3)


def test_a_start_teaches_nothing() -> None:
    """The first minute of a stream, and what was not measured, are not what a stream costs."""
    costs = Costs()
    costs.learn([a_view(an_output(cpu=90))], after(59))
    costs.learn([a_view(an_output(cpu=None)), a_view(starting(an_output()))], LATER)
    assert costs.of(Mode.COPY) == COPY


def test_what_just_began_is_counted_though_nobody_measured_it() -> None:
    """Three encodings ordered within a second don't all see the same free core."""
    young = a_view(replace(an_output(kbps=None, cpu=None), live_since=after(3595)), mode=Mode.ENCODE)
    ordered = [Demand(Mode.ENCODE, 1)]
    free = find_free(HOST, [young], ordered, Costs(), None, LATER)
    assert free[Resource.CPU] == pytest.approx(80)
    short = find_shortage(free, ENCODE)
    assert short is not None
    assert (short.resource, short.needs) == (Resource.CPU, 100)


def test_what_has_been_live_for_a_while_is_in_the_hosts_own_figure() -> None:
    """Nothing is counted twice."""
    free = find_free(HOST, [a_view(an_output(), mode=Mode.ENCODE)], (), Costs(), None, LATER)
    assert free[Resource.CPU] == pytest.approx(280)


def test_what_is_shortest_is_named() -> None:
    """With little memory and no uplink at all, it is the uplink that has to be said."""
    free = {Resource.CPU: 300.0, Resource.MEMORY: 10.0, Resource.UPLINK: -200.0}
    assert find_shortage(free, COPY) == Shortage(Resource.UPLINK, 3100, 0)


def test_the_limit_counts_too() -> None:
    """A strong host with room for 280 says 3 where only three more are allowed."""
    assert Fits({Resource.CPU: 280}, 3).count == 3


@given(st.floats(0, 100), st.integers(1, 64), st.integers(0, 64 * GIB), st.integers(1, 8), st.sampled_from(list(Mode)))
def test_what_fits_is_never_short(cpu: float, cores: int, memory: int, outputs: int, mode: Mode) -> None:
    """Whatever the host: `/health` and the warning of /startstream never contradict each other."""
    costs = Costs()
    free = find_free(Capacity(cores, 64 * GIB, memory, cpu), [], (), costs, None, LATER)
    fits = min(count_fits(free, costs.of(mode)).values())
    assert fits >= 0
    one = costs.of(mode)
    all_of_them = Cost(one.cpu_percent * outputs, one.memory_mib * outputs, one.kbps * outputs)
    assert (find_shortage(free, all_of_them) is None) == (fits >= outputs)


def test_one_encoding_serves_many() -> None:
    """An encoding for three destinations is counted as one encoding that is passed on three times."""  # P7, N7
    needs = Demand(Mode.ENCODE, 3).find_cost(Costs())
    assert needs == Cost(103, 248, 3 * ENCODE.kbps)
    assert Demand(Mode.ENCODE, 1).find_cost(Costs()) == ENCODE
    assert Demand(Mode.COPY, 2).find_cost(Costs()) == Cost(2, 32, 2 * COPY.kbps)


def shared(began_s: float = 0) -> StreamView:
    """One encoding that two outputs pass on."""
    outputs = [replace(an_output(number, cpu=2), live_since=after(began_s)) for number in (1, 2)]
    encoding = replace(an_output(kbps=None, cpu=150), id=OutputId("s1-encoding"), live_since=after(began_s))
    return replace(a_view(*outputs, mode=Mode.ENCODE), encoding=encoding)


def test_a_shared_encoding_teaches_both_costs() -> None:
    """What is learned of an encoding for two destinations is what one encoding costs, and what passing on does."""
    costs = Costs()
    costs.learn([shared()], LATER)
    assert costs.of(Mode.ENCODE) == Cost(150, 15, 3000)
    assert costs.of(Mode.COPY) == Cost(2, 15, 3000)


def test_a_young_shared_encoding_is_counted_once() -> None:
    """What was just ordered for two destinations takes one encoder, two copies and twice the line."""
    free = find_free(HOST, [shared(3595)], (), Costs(), 100, LATER)
    assert free[Resource.CPU] == pytest.approx(280 - 100 - 2)
    assert free[Resource.UPLINK] == pytest.approx(80_000 - 2 * 3000 - 2 * ENCODE.kbps)
