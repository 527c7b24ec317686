"""Alerts about costs: real trouble is told once with its end, and what only flickers is not told."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.monitor.alerts import Rule, Turn, Watch, at_least, at_most

CPU = at_most(80, 60)
EVERY_S = 30.0


def told(values: Sequence[float | None], rule: Rule = CPU, every_s: float = EVERY_S) -> list[tuple[float, Turn]]:
    """What is told, and when, of values measured one after the other."""
    watch = Watch(rule)
    seen = [(at * every_s, watch.see(value, at * every_s)) for at, value in enumerate(values)]
    return [(at_s, turn) for at_s, turn in seen if turn is not None]


def test_too_much_for_long_enough_is_told_once_and_so_is_its_end() -> None:
    """Over 80 % for a minute is one alert, however long it lasts, and one all-clear that says how long."""  # R11
    values = [10.0, 91, 92, 93, 95, 99, 90, 20, 20, 20, 20]
    assert told(values) == [(90.0, Turn(over=True, value=93, for_s=60.0)), (270.0, Turn(False, 20, 240.0))]


@pytest.mark.parametrize(
    "values",
    [
        [10.0, 99, 99, 10, 99, 99, 10],
        [80.0] * 10,
        [99.0, 99],
        [None] * 10,
    ],
)
def test_what_does_not_last_is_not_told(values: list[float | None]) -> None:
    """A peak, the limit itself, and what was never measured alarm nobody."""  # R11
    assert told(values) == []


def test_a_value_that_hangs_about_the_limit_is_one_alert() -> None:
    """79, 81, 79, 81: told once; the all-clear waits for what is clearly less."""
    values = [81.0, 81, 81, 79, 81, 79, 79, 79, 79, 81, 73, 71, 71, 71]
    assert [turn.over for _, turn in told(values)] == [True, False]
    assert told(values)[-1][0] == 13 * EVERY_S


def test_what_was_not_measured_proves_nothing() -> None:
    """A gap in the measurements neither ends an alert nor makes one."""
    assert [turn.over for _, turn in told([99.0, None, 99, None, None, 20, None, 20, 20])] == [True, False]


def test_too_little_is_told_as_well() -> None:
    """Under the disk's floor at once, and well again only with some room."""
    rule = at_least(1024, 0)
    assert told([2000.0, 1000, 1030, 1200], rule) == [
        (30.0, Turn(over=True, value=1000, for_s=0.0)),
        (90.0, Turn(over=False, value=1200, for_s=60.0)),
    ]


@given(st.lists(st.one_of(st.none(), st.floats(0, 200)), max_size=60), st.sampled_from([0.0, 30, 60, 90]))
def test_alert_and_all_clear_take_turns(values: list[float | None], hold_s: float) -> None:
    """Whatever is measured: an alert, its end, an alert, its end, each after the time that it has to hold."""
    turns = told(values, at_most(80, hold_s))
    assert [turn.over for _, turn in turns] == [index % 2 == 0 for index in range(len(turns))]
    times = [at_s for at_s, _ in turns]
    assert all(later - earlier >= hold_s for earlier, later in pairwise(times))
    assert all(turn.value > 80 if turn.over else turn.value <= 72 for _, turn in turns)
