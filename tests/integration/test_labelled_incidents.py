"""The labelled incidents of the real posts: found in time, and no page without one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from benchmarks.incidents import Alert, alerts, delay, excused
from tests.support.shared import SHARED, needs_shared

pytestmark = needs_shared


def labels() -> dict[str, Any]:
    """Return what was labelled."""
    known: dict[str, Any] = json.loads((SHARED / "incidents" / "labels.json").read_text(encoding="utf-8"))
    return known


def false_pages(stream: str, found: list[Alert]) -> list[Alert]:
    """Return the pages of the stream's quiet brands that belong to nothing labelled."""
    known = labels()
    brands = {one["brand"] for one in known["quiet"] if one["file"] == stream}
    return [a for a in found if a.brand in brands and a.paged and not excused(a, stream, known)]


@pytest.mark.parametrize(
    ("stream", "incident", "minutes"),
    [
        ("free_telecom_fr_2024", "free_tv_outage_2024", 15),
        ("metro_north_2013", "metro_north_derailment_2013", 19),
    ],
)
def test_a_crisis_pages_in_time(stream: str, incident: str, minutes: int) -> None:
    """The outage, and the accident of a brand never seen before, page within the minutes that are the target."""
    reported = delay(alerts(stream), labels()["incidents"][incident], page=True)
    assert reported != "–"
    assert int(reported) <= minutes


@pytest.mark.parametrize(
    ("stream", "most", "peak"),
    [
        ("us_airlines_2015", 3, "jetblue_fleek_2015"),
        ("twitter_related_2022", 0, None),
        ("free_telecom_fr_2024", 0, "free_sponsorship_20240920"),
    ],
)
def test_quiet_streams_page_hardly_ever(stream: str, most: int, peak: str | None) -> None:
    """No more false pages than the target allows; a joke and a sponsorship are seen, and page nobody."""
    found = alerts(stream)
    assert len(false_pages(stream, found)) <= most
    if peak is not None:
        label = labels()["incidents"][peak]
        assert delay(found, label, page=False) != "–"
        assert delay(found, label, page=True) == "–"
