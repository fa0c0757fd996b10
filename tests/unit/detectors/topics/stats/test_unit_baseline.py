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


@pytest.mark.parametrize("latest", [None, 60 * HALF_DAY])
def test_a_past_that_is_ingested_teaches_what_it_would_have_taught_as_it_came(latest: int | None) -> None:
    """Whether before the first post of the day or after it; what was usual long ago counts less."""
    posts = [(half * HALF_DAY + post, ["kettle" if half < 20 else "lid"]) for half in range(50) for post in range(4)]
    live, late = UnitBaseline(), UnitBaseline()
    for at, units in posts:
        live.learn(at, units)
    live.learn(60 * HALF_DAY, ["spout"])
    if latest is not None:
        late.learn(latest, ["spout"])
    for at, units in posts:
        assert late.takes_past(at)
        late.learn_past(at, units)
    if latest is None:
        late.learn(60 * HALF_DAY, ["spout"])
    for unit in ("kettle", "lid", "spout"):
        assert late.share(unit, 20, 0.3) == pytest.approx(live.share(unit, 20, 0.3), abs=0.03)
    assert late.share("lid", 20, 0.3) > 1.5 * late.share("kettle", 20, 0.3)
    assert late.half_days() == pytest.approx(live.half_days(), rel=0.1)
    assert late.days(60 * HALF_DAY) == live.days(60 * HALF_DAY)


def test_a_past_of_one_busy_hour_teaches_no_more_than_it_would_have() -> None:
    """Twelve posts of an hour are learned, late ones too."""
    baseline = UnitBaseline()
    baseline.learn(10 * HALF_DAY, ["spout"])
    taken = 0
    for at in range(50):
        if baseline.takes_past(at):
            baseline.learn_past(at, ["kettle"])
            taken += 1
    assert taken == 12
