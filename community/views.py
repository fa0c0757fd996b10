"""Views of a community: authors that a person filters by name of a view. Counts with a filter, no label on anyone.

Shares are shrunk towards the brand's own, as if PRIOR more mentions of the usual kind had come from each author: three
of three is then no certainty. Nobody is shown before MIN_DAYS different days.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple, get_args

from community.ledger import WEEK, window_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from community.ledger import Ledger
    from community.sketch import Author, Summary

View = Literal["all", "allies", "helpers", "critics", "abusive", "newly-loud"]
VIEWS: Final[tuple[View, ...]] = get_args(View)

MIN_DAYS: Final = 3
PRIOR: Final = 5.0
MOSTLY: Final = 0.5
CIVIL: Final = 0.1
"""Share of abusive mentions below which an author is civil."""

MIN_HELPED: Final = 3
"""Different people whom a helper answered; half of their mentions are answers."""

MIN_ABUSIVE: Final = 3
LOUD: Final = 5
"""Mentions that are loud."""


class Row(NamedTuple):
    """What is shown of an author."""

    author: str
    mentions: int  # at least so many
    at_most: int
    days: int
    since: int  # first day in what is kept, since the epoch
    positive: float  # share, shrunk
    negative: float  # share, shrunk
    abusive: int
    compound: float  # mean
    reach: int
    copies: int  # mentions that repeat the one before them
    answers: int  # mentions that answer somebody else
    people: int  # different people answered, about
    engagement: int  # what the mentions had earned when they were read


def rows_of(ledger: Ledger, days: int, view: View, top: int) -> list[Row]:
    """Return the authors of a view over the last days, those of most days first, then of most mentions."""
    return rows_of_all([ledger], days, view, top)


def rows_of_all(ledgers: Sequence[Ledger], days: int, view: View, top: int) -> list[Row]:
    """Return the same of several ledgers of one brand, such as those of its source partitions."""
    start, summary = window_of(ledgers, days)
    positive, negative = _shares(summary)
    rows = [_row(name, one, start, positive, negative) for name, one in summary.authors.items() if one.own > 0]
    first = min((one.first_day for one in ledgers), default=0)
    known = (max((one.today for one in ledgers), default=0), first)
    chosen = [row for row in rows if row.days >= MIN_DAYS and _belongs(row, view, *known)]
    return sorted(chosen, key=lambda row: (-row.days, -row.mentions, row.author))[:top]


def _shares(summary: Summary) -> tuple[float, float]:
    """Return the positive and the negative share of all that is known."""
    total = sum(one.own for one in summary.authors.values())
    positive = sum(one.positive for one in summary.authors.values())
    negative = sum(one.negative for one in summary.authors.values())
    return (positive / total, negative / total) if total else (0.0, 0.0)


def _row(name: str, one: Author, start: int, positive: float, negative: float) -> Row:
    return Row(
        author=name,
        mentions=one.own,
        at_most=one.mentions,
        days=one.days.bit_count(),
        since=start + (one.days & -one.days).bit_length() - 1,
        positive=round((one.positive + PRIOR * positive) / (one.own + PRIOR), 3),
        negative=round((one.negative + PRIOR * negative) / (one.own + PRIOR), 3),
        abusive=one.abusive,
        compound=round(one.compound / 100 / one.own, 2),
        reach=one.reach,
        copies=one.copies,
        answers=one.answers,
        people=one.people,
        engagement=one.engagement,
    )


def _belongs(row: Row, view: View, today: int, first_day: int) -> bool:
    """Return whether the figures of an author pass a view's filter."""
    civil, genuine = row.abusive < CIVIL * row.mentions, row.copies <= row.mentions / 2
    match view:
        case "allies":
            return row.positive >= MOSTLY and civil and genuine
        case "helpers":
            return row.people >= MIN_HELPED and 2 * row.answers >= row.mentions and civil
        case "critics":
            return row.negative >= MOSTLY and civil and genuine
        case "abusive":
            return row.abusive >= MIN_ABUSIVE
        case "newly-loud":
            return row.since > today - WEEK and row.mentions >= LOUD and today - first_day >= 2 * WEEK
    return True
