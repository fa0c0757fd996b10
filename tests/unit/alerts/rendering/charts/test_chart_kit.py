"""Tests of the chart kit: what is drawn stays within its area, in order, and reads as the value that it stands for."""

from __future__ import annotations

from itertools import pairwise

import hypothesis.strategies as st
from hypothesis import given

from alerts.rendering.charts.chart_kit import Scale, bars, position_ticks, round_up, spread, value_ticks

COUNTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=60)


def scale_of(counts: list[int]) -> Scale:
    """Return a scale that has room for the counts."""
    return Scale(10, 110, 5, 45, 0, len(counts), round_up(max(*counts, 1)))


@given(counts=COUNTS)
def test_bars_stay_in_the_plot_area_and_higher_counts_are_never_lower(counts: list[int]) -> None:
    """One bar for each count that is not 0, from left to right."""
    drawn = list(bars(scale_of(counts), counts, least=1))
    assert len(drawn) == sum(count > 0 for count in counts)
    assert all(10 <= one.left < one.right <= 110.0001 and 4.9999 <= one.y <= one.bottom == 45 for one in drawn)
    ranked = sorted(zip([count for count in counts if count], [bar.y for bar in drawn], strict=True))
    assert all(y >= higher for (_, y), (_, higher) in pairwise(ranked))


@given(value=st.floats(0, 1e12))
def test_a_rounded_axis_holds_its_value_and_wastes_little(value: float) -> None:
    """At most two and a half times what is needed."""
    assert value <= round_up(value) <= max(4, 2.5 * value)


@given(places=st.lists(st.floats(0, 1000), max_size=30).map(sorted))
def test_flags_keep_their_distance_and_their_order(places: list[float]) -> None:
    """Only those that would cover another move, to the right."""
    moved = spread(places, 22)
    assert all(b - a >= 21.9999 for a, b in pairwise(moved))
    assert all(after >= before for before, after in zip(places, moved, strict=True))


def test_ticks_divide_both_axes() -> None:
    """From the bottom and from the left."""
    scale = Scale(0, 100, 0, 50, 0, 2, 8)
    assert [tuple(tick) for tick in value_ticks(scale, 2)] == [(50, 0), (25, 4), (0, 8)]
    assert [tuple(tick) for tick in position_ticks(scale, 2)] == [(0, 0), (50, 1), (100, 2)]
