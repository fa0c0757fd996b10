"""The labelled incidents of the real posts: found in time, and no page without one."""

from __future__ import annotations

from functools import cache

import pytest

from benchmarks.detection.incidents import DATA, Pack, Stream, minutes_to
from tests.support.shared import needs_shared

pytestmark = needs_shared


@cache
def pack() -> Pack:
    """Return the first pack."""
    return Pack(DATA)


@cache
def stream(name: str) -> Stream:
    """Return a stream of it, replayed."""
    return pack().stream(name)


@pytest.mark.parametrize(
    ("name", "incident", "minutes"),
    [
        ("free_telecom_fr_2024", "free_tv_outage_2024", 15),
        ("metro_north_2013", "metro_north_derailment_2013", 19),
    ],
)
def test_a_crisis_pages_in_time(name: str, incident: str, minutes: int) -> None:
    """The outage, and the accident of a brand never seen before, page within the minutes that are the target."""
    label = pack().labels["incidents"][incident]
    page = pack().page_of(stream(name), label)
    assert page is not None
    delay = minutes_to(page.paged, label)
    assert delay is not None
    assert delay <= minutes


@pytest.mark.parametrize(
    ("name", "most"),
    [
        pytest.param("us_airlines_2015", 0.07, marks=pytest.mark.slow),
        pytest.param("twitter_related_2022", 0.03, marks=pytest.mark.slow),
        ("free_telecom_fr_2024", 0.02),
    ],
)
def test_quiet_streams_page_hardly_ever(name: str, most: float) -> None:
    """No more false pages a brand-day than the target allows."""
    quiet = list(pack().quiet(stream(name)))
    days = sum(watched for watched, _ in quiet)
    assert days > 5
    assert sum(len(false) for _, false in quiet) / days <= most


@pytest.mark.parametrize(
    ("name", "peak"),
    [
        pytest.param("us_airlines_2015", "jetblue_fleek_2015", marks=pytest.mark.slow),
        ("free_telecom_fr_2024", "free_sponsorship_20240920"),
    ],
)
def test_a_joke_and_a_sponsorship_page_nobody(name: str, peak: str) -> None:
    """They are loud, and no crisis."""
    assert pack().page_of(stream(name), pack().labels["incidents"][peak]) is None


def test_a_crisis_is_named_on_its_first_page() -> None:
    """The derailment is a matter of death and injury, in words of its own."""
    page = pack().page_of(stream("metro_north_2013"), pack().labels["incidents"]["metro_north_derailment_2013"])
    assert page is not None
    assert page.topic
    assert "death_injury" in page.categories
