"""How long to wait before the next attempt; pure, it sleeps nowhere."""

from __future__ import annotations

from bisect import insort
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from random import Random

    from core.config import RetryConfig


def delay_s(failures: int, refusals: int, policy: RetryConfig, rng: Random) -> float:
    """Return how long to wait before the next attempt, in seconds.

    Walks `policy.steps_s`, staying on the last; from `policy.refused_after` refusals in a row it is
    `policy.refused_s`, so that a wrong key does not knock at the ingest for ever; always ± `policy.jitter`.

    Args:
        failures: Failures in a row, from 1; back to 0 after `policy.stable_s` of moving output.
        refusals: Those among the last failures in a row that were refusals of key or address.

    Raises:
        ValueError: failures < 1.
    """
    if failures < 1:
        raise ValueError(failures)
    step = policy.steps_s[min(failures, len(policy.steps_s)) - 1]
    base = policy.refused_s if refusals >= policy.refused_after else step
    return base * rng.uniform(1 - policy.jitter, 1 + policy.jitter)


SPACING_S: Final = 0.1


class Brake:
    """Spaces out attempts of all streams, so that a hundred don't start in the second an outage ends."""

    def __init__(self, spacing_s: float = SPACING_S) -> None:
        self._spacing_s = spacing_s
        self._taken: list[float] = []  # in order, those ahead alone

    @property
    def pending(self) -> int:
        """How many attempts lie ahead."""
        return len(self._taken)

    def reserve(self, at_s: float, now_s: float) -> float:
        """Return how long after the monotonic moment `at_s` an attempt planned for then shall really start."""
        self._taken = [taken for taken in self._taken if taken >= now_s]
        slot = at_s
        for taken in self._taken:
            if abs(taken - slot) < self._spacing_s:
                slot = taken + self._spacing_s
        insort(self._taken, slot)
        return slot - at_s
