"""Distinctive words: what some posts contain more often than usual, by log-odds with an informative Dirichlet prior.

For unit w with y of n posts against y' of n' usual ones, prior a(w) = A (y + y')/(n + n') of A posts,

    d = log((y + a)/(n + A - y - a)) - log((y' + a)/(n' + A - y' - a)),   z = d / sqrt(1/(y + a) + 1/(y' + a))

and the units with the largest z are the words. A rare word needs several posts, a common one a clear rise.
Reference: Monroe, Colaresi, Quinn, Fightin' Words, Political Analysis 16 (2008).
"""

from __future__ import annotations

from math import log, sqrt
from typing import TYPE_CHECKING, Final

from detectors.topics.window import is_word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detectors.topics.stats.baseline import UnitBaseline

PRIOR_POSTS: Final = 50.0
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


def distinctive(
    counts: Mapping[str, int], posts: int, baseline: UnitBaseline, min_posts: int = 2, min_score: float = 1.0
) -> list[tuple[str, int]]:
    """Return words and phrases with their counts, the most distinctive first.

    A phrase goes before its words where it is as frequent; each word occurs once. What is as frequent as usual is
    left out.

    Args:
        counts: unit → posts that hold it, out of `posts`.
        posts: all posts.
        baseline: what is usual.
        min_posts: fewest posts of a word.
        min_score: z score above which a word is distinctive.
    """
    of = max(_USUAL_POSTS, baseline.posts_learned())
    scored = [
        (log_odds(count, posts, baseline.posts_with(unit), of), " " in unit, unit, count)
        for unit, count in counts.items()
        if count >= min_posts and is_word(unit)
    ]
    chosen: list[tuple[str, int]] = []
    for score, _, unit, count in sorted(scored, key=lambda item: (-item[0], not item[1], item[2])):
        if score <= min_score:
            break
        words = set(unit.split())
        if any(words & set(other.split()) for other, _ in chosen):
            continue
        chosen.append((unit, count))
    return chosen
