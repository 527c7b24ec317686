"""Copied loops: a lost sound shows in the bytes of whole passes, and no shape or wrong length is taken for one."""

from itertools import accumulate, chain, repeat
from random import Random

import pytest

from core.streams.exact import LEAST_S, POINTS, ExactPasses

STEP_S = 2.0
PICTURE, SOUND = 750_000, 32_000
"""Bytes in a step: 3 Mbit/s and 128 kbit/s."""


def lost_after_s(passes: ExactPasses, steps: list[int]) -> float | None:
    """Return after how long a track is found lost, None where never."""
    for number, sent in enumerate(accumulate(steps), 1):
        passes.add(number * STEP_S, sent)
        if passes.lost:
            return number * STEP_S
    return None


@pytest.mark.parametrize("pass_s", [3.3, 10.0, 245.7])
def test_a_lost_sound_is_noticed(pass_s: float) -> None:
    """A loop whose sound of 128 kbit/s is lost beside a picture of 3 Mbit/s is noticed within one stretch."""
    lost_at_s = 3600.0
    steps = [PICTURE + SOUND] * int(lost_at_s / STEP_S) + [PICTURE] * 600

    found = lost_after_s(ExactPasses(pass_s), steps)

    assert found is not None
    assert 0 < found - lost_at_s <= LEAST_S + pass_s


def test_a_film_whose_sound_is_lost_is_noticed_within_a_pass() -> None:
    """A film of an hour that loops without its sound is noticed before it has gone out once so."""
    film = [PICTURE + SOUND] * 1800
    found = lost_after_s(ExactPasses(3600.0), film * 3 + [PICTURE] * 1800)

    assert found is not None
    assert 0 < found - 3 * 3600 <= 3600


@pytest.mark.parametrize("seed", range(40))
def test_no_shape_of_a_source_is_taken_for_a_loss(seed: int) -> None:
    """However unevenly a source spreads its bytes, and whatever its length, its stream is left alone."""
    rng = Random(seed)
    pass_s = rng.uniform(2.0, 1500.0)
    weights = [rng.choice([0.001, 0.001, 1.0, 30.0]) for _ in range(rng.randint(2, 200))]
    curve = [0.0, *accumulate(weights)]

    def sent_by(at_s: float) -> int:
        whole, phase = divmod(at_s / pass_s * (1 + seed % 3 * 0.001), 1.0)
        return int((whole * curve[-1] + curve[int(phase * len(weights))]) * 100_000)

    passes = ExactPasses(pass_s)
    for step in range(1, int(8 * max(pass_s, LEAST_S) / STEP_S)):
        passes.add(step * STEP_S, sent_by(step * STEP_S))
        assert not passes.lost


def test_a_wrong_length_is_never_trusted() -> None:
    """A container that lies about its length costs its stream nothing."""
    loud_then_quiet = [PICTURE] * 200 + [SOUND] * 200
    assert lost_after_s(ExactPasses(610.0), loud_then_quiet * 30) is None


def test_a_new_count_begins_anew() -> None:
    """Numbers that fall are another connection's, not a loss."""
    passes = ExactPasses(10.0)
    assert lost_after_s(passes, [PICTURE] * 1000) is None
    assert lost_after_s(passes, [SOUND] * 1000) is None


def test_what_is_kept_is_bounded() -> None:
    """A film of a day costs no more memory than a clip."""
    passes = ExactPasses(86_400.0)
    for step in chain(range(1, 100_000), repeat(100_000, 5)):
        passes.add(step * STEP_S, step * PICTURE)

    assert len(passes._marks) <= POINTS * 1.01 + 2
