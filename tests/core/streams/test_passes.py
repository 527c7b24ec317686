"""Whole passes of a looped source: a lost track shows in their bytes, a quiet passage never does."""

from itertools import accumulate
from random import Random

import pytest

from core.streams.passes import MARKS, WINDOW_S, Passes

STEP_S = 2.0
LOUD, QUIET = 750_000, 8_000
"""Bytes in a step: 3 Mbit/s, and black with hardly a sound."""


def thinned_after_s(passes: Passes, steps: list[int]) -> float | None:
    """Return after how long the passes are found thinned, None where never."""
    for number, sent in enumerate(accumulate(steps), 1):
        passes.add(number * STEP_S, sent)
        if passes.thinned:
            return number * STEP_S
    return None


def test_a_lost_track_is_noticed_within_half_a_minute() -> None:
    """A clip whose picture is lost after some loops is noticed within 30 s, though time and frames go on."""
    sound = 32_000
    found = thinned_after_s(Passes(8.0), [LOUD] * 50 + [sound] * 50)

    assert found is not None
    assert found - 100 <= 30


@pytest.mark.parametrize("seed", range(40))
def test_no_shape_of_a_source_is_taken_for_a_loss(seed: int) -> None:
    """However unevenly a film spreads its bytes, an hour of black or a single burst, its stream is left alone."""
    rng = Random(seed)
    pass_s = STEP_S * rng.randint(1, 300)
    one_pass = [QUIET] * int(pass_s / STEP_S)
    for _ in range(rng.randint(1, 3)):
        one_pass[rng.randrange(len(one_pass))] = LOUD * rng.choice([1, 20])

    assert thinned_after_s(Passes(pass_s), one_pass * 6 + one_pass * int(600 / pass_s)) is None


@pytest.mark.parametrize("pass_s", [3.3, 29.0, 31.7, 7200.5])
def test_lengths_that_fit_no_step(pass_s: float) -> None:
    """A clip of any length, all of its bytes in one moment, is left alone."""
    passes = Passes(pass_s)
    at_s = 0.0
    while at_s < 6 * max(pass_s, WINDOW_S):
        at_s += STEP_S
        passes.add(at_s, int(at_s / pass_s) * 10_000_000)
        assert not passes.thinned


def test_what_is_kept_is_bounded() -> None:
    """A film of a day costs no more memory than a clip."""
    passes = Passes(86_400.0)
    for step in range(1, 100_000):
        passes.add(step * STEP_S, step * LOUD)

    assert len(passes._marks) <= MARKS + 2


def test_a_new_count_begins_anew() -> None:
    """Numbers that fall are another connection's, not a loss."""
    passes = Passes(8.0)
    assert thinned_after_s(passes, [LOUD] * 30) is None
    assert thinned_after_s(passes, [LOUD] * 30) is None


@pytest.mark.parametrize("fell", ["time", "bytes"])
def test_either_number_that_falls_begins_anew(fell: str) -> None:
    """What is counted from nought again, its time or its bytes, is no loss of a track either."""
    passes = Passes(8.0)
    assert thinned_after_s(passes, [LOUD] * 30) is None
    at_s, sent = (0.0, LOUD * 30) if fell == "time" else (60.0, 0)

    found = []
    for step in range(1, 40):
        passes.add(at_s + step * STEP_S, sent + step * LOUD)
        found.append(passes.thinned)

    assert not any(found)
