"""How long streams wait for their next attempt, alone and beside each other."""

from __future__ import annotations

import pytest

from core.streams.backoff import Brake


def test_a_long_wait_holds_up_nobody_else() -> None:
    """One stream whose key is refused waits five minutes; the next that dies is back after its own second."""
    brake = Brake()
    assert brake.reserve(300.0, now_s=0.0) == 0.0
    assert brake.reserve(1.0, now_s=0.0) == 0.0
    assert brake.reserve(301.0, now_s=0.0) == 0.0


def test_a_hundred_at_once_are_spread_out() -> None:
    """After an outage of all, a hundred streams come back within ten seconds, ten of them a second."""
    brake = Brake()
    starts = [1.0 + brake.reserve(1.0, now_s=0.0) for _ in range(100)]
    assert starts == pytest.approx([1.0 + number / 10 for number in range(100)])


def test_a_gap_between_two_is_used() -> None:
    """Who comes later takes the first moment that is free, not the one behind the last."""
    brake = Brake()
    for at_s in (1.0, 1.1, 1.4):
        brake.reserve(at_s, now_s=0.0)
    assert 1.05 + brake.reserve(1.05, now_s=0.0) == pytest.approx(1.2)


def test_moments_that_have_passed_are_forgotten() -> None:
    """A service that runs for months keeps only what lies ahead."""
    brake = Brake()
    for second in range(1000):
        brake.reserve(second + 1.0, now_s=float(second))
    assert brake.pending <= 2
