"""Figures of a moderation queue: precision by policy, what is missed, times to claim and to decide. Pure.

Precision is the share of decided items in which a moderator saw a violation, with Wilson's interval at 95 % (Wilson,
JASA 22, 1927): few decisions give a wide one. A decision that was overturned counts as its opposite. Recall is not
seen from what was flagged: it is estimated from items drawn at random among those that no policy flagged.
"""

from __future__ import annotations

from collections import defaultdict
from math import sqrt
from statistics import quantiles
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from moderation.model import Item

ABUSIVE_POLICIES: Final = frozenset({"threat", "hate", "insult", "sexual", "report", "sample"})
"""Policies whose violations are abusive texts."""

Z: Final = 1.96
"""Standard deviations of a 95 % interval."""


class Precision(NamedTuple):
    """How often a policy was right in a language, with one version of the rules."""

    policy: str
    language: str
    version: str
    decided: int
    violations: int
    low: float
    """Lower end of the interval of the share of violations, in [0, 1]."""
    high: float

    @property
    def share(self) -> float:
        """Return the share of decided items that were violations, in [0, 1]."""
        return self.violations / self.decided if self.decided else 0.0


class Durations(NamedTuple):
    """Median and 95th percentile of a time [ms]; None without any."""

    p50: float
    p95: float


class Statistics(NamedTuple):
    """All figures of a queue."""

    precision: tuple[Precision, ...]
    sampled: int
    """Decided items that were drawn at random."""
    missed: int
    """How many of them were violations."""
    to_claim: Durations | None
    to_decide: Durations | None
    appeals: int
    overturned: int


def compute_statistics(items: Iterable[Item], since: int = 0) -> Statistics:
    """Return the figures of the items that were decided at or after an instant [ms]."""
    decided = [item for item in items if item.decided_at >= since and item.outcome is not None]
    groups: defaultdict[tuple[str, str, str], list[Item]] = defaultdict(list)
    for item in decided:
        if not item.sampled:
            groups[item.policy, item.language, item.version].append(item)
    sampled = [item for item in decided if item.sampled]
    ruled = [item for item in decided if item.ruling]
    return Statistics(
        tuple(_precision(key, several) for key, several in sorted(groups.items())),
        len(sampled),
        sum(map(is_violation, sampled)),
        _durations([item.claimed_at - item.created_at for item in decided if item.claimed_at]),
        _durations([item.decided_at - item.created_at for item in decided]),
        len(ruled) + sum(item.state == "appealed" for item in decided),
        sum(item.ruling == "overturned" for item in ruled),
    )


def is_violation(item: Item) -> bool:
    """Return whether a decided item is a violation: some action was taken, and no appeal overturned it."""
    return (item.outcome != "no action") != (item.ruling == "overturned")


class Label(NamedTuple):
    """A decided text as an example for training: whether a moderator saw abuse in it."""

    text: str
    label: Literal["acceptable", "abusive"]
    lang: str
    brand: str


def labels_of(items: Iterable[Item]) -> list[Label]:
    """Return the decided texts as labels of abuse, in the order of their decisions.

    Spam, scams and private addresses are violations without being abuse, and appeals that wait are not decided: both
    are left out. Reports of which only the link is known have no text.
    """
    found = []
    for item in sorted(items, key=lambda one: (one.decided_at, one.id)):
        if item.state != "decided" or not item.text or item.text == item.posts[0].url:
            continue
        bad = is_violation(item)
        if bad and item.policy not in ABUSIVE_POLICIES:
            continue
        found.append(Label(item.text, "abusive" if bad else "acceptable", item.language, item.brand))
    return found


def wilson(hits: int, count: int) -> tuple[float, float]:
    """Return the 95 % interval of a share of `hits` in `count`.

    >>> [round(end, 2) for end in wilson(9, 10)]
    [0.6, 0.98]
    """
    if not count:
        return 0.0, 1.0
    share, spread = hits / count, Z * Z / count
    middle = (share + spread / 2) / (1 + spread)
    half = Z * sqrt(share * (1 - share) / count + spread / (4 * count)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def _precision(key: tuple[str, str, str], items: list[Item]) -> Precision:
    hits = sum(map(is_violation, items))
    return Precision(*key, len(items), hits, *wilson(hits, len(items)))


def _durations(times: list[int]) -> Durations | None:
    if not times:
        return None
    cuts = quantiles([*times, times[0]] if len(times) == 1 else times, n=20, method="inclusive")
    return Durations(cuts[9], cuts[18])
