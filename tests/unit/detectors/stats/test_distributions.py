"""Are the tails those of the textbook?"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import betabinom, nbinom, poisson

from detectors.stats.distributions import beta_binomial_tail, negative_binomial_quantile

TAILS = st.sampled_from([0.05, 1e-2, 1e-4, 1e-6])


@settings(deadline=None)
@given(st.floats(0.01, 299), st.sampled_from([0.0, 0.01, 0.2, 1.0, 3.0]), TAILS)
def test_the_quantile_is_exact_up_to_three_hundred(mean: float, spread: float, tail: float) -> None:
    """Equal to scipy's negative binomial, or Poisson without spread, give or take one for rounding."""
    exact = nbinom.isf(tail, 1 / spread, 1 / (1 + spread * mean)) if spread else poisson.isf(tail, mean)
    assert abs(negative_binomial_quantile(mean, spread, tail) - exact - 1) <= 1


@settings(deadline=None)
@given(st.floats(301, 1e6), st.sampled_from([0.01, 0.2, 1.0]), TAILS)
def test_beyond_it_errs_on_the_silent_side(mean: float, spread: float, tail: float) -> None:
    """Never more than 1 % below the exact quantile, and at most 10 % above."""
    exact = nbinom.isf(tail, 1 / spread, 1 / (1 + spread * mean)) + 1
    assert 0.99 * exact - 1 <= negative_binomial_quantile(mean, spread, tail) <= 1.1 * exact + 1


@given(st.floats(0, 1e5), st.floats(0, 1e5), st.floats(0, 2), TAILS)
def test_more_usual_never_lowers_the_threshold(one: float, other: float, spread: float, tail: float) -> None:
    """The quantile rises with the mean, the seam between sum and approximation left out."""
    low, high = sorted((one, other))
    if not low <= 300 < high:
        assert negative_binomial_quantile(low, spread, tail) <= negative_binomial_quantile(high, spread, tail)


@settings(deadline=None)
@given(st.integers(1, 900), st.floats(0.5, 80), st.floats(0.5, 80), st.data())
def test_the_beta_binomial_tail_is_that_of_scipy(trials: int, alpha: float, beta: float, data: st.DataObject) -> None:
    """Within a millionth, or a thousandth part of it."""
    successes = data.draw(st.integers(0, trials))
    exact = betabinom.sf(successes - 1, trials, alpha, beta)
    assert beta_binomial_tail(successes, trials, alpha, beta) == pytest.approx(exact, rel=1e-3, abs=1e-6)


def test_a_huge_window_is_judged_by_its_share() -> None:
    """A million mentions cost no more than five thousand, and the share decides."""
    assert beta_binomial_tail(600_000, 1_000_000, 20, 80) < 1e-9
    assert beta_binomial_tail(150_000, 1_000_000, 20, 80) > 0.5
