"""Baseline of units."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.topics.stats.baseline import HALF_DAY, KEPT, KEPT_RECENT, UnitBaseline


def test_a_burst_is_learned_half_a_day_late() -> None:
    """It does not become usual while it lasts."""
    baseline = UnitBaseline()
    for half in range(10):
        baseline.learn(half * HALF_DAY, ["kettle"])
    baseline.learn(10 * HALF_DAY, ["leak"])
    baseline.learn(11 * HALF_DAY, ["kettle"])
    assert baseline.posts_with("leak") == 0
    baseline.learn(12 * HALF_DAY, ["kettle"])
    assert baseline.posts_with("leak") == 1


def test_counts_halve_in_a_fortnight() -> None:
    """28 half days later half of the posts count."""
    baseline = UnitBaseline()
    baseline.learn(0, ["leak"])
    baseline.learn(2 * HALF_DAY, ["kettle"])
    before = baseline.posts_with("leak")
    baseline.learn(28 * HALF_DAY, ["kettle"])
    baseline.learn(30 * HALF_DAY, ["kettle"])
    assert baseline.posts_with("leak") == pytest.approx(before / 2, abs=0.05)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_the_tables_stay_bounded(seed: int) -> None:
    """Of 9,000 different units no more are kept than there is room for."""
    baseline = UnitBaseline()
    for post in range(1_500):
        baseline.learn(post * HALF_DAY // 60, [f"w{(seed + post * 31 + unit * 7) % 9_000}" for unit in range(12)])
    assert len(baseline.counts) <= KEPT
    assert all(len(half.counts) <= 2 * KEPT_RECENT + 12 for half in baseline.recent)
    assert len(baseline.recent) <= 2
