"""Which timestamps are taken, and as which moment?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from mentions.model.timestamps import EARLIEST, LATEST, ahead_of_arrival, format_timestamp, parse_timestamp

FIVE_PAST_TWO = 1_769_868_300_000


@pytest.mark.parametrize(
    "given",
    [
        "2026-01-31T14:05:00Z",
        "2026-01-31 14:05:00+00:00",
        "2026-01-31T16:05:00+02:00",
        "2026-01-31T09:05-05:00",
        "20260131T140500Z",
        "2026-01-31T14:05:00.000999Z",
        1_769_868_300,
        1_769_868_300.0009,
        1_769_868_300_000,
        "1769868300",
        "1769868300000",
        "1769868300.0",
        "1769868300000.9",
        1_769_868_300_000_000,
        "1769868300000000",
        1_769_868_300_000_000_000,
        "2026-01-31t14:05:00z",
        "2026-01-31 14:05:00 UTC",
        "2026-01-31 06:05:00 -0800",
        "2026-01-31 14:05:00 +00:00",
        "2026/01/31 14:05 GMT",
        "2026-01-31 16:05 EET",
        "2026-01-31T14:04:60Z",
        "2026-01-31T14:05:00,000Z",
        "2026-01-31T15:05:00+01:00[Europe/Paris]",
        "2026-01-31T15:05:00[Europe/Paris]",
        "2026-01-31 09:05:00 America/New_York",
        "Sat, 31 Jan 2026 14:05:00 GMT",
        "Sat, 31 Jan 2026 14:05 +0000",
        "31 Jan 2026 09:05:00 EST",
        "Sat Jan 31 14:05:00 +0000 2026",
        "Sat Jan 31 14:05:00 UTC 2026",
        "January 31, 2026 at 2:05 PM UTC",
        "31 janvier 2026 à 15h05 CET",
        "31-Jan-2026 02:05PM Z",
        datetime(2026, 1, 31, 14, 5, tzinfo=UTC),
        datetime(2026, 1, 31, 15, 5, tzinfo=timezone(timedelta(hours=1))),
    ],
)
def test_every_way_to_write_a_moment_means_that_moment(given: object) -> None:
    """ISO 8601 with any offset, seconds, milliseconds and datetimes of one moment give the same milliseconds."""
    assert parse_timestamp(given) == FIVE_PAST_TWO


def test_milliseconds_are_kept_and_finer_digits_cut() -> None:
    """A fraction of a second counts to the millisecond, never rounded up."""
    assert parse_timestamp("2026-01-31T14:05:00.123999999Z") == FIVE_PAST_TWO + 123


@pytest.mark.parametrize(
    ("given", "stated"),
    [
        ("2026-01-31T14:05:00", "has no UTC offset: append Z"),
        ("2026-01-31", "has no UTC offset"),
        (datetime(2026, 1, 31, 14, 5), "has no UTC offset"),  # noqa: DTZ001
        ("yesterday", "'yesterday' is not a timestamp: send UTC ISO 8601"),
        ("", "is not a timestamp"),
        ("\ud800", "is not a timestamp"),
        ("x" * 10_000, "is not a timestamp"),
        (None, "must be a timestamp, not NoneType"),
        (True, "must be a timestamp, not bool"),
        ([2026], "must be a timestamp, not list"),
        (float("nan"), "is not a timestamp"),
        (float("-inf"), "is not a timestamp"),
        (0, "1970-01-01T00:00:00Z is before 2000-01-01: send UTC ISO 8601"),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z is before 2000-01-01"),
        (-1, "is before 2000-01-01"),
        ("0001-01-01T00:00:00+23:59", "is before 2000-01-01"),
        ("9999-12-31T23:59:59-23:59", "is after 2099-12-31"),
        (10**400, "is after 2099-12-31"),
        (10**15 * 5, "is after 2099-12-31"),
        (10**18 * 5, "is after 2099-12-31"),
        ("31-Jan-2026 02:05PM", "has no UTC offset"),
        ("Jan 31, 2026 @ 14:05:00.000", "has no UTC offset"),
        ("10/03/2026 09:15 UTC", "does not say which figure is the day: send UTC ISO 8601"),
        ("2026-01-31 14:05:00 CST", "names CST, which is several zones"),
        ("2026-10-25T02:30:00[Europe/Paris]", "Europe/Paris shows that time twice"),
        ("2026-03-29T02:30:00[Europe/Paris]", "Europe/Paris never shows that time"),
        ("2026-02-30 14:05:00 UTC", "is not a timestamp"),
        ("2026-01-31 25:05:00 UTC", "is not a timestamp"),
        ("2026-01-31 14:05:00 Mars/Base", "is not a timestamp"),
        ("31 Jam 2026 14:05:00 UTC", "is not a timestamp"),
        ("46091.3854", "is not a timestamp"),
        ("2 hours ago", "is not a timestamp"),
    ],
)
def test_a_refusal_says_rule_and_remedy(given: object, stated: str) -> None:
    """What is no moment between 2000 and 2100, or has no offset, is refused with the rule, and briefly."""
    with pytest.raises(ValueError, match=r": ") as refusal:
        parse_timestamp(given)
    assert stated in str(refusal.value)
    assert len(str(refusal.value)) < 200


@pytest.mark.parametrize(("edge", "inside"), [(EARLIEST, 0), (LATEST, -1)])
def test_the_bounds_are_exact(edge: int, inside: int) -> None:
    """The first millisecond of 2000 and the last of 2099 are taken, their outer neighbours are not."""
    assert parse_timestamp(edge + inside) == edge + inside
    with pytest.raises(ValueError, match=r"2000-01-01|2099-12-31"):
        parse_timestamp(edge + inside - (1 if inside == 0 else -1))


def test_a_mention_from_the_future_names_both_moments() -> None:
    """The reason names the field, the moment and the arrival, so that the wrong clock can be found."""
    reason = ahead_of_arrival(FIVE_PAST_TWO + 3_600_000, FIVE_PAST_TWO)
    assert reason.startswith("published_at: 2026-01-31T15:05:00Z is more than 5 minutes ahead of its arrival at ")
    assert format_timestamp(FIVE_PAST_TWO) in reason
