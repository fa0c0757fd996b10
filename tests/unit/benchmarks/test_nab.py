"""Does the NAB runner tell of each row, once, and of nothing before its time?"""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from benchmarks.nab.__main__ import Row, alarms, read, write
from tests.support.shared import SHARED, needs_shared

if TYPE_CHECKING:
    from pathlib import Path

BEGIN = datetime(2024, 3, 4, tzinfo=UTC)


def rows(counts: list[int], spacing: timedelta = timedelta(minutes=5)) -> list[Row]:
    """Return a series of such counts."""
    instants = [BEGIN + place * spacing for place in range(len(counts))]
    return [Row(str(at), round(at.timestamp() * 1000), count) for at, count in zip(instants, counts, strict=True)]


def calm(days: int, a_day: int = 288) -> list[int]:
    """Return days of a steady, slightly uneven series."""
    return [10 + place % 7 for place in range(days * a_day)]


def detected(counts: list[int], spacing: timedelta = timedelta(minutes=5)) -> list[int]:
    """Return the places of the alarms."""
    return [place for place, (_, score) in enumerate(alarms("acme", rows(counts, spacing))) if score]


def test_a_calm_series_is_silent_and_a_burst_is_one_alarm_at_once() -> None:
    """No alarm in a week; in a burst of an hour one, in its first quarter of an hour."""
    counts = calm(8)
    assert detected(counts) == []
    for place in range(2000, 2012):
        counts[place] *= 12
    [alarm] = detected(counts)
    assert 2000 <= alarm <= 2002


@pytest.mark.parametrize("minutes", [1, 15, 60])
def test_rows_may_be_any_time_apart(minutes: int) -> None:
    """A burst of three hours after a week is heard in series of every spacing, once."""
    a_day = 1440 // minutes
    counts = calm(7, a_day)
    begin = 6 * a_day
    for place in range(begin, begin + max(3, 180 // minutes)):
        counts[place] *= 12
    [alarm] = detected(counts, timedelta(minutes=minutes))
    assert begin <= alarm <= begin + max(2, 20 // minutes)


def test_no_row_knows_what_comes_after_it() -> None:
    """A series that is cut off gives the same rows up to there."""
    counts = calm(4)
    counts[700:712] = [200] * 12
    whole = list(alarms("acme", rows(counts)))
    assert list(alarms("acme", rows(counts[:705]))) == whole[:705]


def test_a_result_has_a_row_for_each_row(tmp_path: Path) -> None:
    """The result has the timestamps of the series as they were written, scores 0 or 1, and a head."""
    series, out = tmp_path / "series.csv", tmp_path / "out"
    out.mkdir()
    lines = [
        (f"2024-03-0{1 + place // 24} {place % 24:02d}:00:53", count) for place, count in enumerate([3, 0, 5] * 16)
    ]
    with series.open("w", newline="") as file:
        csv.writer(file).writerows([("timestamp", "value"), *lines])
    assert write(series, out) == 0
    with (out / "series.csv").open(newline="") as file:
        result = list(csv.DictReader(file))
    assert [row["timestamp"] for row in result] == [stamp for stamp, _ in lines]
    assert {row["anomaly_score"] for row in result} == {"0"}


@needs_shared
@pytest.mark.parametrize(("brand", "most"), [("AAPL", 2), ("KO", 5)])
def test_every_labelled_window_is_detected(brand: str, most: int) -> None:
    """On two of NAB's series no window is missed, with no more false alarms than when this was written."""
    name = f"Twitter_volume_{brand}.csv"
    reported = [stamp for stamp, score in alarms(brand, read(SHARED / "nab" / "data" / name)) if score]
    labels = json.loads((SHARED / "nab" / "windows_realTweets.json").read_text(encoding="utf-8"))
    windows = [tuple(edge[:19] for edge in window) for window in labels[f"realTweets/{name}"]]
    assert all(any(start <= stamp <= end for stamp in reported) for start, end in windows)
    assert sum(not any(start <= stamp <= end for start, end in windows) for stamp in reported) <= most
