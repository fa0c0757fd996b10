"""The words that tell some posts from the usual: log-odds with an informative Dirichlet prior.

For unit w with y of n posts against y' of n' usual ones, prior a(w) = A (y + y')/(n + n') of A posts,

    d = log((y + a)/(n + A - y - a)) - log((y' + a)/(n' + A - y' - a)),   z = d / sqrt(1/(y + a) + 1/(y' + a))

and the largest z are the words. A rare word needs several posts, a common one a clear rise.
Reference: Monroe, Colaresi, Quinn, Fightin' Words, Political Analysis 16 (2008).
"""

from __future__ import annotations

from math import log, sqrt
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from detectors.topics.usual import Usual

PRIOR_POSTS: Final = 50.0
ROOM: Final = 240
_USUAL_POSTS: Final = 20.0


def log_odds(posts: int, of: int, usual_posts: float, usual_of: float) -> float:
    """Return the z score of a unit.

    >>> round(log_odds(10, 50, 2, 500), 1), round(log_odds(1, 50, 10, 500), 1)
    (4.8, 0.0)
    """
    prior = PRIOR_POSTS * (posts + usual_posts) / (of + usual_of)
    here, there = posts + prior, usual_posts + prior
    rest, usual_rest = max(0.5, of + PRIOR_POSTS - here), max(0.5, usual_of + PRIOR_POSTS - there)
    return (log(here / rest) - log(there / usual_rest)) / sqrt(1 / here + 1 / there)


class Words(msgspec.Struct, array_like=True):
    """Units of all posts of an incident, counted by posts, of bounded size (Space-Saving; see `detectors.drivers`)."""

    posts: int = 0
    counts: dict[str, int] = {}
    inherited: dict[str, int] = {}

    def add(self, units: Iterable[str]) -> None:
        """Count a post by its units."""
        self.posts += 1
        for unit in sorted(units):
            if unit in self.counts:
                self.counts[unit] += 1
            elif len(self.counts) < ROOM:
                self.counts[unit] = 1
            else:
                least = min(self.counts, key=self.counts.__getitem__)
                self.inherited.pop(least, None)
                self.inherited[unit] = self.counts.pop(least)
                self.counts[unit] = self.inherited[unit] + 1

    def telling(self, usual: Usual, shown: int = 5) -> list[tuple[str, int]]:
        """Return the most telling units with the posts that surely hold them; categories and rare ones left out."""
        certain = {unit: count - self.inherited.get(unit, 0) for unit, count in self.counts.items()}
        return telling(certain, self.posts, usual)[:shown]


def telling(counts: dict[str, int], posts: int, usual: Usual, least: int = 2) -> list[tuple[str, int]]:
    """Return units by how telling they are, the most first; a phrase goes before its words where it is as frequent."""
    of = max(_USUAL_POSTS, usual.posts_learnt())
    scored = [
        (log_odds(count, posts, usual.posts_with(unit), of), " " in unit, unit, count)
        for unit, count in counts.items()
        if count >= least and not unit.startswith("!")
    ]
    chosen: list[tuple[str, int]] = []
    for score, _, unit, count in sorted(scored, key=lambda item: (-item[0], not item[1], item[2])):
        if score <= 1:
            break
        words = set(unit.split())
        if any(words & set(other.split()) for other, _ in chosen):
            continue
        chosen.append((unit, count))
    return chosen
