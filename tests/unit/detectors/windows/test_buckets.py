"""Are sums over windows those of a plain tally, whatever was skipped or forgotten?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from detectors.windows.buckets import (
    COLUMNS,
    DAY,
    GAP_HOURS,
    HOUR_COLUMNS,
    KEPT_HOURS,
    KEPT_MINUTES,
    LEVEL_HOURS,
    MENTIONS,
    NEGATIVE,
    NO_COUNTS,
    PEAK,
    HourBuckets,
    MinuteBuckets,
)

COUNTS = st.dictionaries(st.integers(0, 1000), st.integers(1, 50), min_size=1, max_size=60)


def filled(counts: dict[int, int], closed_to: int) -> MinuteBuckets:
    """Return buckets with these mentions by minute, closed through `closed_to`."""
    minutes = MinuteBuckets()
    for minute, count in sorted(counts.items()):
        minutes.open(minute)[MENTIONS] += count
    for minute in sorted(minutes.opened):
        if minute <= closed_to:
            minutes.close(minute)
    return minutes


@given(COUNTS, st.integers(0, 1000), st.integers(0, 1000), st.integers(1, 180))
def test_a_window_sums_its_minutes_and_no_others(
    counts: dict[int, int], last_closed: int, end: int, length: int
) -> None:
    """Open or closed, empty or not: the sum over (end - length, end] is that of a dictionary."""
    minutes = filled(counts, last_closed)
    if end - length >= last_closed - KEPT_MINUTES:
        expected = sum(count for minute, count in counts.items() if end - length < minute <= end)
        assert minutes.window(end, length)[MENTIONS] == expected


@given(COUNTS, st.integers(0, 1000))
def test_the_ledger_keeps_four_hours(counts: dict[int, int], last_closed: int) -> None:
    """Every minute of the last KEPT_MINUTES and after them is in the ledger with its count, zeros left out."""
    ledger = filled(counts, last_closed).by_publication(last_closed)
    kept = {minute: count for minute, count in counts.items() if minute > last_closed - KEPT_MINUTES}
    assert {row[0] // 60_000: row[1] for row in ledger} == kept


def test_closing_an_empty_minute_takes_no_space() -> None:
    """A million empty minutes leave nothing behind."""
    minutes = filled({5: 1}, 5)
    assert minutes.close(1_000_000) == NO_COUNTS
    assert (minutes.closed, minutes.opened) == ([5], {})


def test_what_is_counted_ahead_is_seen_when_it_is_reached() -> None:
    """The ledger has it at once, windows only from when its minute is opened, together with what is there."""
    minutes = filled({5: 1}, 4)
    minutes.ahead[5], minutes.ahead[90] = [3] * COLUMNS, [7] * COLUMNS
    assert [row[1] for row in minutes.by_publication(4)] == [4, 7]
    assert minutes.window(5, 1)[MENTIONS] == 1
    assert minutes.open_ahead(6)
    assert not minutes.open_ahead(89)
    assert minutes.window(5, 1)[MENTIONS] == 4
    assert list(minutes.ahead) == [90]


def test_a_mention_that_only_teaches_is_in_the_ledger_where_it_was_published() -> None:
    """It counts in no minute for detection, and in minute 3 for the ledger."""
    minutes = filled({3: 2, 9: 1}, 8)
    minutes.move(3, (1, *NO_COUNTS[1:]))
    assert [(at // 60_000, mentions) for at, mentions, *_ in minutes.by_publication(8)] == [(3, 3), (9, 1)]
    assert minutes.window(9, 10)[0] == 3


def test_what_is_found_late_counts_in_its_closed_minute() -> None:
    """In a minute that had some, and in one that had none: every window is as if it had come in time."""
    late, prompt = filled({3: 2, 9: 1}, 12), filled({3: 3, 6: 4, 9: 1}, 12)
    late.insert(3, (1, *NO_COUNTS[1:]))
    late.insert(6, (4, *NO_COUNTS[1:]))
    assert (late.closed, late.totals) == (prompt.closed, prompt.totals)


def test_forgetting_keeps_the_sums_that_are_left() -> None:
    """Dropping old minutes does not change a window after them."""
    minutes = filled({1: 5, 300: 7, 301: 2}, 301)
    minutes.forget(100)
    assert minutes.closed == [300, 301]
    assert minutes.window(301, 60)[MENTIONS] == 9


def hours_of(peaks: list[int]) -> HourBuckets:
    """Return hours with one mention each, whose two-hour peaks are given."""
    hours = HourBuckets()
    for hour, peak in enumerate(peaks):
        hours.add(60 * hour, (1, *([0] * (COLUMNS - 1))), (0, peak, 0, 0))
    return hours


@given(st.lists(st.integers(0, 50), min_size=1, max_size=120))
def test_only_peaks_that_can_matter_are_kept(peaks: list[int]) -> None:
    """The largest peak of any 24 hours in a row, and of all, that end at least GAP_HOURS ago is never lost."""
    hours, last = hours_of(peaks), len(peaks) - 1 - GAP_HOURS
    kept = [hours.rows[hour][PEAK + 1] for hour in range(len(peaks))]
    for end in range(1, last + 2):
        start = max(0, end - DAY)
        assert max(kept[start:end]) == max(peaks[start:end])


def test_few_peaks_are_kept() -> None:
    """Of noisy hours only a handful a day stays: that is what keeps the state small."""
    hours = hours_of([(hour * 7919) % 1000 for hour in range(240)])
    kept = [hour for hour, row in hours.rows.items() if row[PEAK + 1] and hour < 237]
    assert len(kept) <= 3 * 10


def test_old_hours_are_forgotten() -> None:
    """Counts older than LEVEL_HOURS are gone, peaks older than KEPT_HOURS too, and history starts later."""
    level, kept = LEVEL_HOURS + GAP_HOURS, KEPT_HOURS + GAP_HOURS
    hours = hours_of([1, 1])
    hours.learn(0, (5, 5, 0, 0))
    hours.excluded.add(0)
    hours.add(60 * (level + 1), (1, *([0] * (COLUMNS - 1))), (0, 0, 0, 0))
    assert [row[MENTIONS] for _, row in sorted(hours.rows.items())] == [0, 1, 1]
    assert (hours.backfilled, hours.excluded, hours.first_hour) == ({}, set(), 0)
    hours.add(60 * (kept + 1), (1, *([0] * (COLUMNS - 1))), (0, 0, 0, 0))
    assert sorted(hours.rows) == [1, level + 1, kept + 1]
    assert hours.first_hour == 1


def test_backfill_extends_history_but_is_no_part_of_windows() -> None:
    """What is taught is known to the learner alone."""
    hours = hours_of([1, 1, 1])
    hours.learn(-5, (7, 2, 0, 0))
    assert hours.first_hour == -5
    assert hours.sums(-10, 2)[MENTIONS] == 3
    assert hours.backfilled[-5][NEGATIVE] == 2
    assert len(hours.rows[0]) == HOUR_COLUMNS
