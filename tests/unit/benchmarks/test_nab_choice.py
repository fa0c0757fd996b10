"""Is the rule on whole arrays the rule that ships, and is a choice judged only where it was not made?"""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from benchmarks.nab_choice import GRID, Choice, Series, centre, left_out, profiles, smoothed

START = 1_425_168_000  # midnight


def series(counts: list[float]) -> Series:
    """Return a series of such counts, five minutes apart, with one labelled window in its last tenth."""
    size = len(counts)
    window = np.where(np.arange(size) >= size * 9 // 10, 0, -1)
    worth = np.where(window >= 0, 1.0, -1.0)
    return Series(np.arange(START, START + 300.0 * size, 300.0), np.array(counts), worth, window, 1, 0)


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


def test_a_brand_has_no_say_in_its_own_choice() -> None:
    """A choice that is splendid for one brand alone is not made for it, since the others do not like it."""
    good, bad = [1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 0.0, 1.0]
    one: Choice = (10, 120, 7, 3, 0.5, 1.2)
    other: Choice = (15, 150, 10, 4, 0.5, 1.3)
    judged = {one: np.array([good, bad, bad, bad]), other: np.array([bad, good, good, good])}
    scores, chosen = left_out(judged, [one, other], 1)
    assert chosen == {other}
    assert scores == profiles(np.array([3.0, 1.0, 0.0, 4.0]))


def test_the_centre_is_the_median_of_each_parameter() -> None:
    """Two choices of three that agree on a parameter decide it."""
    assert centre([(10, 120, 7, 3, 0.5, 1.2), (15, 150, 7, 4, 1.0, 1.3), (15, 180, 10, 5, 0.5, 1.4)]) == (
        15,
        150,
        7,
        4,
        0.5,
        1.3,
    )


def test_a_lucky_choice_in_bad_company_is_not_the_best_neighbourhood() -> None:
    """A single high score counts less than a plateau; a constant stays what it is, at the edges too."""
    every = list(product(*GRID))
    assert set(smoothed(dict.fromkeys(every, 50.0)).values()) == {50.0}
    plateau = (15, 150, 10, 4, 0.5, 1.25)
    scores = {choice: 60.0 if near(choice, plateau) else 40.0 for choice in every}
    lucky = (10, 120, 21, 48, 1.0, 1.5)
    scores[lucky] = 90.0
    found = smoothed(scores)
    assert found[lucky] < found[plateau] == max(found.values()) == 60.0


def near(one: Choice, other: Choice) -> bool:
    """Tell whether two choices are at most one step apart in every parameter."""
    return all(abs(values.index(a) - values.index(b)) <= 1 for values, a, b in zip(GRID, one, other, strict=True))
