"""Is a brand of few mentions known for what it is: calm, bursty, or not known well enough?"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from detectors.base import hourly_thresholds
from detectors.engine.state import State
from detectors.model.learning import Learning
from detectors.policy import Policy
from detectors.stats.baseline import Baseline, learn
from detectors.stats.burstiness import Burstiness, estimate
from detectors.view import BrandView
from detectors.volume_spike import DETECTOR, VolumeSpike
from detectors.windows.buckets import GAP_HOURS, HourBuckets

FORTNIGHT = 14 * 24
HOUR = 60
DAY = 1 + 0.8 * np.sin(2 * np.pi * (np.arange(FORTNIGHT) % 24 - 9) / 24)
NONE_HELD = np.zeros(FORTNIGHT, dtype=bool)


def drawn(rate: float, spread: float, seed: int, hours: int = FORTNIGHT) -> list[int]:
    """Return the mentions of each hour of a brand with a day in it."""
    dice = np.random.default_rng(seed)
    rates = rate * np.resize(DAY, hours)
    if spread:
        rates = rates * dice.gamma(1 / spread, spread, hours)
    return [int(mentions) for mentions in dice.poisson(rates)]


def gauged(counts: list[int]) -> Burstiness:
    """Return what a fortnight says."""
    found = estimate(np.array(counts, dtype=float), NONE_HELD, GAP_HOURS)
    assert found is not None
    return found


def past(counts: list[int], first: int = 0) -> HourBuckets:
    """Return hours of mentions, all of an hour's within a quarter of an hour."""
    hours = HourBuckets()
    for hour, mentions in enumerate(counts, first):
        hours.add(60 * hour, (mentions, 0, 0, 0, 0, 0, 0, 0), (mentions, 2 * mentions, 0, 0))
    return hours


def usual_after(hours: HourBuckets, count: int = FORTNIGHT) -> Baseline:
    """Return what is usual once so many hours teach."""
    return learn(hours, count - 1 + GAP_HOURS, Learning(warm_up=timedelta(hours=12)))


def hour_bar(hours: HourBuckets, count: int = FORTNIGHT, policy: Policy | None = None) -> int:
    """Return the mentions of an hour that breach once so many hours teach."""
    state = State("calm")
    state.hours = hours
    policy = policy or Policy()
    view = BrandView(60 * (count - 1 + GAP_HOURS), state, policy)
    limits = hourly_thresholds(view, DETECTOR, policy.parameters(VolumeSpike))
    return min(limit.levels[0][0] for limit in limits if limit.window == HOUR)


@pytest.mark.parametrize("spread", [0.0, 0.1, 0.3])
def test_a_fortnight_tells_how_bursty_a_brand_is(spread: float) -> None:
    """Over many fortnights of one mention an hour `most` is the spread and a standard deviation, not a fit's gift."""
    found = [gauged(drawn(1, spread, seed)).upper for seed in range(60)]
    assert np.mean(found) == pytest.approx(spread + 0.12 + 0.3 * spread, abs=0.05)
    assert sum(most >= spread for most in found) >= 0.75 * len(found)


def test_what_is_at_most_is_no_less_than_what_is_likely() -> None:
    """Nobody is called calmer by the bound than by the estimate."""
    for seed in range(20):
        found = gauged(drawn(1, 0.3, seed))
        assert found.upper >= found.likely


def test_a_crisis_is_no_way_of_life_and_no_sign_of_calm() -> None:
    """An hour in breach changes nothing of what is likely, and raises the most that may be."""
    counts = drawn(1, 0, 1)
    calm = gauged(counts)
    counts[200] = 30
    held = NONE_HELD.copy()
    held[200] = True
    found = estimate(np.array(counts, dtype=float), held, GAP_HOURS)
    assert found is not None
    assert found.likely < calm.likely + 0.2
    assert found.upper > calm.upper + 1


def test_the_expected_follows_the_day() -> None:
    """Windows end in the middle of the present hour, and reach back into those before it."""
    found = gauged(drawn(2, 0, 1))
    assert found.expected(60) == pytest.approx((found.rates[0] + found.rates[1]) / 2)
    assert found.expected(150) == pytest.approx(found.rates[0] / 2 + found.rates[1] + found.rates[2])


def test_little_is_known_of_a_brand_before_a_fortnight_of_its_level() -> None:
    """Thirteen days, a new level, a busy brand and one hardly ever named: nothing is said."""
    counts = drawn(1, 0, 1)
    assert usual_after(past(counts)).burstiness is not None
    assert usual_after(past(counts[:-24]), FORTNIGHT - 24).burstiness is None
    changed = past(counts)
    changed.level_since = 24
    assert usual_after(changed).burstiness is None
    assert usual_after(past(drawn(6, 0, 1))).burstiness is None
    assert usual_after(past([0] * (FORTNIGHT - 10) + [1] * 10)).burstiness is None


def test_a_calm_brand_is_detected_sooner_than_a_bursty_one() -> None:
    """With the same mean, the bar of an hour is lower the less bursty the history; half of `least` is the lowest."""
    bars = [np.mean([hour_bar(past(drawn(1, spread, seed))) for seed in range(15)]) for spread in (0, 0.3, 1.0)]
    assert bars[0] < bars[1] < bars[2]
    few = Policy.model_validate({"sensitivity": "high", "volume_spike": {"min_mentions": 16}})
    assert hour_bar(past(drawn(1, 0, 1)), policy=few) == 8


def test_the_bar_is_lowered_by_history_alone() -> None:
    """A brand that has just had a burst, and one known for less than a fortnight, keep the bar of their peaks."""
    counts = drawn(1, 0, 1)
    calm, young = hour_bar(past(counts)), hour_bar(past(counts[24:], 24))
    counts[200] = 30
    burst = past(counts)
    burst.excluded = {200}
    assert calm < young
    assert calm < hour_bar(burst)


@pytest.mark.parametrize("sensitivity", ["low", "medium", "high"])
def test_nobody_rests_past_a_lowered_bar(sensitivity: str) -> None:
    """The room that volume says it has ends at the least of its bars, or before."""
    policy = Policy.model_validate({"sensitivity": sensitivity})
    for seed in range(5):
        hours = past(drawn(1, 0, seed))
        state = State("calm")
        state.hours = hours
        view = BrandView(60 * (FORTNIGHT - 1 + GAP_HOURS), state, policy)
        assert DETECTOR.headroom is not None
        assert DETECTOR.headroom(view, policy.parameters(VolumeSpike)).remaining <= hour_bar(hours, policy=policy)
