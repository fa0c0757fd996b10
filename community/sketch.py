"""Author counts of one stretch of days: a Space-Saving summary whose counters carry more than a count.

At most `capacity` authors are kept. A full summary lets the one of fewest mentions go; who comes then takes its count
over as `overcount`, so that

    mentions - overcount  <=  exact count  <=  mentions,   and   exact count <= floor   for an author who is not kept.

Two summaries add up, and the sum keeps both bounds. Of equals the one that came first goes: the result depends on the
order of the mentions alone.
Reference: Metwally, Agrawal and El Abbadi, ICDT 2005; Agarwal et al., Mergeable Summaries, PODS 2012; linear counting:
Whang, Vander-Zanden and Taylor, TODS 15, 1990.
"""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

CAPACITY: Final = 512
_BITS: Final = 64


class Author(msgspec.Struct, array_like=True):
    """Counts of one author; all but `mentions` are exact since `overcount` of them were taken over."""

    mentions: int = 0
    overcount: int = 0  # the part of `mentions` that may be of others
    negative: int = 0
    positive: int = 0
    abusive: int = 0
    compound: int = 0  # sum, hundredths
    reach: int = 0  # the largest
    copies: int = 0  # mentions that repeat the text before
    days: int = 0  # bit n: wrote on day n of the stretch
    text: int = 0  # 32 bits of the latest text
    answers: int = 0  # mentions that answer somebody else
    answered: int = 0  # bits of the people answered: one of 64 for each
    engagement: int = 0  # sum of what the mentions had earned when they were read

    @property
    def own(self) -> int:
        """Return the mentions that are surely of this author."""
        return self.mentions - self.overcount

    @property
    def people(self) -> int:
        """Return how many different people were answered, by linear counting: at most about 270."""
        free = _BITS - self.answered.bit_count()
        return min(self.answers, round(_BITS * log(_BITS / max(1, free))))

    def answer(self, person: int) -> None:
        """Count an answer to somebody, by 32 bits of who it is."""
        self.answers += 1
        self.answered |= 1 << (person * 0x9E3779B1 >> 7) % _BITS

    def add(self, label: int, compound: int, reach: int, *, abusive: bool, text: int, day: int) -> None:
        """Count a mention."""
        self.mentions += 1
        self.negative += label == -1
        self.positive += label == 1
        self.abusive += abusive
        self.compound += compound
        self.reach = max(self.reach, reach)
        self.copies += text == self.text
        self.days |= 1 << day
        self.text = text


class Summary(msgspec.Struct, array_like=True):
    """The authors of most mentions in a stretch of days."""

    authors: dict[str, Author] = {}
    floor: int = 0  # most mentions of an author who is not kept

    def author(self, name: str, capacity: int = CAPACITY) -> Author:
        """Return the counts of an author, to add to; another makes room where the summary is full."""
        found = self.authors.get(name)
        if found is None:
            if len(self.authors) >= capacity:
                least = min(self.authors, key=lambda one: self.authors[one].mentions)
                self.floor = max(self.floor, self.authors.pop(least).mentions)
            found = self.authors[name] = Author(self.floor, self.floor)
        return found


def merge(parts: Iterable[tuple[Summary, int]], capacity: int = CAPACITY) -> Summary:
    """Return the sum of summaries, each with by how many days it is moved."""
    seen = list(parts)
    names = dict.fromkeys(name for summary, _ in seen for name in summary.authors)
    found = {
        name: _sum([(summary.authors.get(name), summary.floor, shift) for summary, shift in seen]) for name in names
    }
    floor = sum(summary.floor for summary, _ in seen)
    if len(found) <= capacity:
        return Summary(found, floor)
    kept = sorted(found, key=lambda name: -found[name].mentions)
    return Summary({name: found[name] for name in kept[:capacity]}, max(floor, found[kept[capacity]].mentions))


def _sum(parts: list[tuple[Author | None, int, int]]) -> Author:
    """Return the counts of an author in several summaries, each with its floor and by how many days it is moved."""
    total = Author()
    for author, floor, shift in parts:
        if author is None:
            total.mentions += floor
            total.overcount += floor
            continue
        total.mentions += author.mentions
        total.overcount += author.overcount
        total.negative += author.negative
        total.positive += author.positive
        total.abusive += author.abusive
        total.compound += author.compound
        total.copies += author.copies
        total.reach = max(total.reach, author.reach)
        total.days |= author.days << shift
        total.text = author.text
        total.answers += author.answers
        total.answered |= author.answered
        total.engagement += author.engagement
    return total
