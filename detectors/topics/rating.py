"""What a topic is about, and whether that pages.

The surprise of every share is divided by 1 + (n - 1) rho, since posts echo each other and shares vary from day to
day: rho = 0.02 + 0.4/h, with h the half days learnt. A topic of few posts loses little by it, a busy brand of three
days much. A topic pages for one of three reasons: a risk category is more frequent in it than the brand is used to
("risk"), or negative posts are ("dark"), or half of all voices speak of it and a quarter are negative, no fewer than
positive, or are in a language without a lexicon ("many"). Its words must be a surprise of `paging`, or a risk category
one of `risk`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from detectors.topics.burst import surprise
from detectors.topics.policy import COLD_SHARE, PRIOR_POSTS, PRIOR_UNIT
from detectors.topics.risk import CATEGORIES, GRAVE
from detectors.topics.window import NEGATIVE_UNIT, category_of, risk_unit
from mentions.scored import POSITIVE, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detectors.topics.model import Severity
    from detectors.topics.policy import Topics
    from detectors.topics.usual import Usual
    from detectors.topics.window import Window

ECHO: Final = 0.02
ECHO_YOUNG: Final = 0.4
USUAL_NEGATIVE: Final = 0.15
"""Share of negative posts that a history is filled up with."""

GRIM: Final = 0.25
"""Least share of negative posts of a topic of many voices that pages; one in languages without a lexicon needs none."""

_MOST: Final = 0.99
_EXTREME: Final = 3.0


class Rating(NamedTuple):
    """What was found of a topic's posts."""

    severity: Severity
    reasons: tuple[str, ...]
    categories: tuple[str, ...]  # the most surprising first


NOTHING: Final = Rating("info", (), ())


def damped(voices: int, of: int, usual: float, history: Usual, *, cold: bool) -> float:
    """Return the surprise at a share, damped as above."""
    rho = ECHO if cold else ECHO + ECHO_YOUNG / max(1.0, history.half_days())
    return surprise(voices, of, usual) / (1 + (of - 1) * rho)


def usual_share(unit: str, history: Usual, *, cold: bool) -> float:
    """Return the usual share of posts with a unit; that of a risk category is never taken for small while cold."""
    share = min(_MOST, history.share(unit, PRIOR_POSTS, PRIOR_UNIT))
    return max(COLD_SHARE, share) if cold and category_of(unit) else share


def rate(
    window: Window,
    places: Sequence[int],
    of: int,
    history: Usual,
    policy: Topics,
    struck: Sequence[str] = (),
    *,
    cold: bool,
) -> Rating:
    """Return what the posts at `places` of the window are about.

    Args:
        window: the last posts.
        places: those of the topic.
        of: voices in all.
        history: the usual.
        policy: the thresholds.
        struck: categories that are a surprise among all posts.
        cold: whether the brand has no history yet.
    """
    voices, count = window.voices(places), len(places)
    found = _categories(window, places, history, policy.least, cold=cold)
    categories = tuple(dict.fromkeys((*struck, *(name for score, name in found if score >= policy.risk))))
    negative = sum(NEGATIVE_UNIT in window.units[place] for place in places)
    labels = [window.posts[place].label for place in places]
    judged = count - labels.count(UNKNOWN)
    dark = 0.0
    if not cold and judged >= policy.least:
        usual = history.share(NEGATIVE_UNIT, PRIOR_POSTS, PRIOR_POSTS * USUAL_NEGATIVE)
        dark = damped(negative, judged, min(_MOST, max(PRIOR_UNIT / PRIOR_POSTS, usual)), history, cold=False)
    grim = negative >= max(labels.count(POSITIVE), GRIM * judged) if 2 * judged >= count else True
    reasons = [
        reason
        for reason, holds in (
            ("risk", bool(categories)),
            ("dark", dark >= policy.dark),
            ("many", grim and voices >= policy.many and 2 * voices >= of),
        )
        if holds
    ]
    grave = not GRAVE.isdisjoint(categories) or dark >= _EXTREME * policy.dark
    critical = bool(reasons) and grave and voices >= policy.critical_voices
    return Rating("critical" if critical else "warning" if reasons else "info", tuple(reasons), categories)


def _categories(
    window: Window, places: Sequence[int], history: Usual, least: int, *, cold: bool
) -> list[tuple[float, str]]:
    """Return (surprise, name) of the categories that the posts touch, the most surprising first."""
    touched: dict[int, list[int]] = {}
    for place in places:
        bits = window.bits[place]
        while bits:
            touched.setdefault((bits & -bits).bit_length() - 1, []).append(place)
            bits &= bits - 1
    found = []
    for number, mine in touched.items():
        voices = window.voices(mine)
        if voices >= least:
            usual = usual_share(risk_unit(CATEGORIES[number]), history, cold=cold)
            score = damped(voices, window.voices(places), usual, history, cold=cold)
            found.append((score, CATEGORIES[number]))
    return sorted(found, key=lambda item: (-item[0], item[1]))
