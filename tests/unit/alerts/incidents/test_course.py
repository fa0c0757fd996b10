"""Course of an incident: rising, steady or falling, since when, and how far below its peak."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from alerts.incidents.course import course_of, differ
from alerts.rendering.text import headline
from detectors.model.signal import Signal, Timeline
from tests.support.alerts import MINUTE, START, incident_of, signal

BAR = 5 * MINUTE
CALM = (1,) * 30


def drawn(*negative: int, minute: float = 0, observed: float = 83) -> Signal:
    """Return a signal whose chart ends with these negative counts."""
    counts = (*CALM, *negative)[-36:]
    timeline = Timeline(START + int(minute * MINUTE), BAR, tuple(2 * count for count in counts), counts, (2.0, 1.0))
    return replace(signal(minute, observed=observed), timeline=timeline)


@pytest.mark.parametrize(
    ("negative", "trend", "since"),
    [
        ((1, 2, 4, 8, 16, 32), "rising", -15),
        ((90, 80, 60, 20, 10, 4), "falling", -15),
        ((40, 42, 38, 41, 39, 40), "steady", -15),
        ((1, 0, 2, 1, 0, 1), "steady", -165),
    ],
)
def test_how_it_goes_and_since_when(negative: tuple[int, ...], trend: str, since: int) -> None:
    """The last quarter of an hour is compared with the one before; noise of small counts is no trend."""
    course = course_of(incident_of(drawn(*negative)))
    assert course is not None
    assert (course.trend, course.since) == (trend, START + since * MINUTE)
    assert course.now == sum(negative[-3:])


def test_the_time_to_double_is_that_of_the_last_half_hour() -> None:
    """From 8 in a quarter of an hour to 32 in the next: twice two times."""
    course = course_of(incident_of(drawn(1, 3, 4, 8, 11, 13)))
    assert course is not None
    assert course.doubling == BAR * 3 // 2


def test_the_peak_is_the_latest_of_equals_and_the_span_of_counts_is_known() -> None:
    """Figures are of a quarter of an hour: the counts, what is expected of them, and where the highest was."""
    course = course_of(incident_of(drawn(10, 10, 10, 2, 10, 10, 10, 2, 2)))
    assert course is not None
    assert (course.peak, course.peak_at) == (30, START - 10 * MINUTE)
    assert (course.span, course.expected, course.negative) == (15 * MINUTE, 3.0, True)


def test_an_old_chart_says_nothing_about_now() -> None:
    """Where no signal has come for long, nobody claims to know."""
    incident = incident_of(drawn(1, 2, 4, 8, 16, 32))
    assert course_of(replace(incident, updated_at=START + 11 * MINUTE)) is None
    assert course_of(replace(incident, status="resolved")) is None


def test_the_title_is_about_the_present() -> None:
    """A detector that was quiet for 15 minutes does not head the incident; what is past its peak says so."""
    past = replace(signal(0, observed=1206), detector="volume_spike")
    later = [drawn(90, 80, 60, 20, 10, 4, minute=minute, observed=34) for minute in (0, 10, 20)]
    line = headline(incident_of(past, *later), "en")
    assert "1,206" not in line
    assert "34 negative mentions in 10 min, usually 6 (5.7×), falling from 230" in line
    assert "en baisse depuis 230" in headline(incident_of(past, *later), "fr")


def test_the_latest_count_is_that_of_the_finding() -> None:
    """A chart is up to a bar older than the figure of the title: the two never contradict each other."""
    recent = drawn(1, 2, 4, 8, 16, 32)
    evidence = replace(recent.evidence, window_start=recent.evidence.window_end - 15 * MINUTE, observed=61)
    course = course_of(incident_of(replace(recent, evidence=evidence)))
    assert course is not None
    assert (course.now, course.peak) == (61, 61)


def test_nothing_is_not_less_than_nothing() -> None:
    """Two quarters of an hour without a mention do not differ, so a silent brand is steady."""
    assert not differ(0, 0)


def test_a_short_chart_says_nothing() -> None:
    """Of less than half an hour there is no quarter of an hour before."""
    young = drawn(1, 2, 4)
    assert young.timeline is not None
    short = replace(young.timeline, mentions=(1, 2, 4, 8, 9), negative=(1, 2, 4, 8, 9))
    assert course_of(incident_of(replace(young, timeline=short))) is None
