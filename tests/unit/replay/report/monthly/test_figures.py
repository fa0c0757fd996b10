"""A client's month in figures: what counts, in which month, and how long people took."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from alerts.incidents.model import HistoryEntry, Incident
from mentions.model.batches import NEGATIVE
from replay.report.monthly.figures import (
    MentionCounts,
    Month,
    compute_months,
    months_until,
    time_to_acknowledge,
    time_to_resolve,
)
from replay.report.monthly.page import people, render_month, summary, topics
from tests.support.alerts import MINUTE, START, action, incident_of, now, signal
from tests.support.scoring import batch
from tests.support.topics import topic, topic_signal

ZONE = "Europe/Paris"


def lived(*records: object, shift: int = 0, **changes: object) -> Incident:
    """Return an incident in which people acted, moved in time."""
    made = incident_of(signal(), *records)  # type: ignore[arg-type]
    history = tuple(replace(entry, at=entry.at + shift) for entry in made.history)
    moved = {name: getattr(made, name) for name in ("opened_at", "acknowledged_at", "resolved_at", "paged_at")}
    times = {name: at if at is None else at + shift for name, at in moved.items()}
    return replace(made, history=history, **times | changes)


def february(before: int = 1) -> list[Month]:
    """Return February 2015 and months before it."""
    return months_until("2015-02", ZONE, before)


def test_months_begin_and_end_at_midnight_of_the_zone() -> None:
    """Through a change of summer time, too; they leave no gap."""
    march, april = months_until("2026-04", ZONE, 1)
    starts = [datetime.fromtimestamp(at / 1000, UTC).isoformat()[:16] for at in (march.since, april.since, april.until)]
    assert starts == ["2026-02-28T23:00", "2026-03-31T22:00", "2026-04-30T22:00"]
    assert march.until == april.since


@pytest.mark.parametrize("text", ["2026", "2026-13", "10-2026"])
def test_what_is_no_month_is_refused(text: str) -> None:
    """An error, no guess."""
    with pytest.raises(ValueError, match="is no month"):
        months_until(text, ZONE, 1)


def test_times_run_from_the_first_opening_to_the_first_acknowledgement_and_the_end() -> None:
    """An acknowledgement that was taken back and given again counts once, at first; a relapse is the same incident."""
    one = lived(action(4), action(6, "unack"), action(9), now(20), action(21, "resolve"))
    assert (time_to_acknowledge(one), time_to_resolve(one)) == (4 * MINUTE, 21 * MINUTE)
    assert time_to_acknowledge(replace(one, opened_at=START + 60 * MINUTE)) == 4 * MINUTE
    alone = lived()
    assert (time_to_acknowledge(alone), time_to_resolve(alone)) == (None, None)


def test_a_month_counts_what_opened_in_it_and_sources_apart() -> None:
    """Medians of those that have one; an incident about a source is no crisis; another month's is another month's."""
    span = february()[1].since - february()[0].since
    incidents = [
        lived(action(4), now(10), action(11, "resolve"), action(12, "verdict", verdict="crisis")),
        lived(action(10), now(20), action(21, "resolve"), id="b", severity="critical"),
        lived(id="c"),
        replace(lived(id="d"), kind="source"),
        lived(action(2), id="e", shift=-span),
    ]
    before, latest = compute_months(february(), incidents, None)
    assert (len(latest.incidents), latest.operational, latest.count("critical"), latest.paged) == (3, 1, 1, 3)
    assert (latest.to_acknowledge, latest.to_resolve) == (7 * MINUTE, 16 * MINUTE)
    assert (latest.judged("crisis"), latest.judged(None), latest.unacknowledged) == (1, 2, 1)
    assert (latest.mentions, latest.negative_share) == (None, None)
    assert (len(before.incidents), before.to_acknowledge) == (1, 2 * MINUTE)


def test_mentions_count_in_the_month_of_their_publication() -> None:
    """Of the client's brands only; a month without a single one is not known rather than silent."""
    edge = february()[1].since
    counts = MentionCounts({"acme"}, february(2))
    for brand in ("acme", "another"):
        counts.add(batch(brand, (edge - 1, NEGATIVE), (edge, NEGATIVE), (edge + 1, NEGATIVE)))
    assert [counts.of(month) for month in february(2)] == [(None, 0), (1, 1), (2, 2)]
    shares = [one.negative_share for one in compute_months(february(2), [], counts)]
    assert shares == [None, 1.0, 1.0]


def test_the_page_says_what_people_did_and_escapes_what_they_wrote() -> None:
    """Names of people, no ids; a summary with the figures; nothing of the text runs."""
    entry = HistoryEntry(START + MINUTE, "U1", "noted", "<script>alert(1)</script>")
    made = lived(action(4, actor="U1"), action(80, "resolve", actor="<b>eve</b>"))
    made = replace(made, history=(*made.history, entry), brand="<i>acme</i>")
    months = compute_months(february(), [made], None)
    page = render_month("North & Sons", months, "en", ZONE, {"U1": "Ana Lima"})
    assert "<title>North &amp; Sons: February 2015</title>" in page
    assert "Ana Lima after 4 min" in page
    assert "&lt;i&gt;acme&lt;/i&gt;" in page
    assert not any(hostile in page for hostile in ("<i>acme", "<b>eve", "<script>alert"))
    assert people(months[-1], {"U1": "Ana Lima"})[0] == ("Ana Lima", [1, 0, 0, 1, 0])
    assert "name the recordings" in page
    assert summary(months[-1], "en").startswith(
        "1 incident opened in February 2015, 0 of them critical; 1 paged somebody."
    )
    assert summary(months[0], "fr") == "Aucune crise ne s’est ouverte en janvier 2015."


def test_topics_are_counted_by_what_they_put_at_risk() -> None:
    """An incident without a topic or words is about nothing that has a name."""
    assert topics([lived()], "en") == []
    risky = incident_of(topic_signal(0, topic(categories=("data_leak_security",))))
    named = incident_of(topic_signal(0, topic(categories=())))
    counted = topics([named, risky, risky], "en")
    assert counted[0] == ("data leak and security", 2)
    assert counted[1][1] == 1
