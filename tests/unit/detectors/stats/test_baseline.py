"""Is the usual what the past says, and no surer than it may be?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.model.learning import Learning
from detectors.stats.baseline import Baseline, learn, learn_mentions
from detectors.stats.history import HistoryTable
from detectors.windows.buckets import GAP_HOURS, MENTIONS, NEGATIVE, HourBuckets

LEARNING = Learning(warm_up=timedelta(hours=12))


def past(counts: list[tuple[int, int]], first: int = 0) -> HourBuckets:
    """Return hours of (mentions, negative), from hour `first` on."""
    hours = HourBuckets()
    for hour, (mentions, negative) in enumerate(counts, first):
        hours.add(60 * hour, (mentions, negative, 0, 0, 0, 0, 0, 0), (0, mentions, 0, negative))
    return hours


def usual_after(counts: list[tuple[int, int]], learning: Learning = LEARNING) -> Baseline:
    """Return what is usual as soon as all these hours may teach."""
    return learn(past(counts), len(counts) - 1 + GAP_HOURS, learning)


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 500), st.integers(24, 200))
def test_a_constant_level_is_learned(level: int, hours: int) -> None:
    """The same count every hour is expected every hour, and in every window in proportion."""
    usual = usual_after([(level, level // 4)] * hours)
    assert usual.expected(MENTIONS, 120) == pytest.approx(2 * level)
    assert usual.expected(MENTIONS, 10) == pytest.approx(level / 6)
    assert usual.expected(NEGATIVE, 12 * 60) == pytest.approx(12 * (level // 4))


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.tuples(st.integers(0, 90), st.integers(0, 9)), min_size=1, max_size=400), st.sets(st.integers(0, 99))
)
def test_the_part_for_mentions_is_equal_to_the_last_bit(counts: list[tuple[int, int]], excluded: set[int]) -> None:
    """Learned alone, across a change of the clock too, it is what the whole baseline holds."""
    hours, learning = past(counts, 474_000), Learning(warm_up=timedelta(hours=12), timezone="Europe/Paris")
    hours.excluded = {474_000 + hour for hour in excluded}
    for hour in (474_000 + len(counts) + GAP_HOURS, 474_000 + len(counts) + 200):
        whole, part = learn(hours, hour, learning), learn_mentions(hours, hour, learning, HistoryTable(hours, hour))
        assert (part.warmed_up, part.history, part.rates) == (whole.warmed_up, whole.history, whole.rates[MENTIONS])


def test_the_day_is_learned() -> None:
    """After a week of 10 by night and 100 by day, noon expects far more than midnight."""
    week = [(100 if 8 <= hour % 24 < 20 else 10, 0) for hour in range(168)]
    noon = learn(past(week), 168 + 12, LEARNING).expected(MENTIONS, 60)
    midnight = learn(past(week), 168 + 24, LEARNING).expected(MENTIONS, 60)
    assert noon == pytest.approx(100, rel=0.2)
    assert midnight < 25


def test_history_counts_only_what_teaches() -> None:
    """Warm from 12 hours on; hours in breach and the last hours do not count."""
    hours = past([(5, 1)] * 14)
    assert not learn(hours, 11 + GAP_HOURS - 1, LEARNING).warmed_up
    assert learn(hours, 11 + GAP_HOURS, LEARNING).warmed_up
    hours.excluded = {0, 1, 2}
    assert learn(hours, 11 + GAP_HOURS, LEARNING).history == 9 * 60


def test_no_history_is_stated() -> None:
    """A brand never seen has no usual and expects nothing."""
    usual = learn(HourBuckets(), 100, LEARNING)
    assert (usual.warmed_up, usual.history, usual.expected(MENTIONS, 60)) == (False, 0, 0.0)


def test_what_is_recent_does_not_judge_itself() -> None:
    """The last hours before the judged one change nothing."""
    calm = [(10, 2)] * 30
    hour = len(calm) - 1 + GAP_HOURS
    assert learn(past([*calm, (900, 800), (900, 800)]), hour, LEARNING) == learn(past(calm), hour, LEARNING)


def test_an_hour_in_breach_does_not_teach_its_level() -> None:
    """Held back, it leaves the rate as it was; its peak stands."""
    hours = past([*[(10, 2)] * 30, (500, 400), *[(10, 2)] * 3])
    hours.excluded = {30}
    usual = learn(hours, 36, LEARNING)
    assert usual.expected(MENTIONS, 60) == pytest.approx(10)
    assert usual.days[0][1] == 500


def test_a_new_level_replaces_the_old() -> None:
    """From `level_since` on only the new hours teach, breach or not."""
    hours = past([*[(10, 2)] * 30, *[(80, 16)] * 20])
    hours.level_since = 30
    assert learn(hours, 52, LEARNING).expected(MENTIONS, 60) == pytest.approx(80)


def test_backfill_teaches() -> None:
    """A brand with no past but backfilled hours knows its usual."""
    hours = HourBuckets()
    for hour in range(48):
        hours.learn(hour, (20, 4, 3, 0))
    usual = learn(hours, 60, LEARNING)
    assert usual.warmed_up
    assert usual.expected(MENTIONS, 60) == pytest.approx(20, rel=0.3)


def days_with_peaks(peaks: list[int], learning: Learning = LEARNING) -> Baseline:
    """Return what is usual after days that each brought one such peak, the earliest first."""
    counts = [(peak if hour == 12 else 1, 0) for peak in peaks for hour in range(24)]
    return learn(past(counts), len(counts) - 1 + GAP_HOURS, learning)


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 10_000), st.integers(1, 21), st.integers(1, 180))
def test_a_peak_that_comes_every_day_is_the_usual_peak(peak: int, days: int, minutes: int) -> None:
    """Where every day brings the same, that much is just the usual; twice that is a little more than twice it."""
    usual = days_with_peaks([peak] * days)
    assert peak <= usual.peak_threshold(1, minutes, 1.0) <= peak + 1
    assert 2 * peak <= usual.peak_threshold(1, minutes, 2.0) <= 2 * peak + minutes**0.5 / 2 + 1


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(1, 10_000), min_size=2, max_size=20))
def test_the_usual_peak_lies_between_the_mean_and_the_largest(peaks: list[int]) -> None:
    """One huge burst raises the bar, but not up to itself."""
    usual = days_with_peaks(peaks, Learning(peak_half_life=timedelta(days=90)))
    weights = [2 ** (-age / 90) for age in range(len(peaks))]
    mean = sum(w * peak for w, peak in zip(weights, reversed(peaks), strict=True)) / sum(weights)
    assert int(mean) <= usual.peak_threshold(1, 100, 1.0) <= max(peaks) + 1


def test_an_old_peak_counts_less() -> None:
    """The burst of a week ago raises the bar less than that of yesterday, by the half-life."""
    calm = [1] * 6
    late, early = days_with_peaks([*calm, 100]), days_with_peaks([100, *calm])
    assert early.peak_threshold(1, 10, 1.0) < late.peak_threshold(1, 10, 1.0) < 100
    slow = Learning(peak_half_life=timedelta(days=90))
    assert days_with_peaks([100, *calm], slow).peak_threshold(1, 10, 1.0) > early.peak_threshold(1, 10, 1.0)


def test_a_day_hardly_known_is_left_out() -> None:
    """Of a brand known for 35 hours one day counts, from 36 hours on two."""
    assert len(usual_after([(10, 0)] * 35).days) == 1
    assert len(usual_after([(10, 0)] * 36).days) == 2


def test_backfill_does_not_pass_for_days_without_peaks() -> None:
    """Backfilled hours hold no peaks: the days before the first minute watched are unknown, not silent."""
    hours = past([(50, 0)] * 48, first=240)
    for hour in range(240):
        hours.learn(hour, (50, 0, 0, 0))
    assert learn(hours, 287 + GAP_HOURS, LEARNING).days == ((0, 50, 0, 0), (0, 50, 0, 0))


def test_the_share_is_as_sure_as_the_hours_agree() -> None:
    """Steady hours give a narrow Beta about the mean, erratic hours of the same mean a wide one."""
    steady = usual_after([(100, 20)] * 60).negative_share
    erratic = usual_after([(100, 2), (100, 38)] * 30).negative_share
    for alpha, beta in (steady, erratic):
        assert alpha / (alpha + beta) == pytest.approx(0.2, abs=0.01)
    assert sum(steady) > 5 * sum(erratic)


def test_bursty_hours_widen_the_threshold() -> None:
    """Of two brands with the same mean, the erratic one has to be louder to surprise."""
    steady = usual_after([(50, 0)] * 60)
    erratic = usual_after([(5, 0), (95, 0), (50, 0), (20, 0), (80, 0)] * 12)
    assert erratic.quantile(MENTIONS, 60, 1e-4) > 1.5 * steady.quantile(MENTIONS, 60, 1e-4)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 40)), min_size=2, max_size=40), st.integers(0, 2))
def test_what_is_usual_does_not_depend_on_when_it_is_asked(gaps: list[tuple[int, int]], steps: int) -> None:
    """Asked before or after the hour's first minute is closed, of tables made again or moved on: the same, always."""
    hours, hour, table = HourBuckets(), 0, HistoryTable(HourBuckets(), 0)
    for gap, count in gaps * 5:
        hour += 1 + gap * gap // (1 + steps)
        before = learn(hours, hour, LEARNING, table)
        hours.add(60 * hour, (count, count // 2, 0, 0, 0, 0, 0, 0), (count, count, count // 2, count // 2))
        assert learn(hours, hour, LEARNING) == before


@pytest.mark.parametrize(("change", "before", "after"), [(1_792_890_000, 2, 1), (1_774_746_000, 1, 2)])
def test_the_day_is_lived_by_the_local_clock(change: int, before: int, after: int) -> None:
    """Ten days before the clocks of Paris are changed and after: eight o'clock there is eight o'clock there."""
    turned = change // 3600
    first = turned - 240
    opening = [
        (60 if (hour + (before if hour < turned else after)) % 24 == 8 else 0, 0) for hour in range(first, turned + 26)
    ]
    hours, now = past(opening, first), turned + 26 - (turned + 26 + after - 8) % 24
    paris = learn(hours, now, LEARNING.model_copy(update={"timezone": "Europe/Paris"}))
    assert paris.expected(MENTIONS, 60) > 45
    assert learn(hours, now, LEARNING).expected(MENTIONS, 60) < 15
