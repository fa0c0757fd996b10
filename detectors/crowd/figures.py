"""Figures of a crowd: how many authors there are, how much each weighs, and which shape that has.

With p the share of an author among the mentions whose author is known, 1/Σp² is the effective number of authors (Hill
number of order 2, the inverse Simpson index): 240 authors of one mention each are 240; 12 of 20 each are 12.

The shape is `few_accounts` where accounts of at least HEAVY mentions each, at most MAX_ACCOUNTS of them, or accounts
that share texts or links within seconds again and again, wrote half of what is above the usual or more. Else it is
`copies` where half of the mentions repeat another's text, else `crowd`.

Blind spots: many accounts in one hand that write once each; copies of fewer than four words; what lies beyond the
sample of a minute.
Reference: Hill, Diversity and Evenness, Ecology 54 (1973).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from detectors.crowd.post import NO_KEY
from detectors.crowd.sharing import sharing_accounts
from detectors.model.crowd import Crowd, Pattern, Without

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from detectors.crowd.post import Post

HEAVY: Final = 3
"""Mentions in the window that make an account one whose absence is looked at."""

MAX_ACCOUNTS: Final = 25
FEW: Final = 5
"""Busiest accounts whose absence is looked at where none is heavy."""

ENOUGH: Final = 20
"""Mentions by known authors below which no shape is told."""

HALF: Final = 0.5


class Timing(NamedTuple):
    """Share of the mentions in the busiest minute: of the window, and of the brand's windows before it."""

    busiest: float
    usual: float | None


class Sample(NamedTuple):
    """Mentions that a finding counts, as far as they are kept, and how many there are in all."""

    posts: Sequence[Post]
    total: int
    expected: float  # the usual number of them


def effective_number(counts: Collection[int]) -> float:
    """Return 1/Σp² of counts, 0 without any.

    >>> effective_number([20] * 12), effective_number([1] * 240), effective_number([])
    (12.0, 240.0, 0.0)
    """
    squares = sum(count * count for count in counts)
    return round(sum(counts) ** 2 / squares, 4) if squares else 0.0


def accounts_to_leave_out(posts: Sequence[Post]) -> list[int]:
    """Return the accounts whose absence is looked at, busiest first: the heavy ones, else the FEW busiest of many."""
    counts = _per_author(posts)
    heavy = [author for author, count in counts.items() if count >= HEAVY]
    looked_at = heavy or (list(counts) if len(counts) > 2 * FEW else [])
    return sorted(looked_at, key=lambda author: (-counts[author], author))[: MAX_ACCOUNTS if heavy else FEW]


def describe(
    sample: Sample,
    left_out: Sequence[int],
    newcomers: float | None,
    timing: Timing,
    without: Without | None,
    names: Mapping[int, str],
) -> Crowd:
    """Return the figures of a finding's mentions; `left_out` is what `accounts_to_leave_out` says of them."""
    posts = sample.posts
    counts = _per_author(posts)
    known = counts.total()
    once, again = sharing_accounts(posts)
    copies = _copies(posts)
    return Crowd(
        mentions=max(sample.total, len(posts)),
        sampled=len(posts),
        authors=len(counts),
        unknown=len(posts) - known,
        effective=effective_number(counts.values()),
        top_five=round(sum(count for _, count in counts.most_common(5)) / known, 4) if known else 0.0,
        copies=copies,
        newcomers=newcomers,
        busiest_minute=round(timing.busiest, 4),
        usual_busiest_minute=None if timing.usual is None else round(timing.usual, 4),
        sharing=len(once),
        sharing_again=len(again),
        busiest=tuple((names.get(author, ""), counts[author]) for author in left_out),
        pattern=_pattern(sample, left_out, counts, again, copies),
        without=without,
    )


def _per_author(posts: Sequence[Post]) -> Counter[int]:
    return Counter([post.author for post in posts if post.author != NO_KEY])


def _copies(posts: Sequence[Post]) -> int:
    """Return how many posts repeat the text of an earlier one."""
    texts = [post.text for post in posts if post.text != NO_KEY]
    return len(texts) - len(set(texts))


def _pattern(
    sample: Sample, left_out: Sequence[int], counts: Counter[int], again: Collection[int], copies: int
) -> Pattern:
    known, kept = counts.total(), len(sample.posts)
    if known < ENOUGH or known < HALF * kept:
        return "copies" if kept >= ENOUGH and copies >= HALF * kept else "unclear"
    heavy = {author for author in left_out if counts[author] >= HEAVY}
    coordinated = heavy | set(again) if len(again) <= MAX_ACCOUNTS else heavy
    by_few = sum(counts[author] for author in coordinated)
    excess = max(0.0, 1.0 - sample.expected / max(1, sample.total)) * known
    if by_few >= HALF * max(excess, ENOUGH):
        return "few_accounts"
    return "copies" if copies >= HALF * kept else "crowd"
