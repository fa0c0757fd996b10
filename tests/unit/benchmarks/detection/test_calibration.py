"""Are quiet brands left in peace, and bursts heard?"""

from __future__ import annotations

import pytest

from benchmarks.detection.calibration import HOUR, START, Brand, Stream, burst_delays, interval, quiet_alarms
from detectors.model.policy import FALSE_ALARMS_PER_DAY, Sensitivity
from detectors.policy import Policy


def test_a_stream_has_the_rate_it_was_given() -> None:
    """Over eight weeks the mentions are as many as the brand's rate says, in order, each in its hour."""
    stream = Stream(Brand(5, 0.3), 1)
    hours = [stream.hour(hour) for hour in range(1344)]
    assert sum(map(len, hours)) == pytest.approx(5 * 1344, rel=0.05)
    for hour, batch in enumerate(hours):
        assert batch.published == sorted(batch.published)
        assert all(START + hour * HOUR <= at < START + (hour + 1) * HOUR for at in batch.published)


@pytest.mark.parametrize("sensitivity", ["low", "medium", "high"])
def test_the_promise_is_kept(sensitivity: Sensitivity) -> None:
    """In two quiet months no more alarms than the sensitivity promises, chance allowed for."""
    days = 60
    alarms = quiet_alarms(Brand(3, 0.3), Policy(sensitivity=sensitivity), days, seed=5)
    assert interval(alarms, days)[0] <= FALSE_ALARMS_PER_DAY[sensitivity]


def test_a_higher_sensitivity_hears_more() -> None:
    """In the same stream high sensitivity opens more incidents than medium, and medium no fewer than low."""
    low, medium, high = (quiet_alarms(Brand(3, 0.3), Policy(sensitivity=s), 40) for s in ("low", "medium", "high"))
    assert low <= medium < high


def test_a_tenfold_burst_is_detected_within_the_hour() -> None:
    """Of ten bursts at a brand of three mentions an hour nine are heard within the hour."""
    delays = burst_delays(Brand(3, 0), Policy(), 10)
    assert sum(delay <= 60 for delay in delays) >= 9
