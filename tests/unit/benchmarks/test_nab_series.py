"""Is the rule on whole arrays the rule that ships, and are all settings judged in their order?"""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.nab.series import Grid, Series, blend, judge, profiles

START = 1_425_168_000  # midnight
SMALL = Grid((10,), (120, 150), (10,), (4,), (0.5,), (1.2, 1.4))


def series(counts: list[float]) -> Series:
    """Return a series of such counts, five minutes apart, with one labelled window in its last tenth."""
    size = len(counts)
    window = np.where(np.arange(size) >= size * 9 // 10, 0, -1)
    worth = np.where(window >= 0, 1.0, -1.0)
    return Series("acme", np.arange(START, START + 300.0 * size, 300.0), np.array(counts), worth, window, 1, 0)


def bursts() -> Series:
    """Return a week with a peak each day and a burst in the labelled window."""
    counts = [40.0 if row % 288 == 100 else 2.0 for row in range(288 * 7)]
    counts[-30:-25] = [55.0] * 5
    return series(counts)


def test_the_usual_peak_of_equal_days_is_their_peak() -> None:
    """Where each day brings the same, the power mean is that, whatever its power."""
    found = series([40.0 if row % 288 == 100 else 2.0 for row in range(288 * 6)])
    for power in (2, 4, 48):
        usual = found.usual_peak(found.sums(5), 10, power, 3.0)
        assert usual[-1] == pytest.approx(43.0)
        assert usual[0] == np.inf


def test_one_burst_opens_one_incident() -> None:
    """While it lasts, and for six hours and a half after, no other is opened; then another is."""
    found = series([0.0] * 400)
    ratio = np.zeros(400)
    ratio[[10, 11, 12, 40, 200]] = [1.3, 1.0, 1.4, 1.3, 1.3]
    assert found.alarms(ratio, 1.25) == [10, 200]


def test_perfect_and_silent_detectors_score_100_and_0() -> None:
    """Each window hit at its best and nothing else, and nothing at all."""
    perfect, silent = np.array([5.0, 0.0, 0.0, 5.0]), np.array([0.0, 5.0, 0.0, 5.0])
    assert profiles(perfect) == (100.0, 100.0, 100.0)
    assert profiles(silent) == (0.0, 0.0, 0.0)


def test_choices_are_judged_in_the_order_of_the_grid() -> None:
    """Each row of the evidence is what its own setting, asked for alone, brings."""
    one, flat = bursts(), series([3.0] * 288 * 7)
    judged = judge([one, flat], SMALL)
    assert judged.shape == (4, 2, 4)
    assert len(SMALL.choices) == np.prod(SMALL.shape) == 4
    for number, (fast, main, half_life, power, floor, ratio) in enumerate(SMALL.choices):
        alone = judge([one], Grid((fast,), (main,), (half_life,), (power,), (floor,), (ratio,)))
        assert (judged[number, 0] == alone[0, 0]).all()
    assert judged[0, 0, 0] == 1.0
    assert judged[0, 1, 1] == 1.0


def test_the_blend_of_one_setting_is_that_setting() -> None:
    """The mean of one is itself."""
    one = Grid((10,), (150,), (10,), (4,), (0.5,), (1.2, 1.4))
    assert (blend([bursts()], [1.2, 1.4], one) == judge([bursts()], one)).all()


def test_a_perturbed_series_has_lost_a_fifth_and_nothing_else() -> None:
    """Its marks stay; no count grows; its clock moves by less than an hour."""
    one = bursts()
    other = one.perturbed(np.random.default_rng(1))
    assert (other.counts <= one.counts).all()
    assert other.counts.sum() / one.counts.sum() == pytest.approx(0.8, abs=0.03)
    assert 0 <= other.at[0] - one.at[0] < 3600
    assert (other.window == one.window).all()
