"""Is it known how restless a brand's hours are?"""

from __future__ import annotations

import numpy as np
import pytest

from detectors.baseline import Learning, learn
from detectors.buckets import DAY, LEVEL_HOURS, Hours
from detectors.spread import apart

EVEN = np.ones(LEVEL_HOURS)


def drawn(rate: float, spread: float, seed: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return a fortnight's hourly counts, most in the afternoon, with that relative variance of the hours."""
    dice = np.random.default_rng(seed)
    rates = rate * (1 + 0.8 * np.sin(2 * np.pi * (np.arange(LEVEL_HOURS) % DAY - 9) / DAY))
    restless = dice.gamma(1 / spread, spread, LEVEL_HOURS) if spread else 1.0
    return dice.poisson(rates * restless).astype(np.float64)


@pytest.mark.parametrize("rate", [1.0, 3.0])
def test_a_restless_brand_is_told_from_a_steady_one(rate: float) -> None:
    """A fortnight is enough for hardly any steady brand to look as restless as the typical restless one."""
    steady, restless = ([apart(drawn(rate, spread, seed), EVEN) for seed in range(60)] for spread in (0.0, 0.3))
    assert np.quantile(steady, 0.9) < np.median(restless)
    assert np.median(steady) < 0.3
    assert 0.3 < np.median(restless) < 0.8


def test_it_errs_on_the_restless_side() -> None:
    """Five times in six what is told is no less than the truth: too low a bar would break the promise."""
    for spread in (0.0, 0.1, 0.3):
        assert np.mean([apart(drawn(1.0, spread, seed), EVEN) >= spread for seed in range(60)]) >= 5 / 6


def test_what_is_not_known_is_taken_for_restless() -> None:
    """With no mention, or one hour that teaches, nobody can say."""
    one = np.zeros(LEVEL_HOURS)
    one[-1] = 1.0
    assert apart(np.zeros(LEVEL_HOURS), EVEN) == apart(drawn(1.0, 0.0, 1), one) == 10.0


def test_hours_that_do_not_teach_say_nothing() -> None:
    """Whatever was counted in them."""
    counts, weights = drawn(2.0, 0.3, 4), EVEN.copy()
    weights[40:60] = 0.0
    loud = counts.copy()
    loud[40:60] = 500.0
    assert apart(loud, weights) == apart(counts, weights)


def test_a_quiet_hour_has_a_lower_bar_where_hours_are_steady() -> None:
    """The same number of mentions a day is a surprise sooner in a brand whose hours are alike."""
    bars = []
    for spread in (0.0, 1.0):
        hours = Hours()
        for hour, count in enumerate(drawn(1.0, spread, 8).astype(int).tolist()):
            hours.add(60 * hour, [count] + [0] * 7, [0, 0, 0, 0])
        bars.append(learn(hours, LEVEL_HOURS + 2, Learning()).surprise_of_hour(1e-3))
    assert bars[0] < bars[1]
