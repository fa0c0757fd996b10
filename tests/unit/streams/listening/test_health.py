"""Is it said what is heard and what is not?"""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from streams.listening.health import LEAST_SILENCE, REPORT_INTERVAL, STALE, SourceHealth, coverage, is_news, is_silent

NOW = 1_795_867_200_000
MINUTE = 60_000
FINE = SourceHealth("feed a", ["Acme"], "active", at=NOW)


def test_a_line_counts_and_names_what_is_wrong() -> None:
    """Silent for how long, and how often usually; failing why; stopped."""
    silent = replace(FINE, source="mastodon b", state="silent", last_news=NOW - 40 * MINUTE, usual_gap=180.0)
    failing = replace(FINE, source="feed c", state="failing", reason="answers 500")
    bare = replace(FINE, source="feed d", state="stopped")

    assert coverage([FINE, silent, failing, bare], NOW) == (
        "1 of 4 sources active; mastodon b: silent for 40 min, usually every 3 min; feed c: answers 500; "
        "feed d: stopped"
    )
    assert coverage([FINE, replace(FINE, state="starting")], NOW) == "2 of 2 sources active"
    assert coverage([], NOW) == ""


def test_a_source_that_rests_is_not_counted_as_active_and_says_why() -> None:
    """It is neither silent nor failing."""
    resting = replace(FINE, source="x acme", state="resting", reason="has used its €2.00 of today")

    assert coverage([FINE, resting], NOW) == "1 of 2 sources active; x acme: has used its €2.00 of today"


def test_a_notice_does_not_make_an_active_source_a_wrong_one() -> None:
    """A gap of the past is beside it, in the table."""
    assert coverage([replace(FINE, reason="missed some")], NOW) == "1 of 1 sources active"


@pytest.mark.parametrize(
    ("age", "state"), [(0, "active"), (STALE, "active"), (STALE + 1, "stopped"), (-STALE, "active")]
)
def test_the_word_of_a_listener_that_is_gone_counts_no_longer(age: int, state: str) -> None:
    """The reason asks whether it runs."""
    seen = FINE.seen_at(NOW + age)

    assert seen.state == state
    assert ("tocsin listen" in seen.reason) == (state == "stopped")


@pytest.mark.parametrize(
    ("quiet", "usual", "gaps", "silent"),
    [
        (LEAST_SILENCE + 1, 60.0, 50, True),
        (LEAST_SILENCE, 60.0, 50, False),
        (6 * 3_600, 3_600.0, 50, False),
        (6 * 3_600 + 1, 3_600.0, 50, True),
        (10**6, 60.0, 9, False),
    ],
)
def test_silence_is_six_usual_gaps_and_half_an_hour(quiet: float, usual: float, gaps: int, silent: bool) -> None:  # noqa: FBT001
    """Once ten gaps were seen."""
    assert is_silent(NOW, int(NOW - 1_000 * quiet), usual, gaps) is silent


def test_a_source_that_never_brought_anything_is_not_silent() -> None:
    """It has no usual gap."""
    assert not is_silent(NOW, 0, 0.0, 0)


def test_health_is_reported_when_it_changes_and_from_time_to_time() -> None:
    """State and reason count; figures wait."""
    assert not is_news(FINE, replace(FINE, sent=5, at=NOW + REPORT_INTERVAL - 1))
    assert is_news(FINE, replace(FINE, at=NOW + REPORT_INTERVAL))
    assert is_news(FINE, replace(FINE, state="failing"))
    assert is_news(FINE, replace(FINE, reason="missed some"))
