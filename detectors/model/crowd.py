"""Crowd or few accounts: figures on who wrote the mentions of a finding. Evidence of coordination, never attribution.

`pattern` says which of three shapes the figures have, none of which is a verdict on a person:

- `crowd`: many authors, none of whom weighs much, with texts of their own
- `copies`: many authors, one text: a retweet storm, a petition template, a press release
- `few_accounts`: a few accounts wrote half of what is above the usual or more: a brigade, or a handful of fans
"""

from __future__ import annotations

from typing import Literal

import msgspec

Pattern = Literal["crowd", "copies", "few_accounts", "unclear"]
"""`unclear`: too few mentions, or too few known authors, to tell."""


class Without(msgspec.Struct, frozen=True):
    """What the detector would have found without some accounts: its own rule on the counts without their mentions."""

    accounts: int
    mentions: int  # of these accounts, that the finding counts
    metric: str
    before: float  # the figure with them
    observed: float  # the figure without them
    threshold: float
    fires: bool  # whether the rule would still have been breached


class Crowd(msgspec.Struct, frozen=True):
    """Figures on the authors of the mentions that a finding counts, such as the negative ones of its window."""

    mentions: int  # that the finding counts in its window
    sampled: int  # of these, what the figures are computed from
    authors: int  # distinct ones that are known
    unknown: int  # sampled mentions without an author
    effective: float  # authors: 1/Σp², where p is the share of each
    top_five: float  # share of the five busiest authors
    copies: int  # sampled mentions that repeat the text of another
    newcomers: float | None  # share of authors first seen here in the last 24 hours; None while too little is known
    busiest_minute: float  # share of the mentions of the window in its busiest minute
    usual_busiest_minute: float | None  # the same of the brand's windows before it
    sharing: int  # accounts that shared a text or link within seconds of another
    sharing_again: int  # accounts that did so with the same account and another text or link
    busiest: tuple[tuple[str, int], ...]  # the accounts of `without`, by name as far as known, with their mentions
    pattern: Pattern
    without: Without | None = None  # None where the rule does not count mentions, or not all of them are known
