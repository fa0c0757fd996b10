"""Rating of a topic: what it is about, and whether it pages.

A topic pages for one of three reasons: a risk category is more frequent in it than is usual for the brand ("risk"), or
negative posts are ("negative"), or half of all voices speak of it and a quarter are negative, no fewer than positive,
or are in a language without a lexicon ("many"). Its words must have a surprisal of `paging_surprisal`, or a risk
category one of `risk_surprisal`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from detectors.topics.parameters import PRIOR_POSTS, PRIOR_UNIT, WARM_UP_SHARE
from detectors.topics.risk.categories import CATEGORIES, SEVERE, category_numbers
from detectors.topics.stats.surprisal import corrected_surprisal
from detectors.topics.window import NEGATIVE_UNIT, category_of, category_unit
from mentions.model.batches import POSITIVE, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detectors.model.signal import Severity
    from detectors.topics.parameters import TopicBurst
    from detectors.topics.stats.baseline import UnitBaseline
    from detectors.topics.window import Window

USUAL_NEGATIVE: Final = 0.15
"""Share of negative posts by which a history is filled up."""

MIN_NEGATIVE: Final = 0.25
"""Least share of negative posts of a topic of many voices that pages; one in languages without a lexicon needs none."""

_LARGEST_SHARE: Final = 0.99
_EXTREME: Final = 3.0


class Rating(NamedTuple):
    """What was found of a topic's posts."""

    severity: Severity
    reasons: tuple[str, ...]
    categories: tuple[str, ...]  # the most surprising first


INFO: Final = Rating("info", (), ())


def usual_share(unit: str, baseline: UnitBaseline, *, warming_up: bool) -> float:
    """Return the usual share of posts with a unit; during the warm-up that of a risk category is never taken as small.

    The result is in (0, 1).
    """
    share = min(_LARGEST_SHARE, baseline.share(unit, PRIOR_POSTS, PRIOR_UNIT))
    return max(WARM_UP_SHARE, share) if warming_up and category_of(unit) else share


def rate(
    window: Window,
    places: Sequence[int],
    of: int,
    baseline: UnitBaseline,
    policy: TopicBurst,
    bursting: Sequence[str] = (),
    *,
    warming_up: bool,
) -> Rating:
    """Return what the posts at `places` of the window are about, and how severe it is.

    Args:
        window: the latest posts.
        places: those of the topic.
        of: voices of the whole window.
        baseline: what is usual.
        policy: the thresholds.
        bursting: categories that are a burst among all posts.
        warming_up: whether the brand has too little history.
    """
    voices, count = window.voices(places), len(places)
    found = _categories(window, places, voices, baseline, policy.min_voices, warming_up=warming_up)
    surprising = (name for score, name in found if score >= policy.risk_surprisal)
    categories = tuple(dict.fromkeys((*bursting, *surprising)))
    labels = [window.posts[place].label for place in places]
    scored = count - labels.count(UNKNOWN)
    negative = len([place for place in places if NEGATIVE_UNIT in window.units[place]])
    surprisal = 0.0
    if not warming_up and scored >= policy.min_voices:
        usual = baseline.share(NEGATIVE_UNIT, PRIOR_POSTS, PRIOR_POSTS * USUAL_NEGATIVE)
        usual = min(_LARGEST_SHARE, max(PRIOR_UNIT / PRIOR_POSTS, usual))
        surprisal = corrected_surprisal(negative, scored, usual, baseline.half_days())
    is_negative = negative >= max(labels.count(POSITIVE), MIN_NEGATIVE * scored) if 2 * scored >= count else True
    reasons = [
        reason
        for reason, holds in (
            ("risk", bool(categories)),
            ("negative", surprisal >= policy.negative_surprisal),
            ("many", is_negative and voices >= policy.many_voices and 2 * voices >= of),
        )
        if holds
    ]
    severe = not SEVERE.isdisjoint(categories) or surprisal >= _EXTREME * policy.negative_surprisal
    critical = bool(reasons) and severe and voices >= policy.critical_voices
    return Rating("critical" if critical else "warning" if reasons else "info", tuple(reasons), categories)


def _categories(
    window: Window, places: Sequence[int], of: int, baseline: UnitBaseline, min_voices: int, *, warming_up: bool
) -> list[tuple[float, str]]:
    """Return (surprisal, name) of the categories that the posts, of `of` voices, touch, the most surprising first."""
    touched: dict[int, list[int]] = {}
    for place in places:
        for number in category_numbers(window.bits[place]):
            touched.setdefault(number, []).append(place)
    half_days = None if warming_up else baseline.half_days()
    found = []
    for number, mine in touched.items():
        voices = window.voices(mine)
        if voices >= min_voices:
            usual = usual_share(category_unit(CATEGORIES[number]), baseline, warming_up=warming_up)
            found.append((corrected_surprisal(voices, of, usual, half_days), CATEGORIES[number]))
    return sorted(found, key=lambda item: (-item[0], item[1]))
