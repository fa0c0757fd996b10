"""Surprisal of a share, and growth of a count."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from detectors.topics.stats.growth import SLOTS, Growth
from detectors.topics.stats.surprisal import corrected_surprisal, surprisal

MINUTE = 60_000


@given(st.integers(1, 60), st.integers(1, 60), st.floats(0.001, 0.9))
def test_more_voices_are_no_less_surprising(voices: int, more: int, usual: float) -> None:
    """Out of the same number."""
    of = 120
    assert surprisal(voices + more, of, usual) >= surprisal(voices, of, usual) >= 0


@given(st.integers(2, 60), st.floats(0.001, 0.5), st.floats(1, 56))
def test_a_shorter_history_proves_less(voices: int, usual: float, half_days: float) -> None:
    """The correction grows with the doubt, and never raises the surprisal."""
    young = corrected_surprisal(voices, 60, usual, half_days)
    assert young <= corrected_surprisal(voices, 60, usual, half_days * 2) <= surprisal(voices, 60, usual)


@given(st.lists(st.integers(0, 10**6), max_size=50))
def test_growth_loses_no_count(minutes: list[int]) -> None:
    """However often the slots double their width."""
    growth = Growth(0)
    for minute in minutes:
        growth.add(minute * MINUTE)
    assert sum(growth.counts) == len(minutes)
    assert len(growth.counts) <= SLOTS


def test_growth_distinguishes_rising_from_falling() -> None:
    """Half an hour up, half an hour down."""
    growth = Growth(0)
    for minute in range(30):
        growth.add(minute * MINUTE, 1 + minute)
    assert growth.trend(29 * MINUTE) == "rising"
    assert 5 <= (growth.doubling_minutes(29 * MINUTE) or 0) <= 30
    for minute in range(30, 60):
        growth.add(minute * MINUTE, 60 - minute)
    assert growth.trend(59 * MINUTE) == "falling"
    assert growth.doubling_minutes(59 * MINUTE) is None
