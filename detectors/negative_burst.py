"""Negative burst detector: many people write at once, and their mean sentiment is negative.

At the end of a minute, over the last W minutes (W = `windows.short`, `windows.main`), n mentions
breach when all of these hold:

    n >= min_mentions    and    n + c >= peak_ratio * P    and    P(X >= n) <= tail    and
    mean compound <= max_mean_sentiment

P, c, X and tail are those of `detectors.volume_spike`; `peak_ratio` is larger here. A brand with few mentions
(`detectors.base.has_few_mentions`) has small crises. Where the mean compound is at or below FEW_MAX_MEAN_SENTIMENT and
the negative share no smaller than is usual, a count breaches there in `windows.main` from two thirds of `min_mentions`
on, at FEW_PEAK_RATIO times the usual peak, and in an hour at HOURLY_PEAK_SHARE of that. The mood of a handful is
chance: such a brand is paged only where that of `windows.main` is not light (`detectors.base.is_light`).

The severity is `warning` if at least the share `min_author_diversity` of the latest sampled mentions comes from
different authors, else `info`.

Before `learning.warm_up` a brand has no baseline. Then `min_mentions` mentions within COLD_WINDOW minutes breach if
those of the last COLD_RECENT minutes exceed what the minutes before them lead to expect: the quantile COLD_TAIL of the
Gamma-Poisson model with a prior of half a mention in COLD_PRIOR minutes. `expected` is then None.

Trade-off: the mean compound decides, not the share of negative mentions, because the first news of an accident comes in
sober words, each of which alone counts as neutral. A joke or a sponsorship can be louder than a crisis, but its mean
compound is positive.
Blind spots: irony, which scores as positive; a storm below the usual daily peak.
Cost: two sums a minute.
Reference: Gelman et al., Bayesian Data Analysis, 2.6 (the tail). The rule is our own, see docs/results.md.

>>> from detectors.engine.simulation import first_alert, simulate
>>> usual = {"negative": 4, "positive": 4, "neutral": 22}
>>> first_alert(simulate(usual, {"negative": 120, "positive": 10, "neutral": 50}), "negative_burst")
'warning after 13 min at 31 mentions'
>>> first_alert(simulate(usual, {"negative": 20, "positive": 120, "neutral": 50}), "negative_burst")
'no alert'
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec.structs import replace
from pydantic import Field

from detectors.base import (
    Detector,
    Tuning,
    has_few_mentions,
    headroom_below,
    in_minutes,
    is_light,
    mean_sentiment,
    scored,
    tail_probability,
)
from detectors.model import wording
from detectors.model.finding import Finding, Headroom
from detectors.model.parameters import Switched
from detectors.model.signal_text import comparison
from detectors.stats.distributions import negative_binomial_quantile
from detectors.windows.buckets import MENTIONS, NEGATIVE

if TYPE_CHECKING:
    from detectors.model.signal import Signal
    from detectors.model.signal_text import Language
    from detectors.view import BrandView


DEFAULT_PEAK_RATIO: Final = 1.75


class NegativeBurst(Switched):
    """Parameters of the detector."""

    min_mentions: int = Field(
        default=10,
        ge=1,
        le=1_000_000,
        description="Fewest mentions that can fire; a larger value fires later [mentions]",
    )
    peak_ratio: float = Field(
        default=DEFAULT_PEAK_RATIO,
        ge=0.1,
        le=100,
        description="Multiple of the brand's usual daily peak that fires; a larger value fires later [ratio]",
    )
    max_mean_sentiment: float = Field(
        default=-0.2,
        ge=-1.0,
        le=1.0,
        description="Mean sentiment (compound) at or below which a burst fires; "
        "a larger value fires sooner and more often [compound]",
    )
    min_author_diversity: float = Field(
        default=0.5,
        ge=0.0,
        le=1.0,
        description="Smallest share of different authors among the latest mentions that pages; "
        "a larger value pages less often [share]",
    )


RESOLVE_TAIL: Final = 0.02
"""An episode ends once its count is no rarer than this."""

COLD_WINDOW: Final = 20
COLD_RECENT: Final = 10
COLD_PRIOR: Final = 20
"""Minutes; see above. Of 247 streams begun at random instants, 2 % paged within their first twelve hours."""

COLD_TAIL: Final = 1e-4

_COLD_SPREAD: Final = 0.3
_MIN_SEEN: Final = 5
"""Minutes a new brand must have been seen before a burst can be distinguished from its ordinary level."""


HOUR: Final = 60  # minutes
FEW_PEAK_RATIO: Final = 1.25
HOURLY_PEAK_SHARE: Final = 0.6
"""The ratio and the share of `detectors.volume_spike`: a burst of mentions in a dark mood is no ordinary one."""

FEW_MAX_MEAN_SENTIMENT: Final = -0.3
"""Darker than for others. Chosen on the labelled streams, see docs/results.md."""


class _Threshold(NamedTuple):
    """What the mentions of a window are compared with, the same for the whole hour."""

    window: int  # minutes
    expected: float | None
    min_count: int  # mentions that make a burst
    resolve_below: int  # mentions below which a breach is over
    max_mean_sentiment: float  # at or below it the mood is dark
    min_negative_share: float = 0.0


def evaluate(view: BrandView, own: NegativeBurst) -> Finding | None:
    """Return the most severe finding of the windows; None while nothing can be said."""
    if not view.baseline.warmed_up:
        return _evaluate_cold(view, own)
    return max((_finding(view, own, threshold) for threshold in _thresholds(view, own)), key=_order)


def _thresholds(view: BrandView, own: NegativeBurst) -> list[_Threshold]:
    """Return the thresholds of this hour, computed when they are first asked for."""
    if "negative_burst" not in view.memo:
        view.memo["negative_burst"] = _new_thresholds(view, own)
    found: list[_Threshold] = view.memo["negative_burst"]
    return found


def _new_thresholds(view: BrandView, own: NegativeBurst) -> list[_Threshold]:
    ratio = view.policy.peak_ratio_factor * own.peak_ratio
    found = []
    for column, length in enumerate(_lengths(view)):
        least = max(own.min_mentions, view.baseline.peak_threshold(column, length, ratio))
        found.append(_threshold(view, own, length, least))
    return found + _thresholds_of_few_mentions(view, own) if has_few_mentions(view) else found


def _threshold(view: BrandView, own: NegativeBurst, length: int, least: int) -> _Threshold:
    """Return the threshold of a window whose count must reach `least`, and be rare."""
    baseline = view.baseline
    count = max(least, baseline.quantile(MENTIONS, length, tail_probability(view.policy, length)))
    usual = min(count, max(own.min_mentions // 2, baseline.quantile(MENTIONS, length, RESOLVE_TAIL)))
    return _Threshold(length, baseline.expected(MENTIONS, length), count, usual, own.max_mean_sentiment)


def _thresholds_of_few_mentions(view: BrandView, own: NegativeBurst) -> list[_Threshold]:
    """Return those of the main window and of an hour for a darker mood."""
    _, main = _lengths(view)
    raised = max(1.0, own.peak_ratio / DEFAULT_PEAK_RATIO)  # a threshold that somebody raised is raised here, too
    ratio, fewest = raised * max(1.0, view.policy.peak_ratio_factor) * FEW_PEAK_RATIO, _fewest(own)
    of_main = max(fewest, view.baseline.peak_threshold(1, main, ratio))
    windows = ((main, of_main), (HOUR, max(fewest, ceil(HOURLY_PEAK_SHARE * of_main))))
    mean, share = min(own.max_mean_sentiment, FEW_MAX_MEAN_SENTIMENT), view.baseline.mean_negative_share
    return [
        _threshold(view, own, length, least)._replace(max_mean_sentiment=mean, min_negative_share=share)
        for length, least in windows
    ]


def _fewest(own: NegativeBurst) -> int:
    return ceil(2 * own.min_mentions / 3)


def _lengths(view: BrandView) -> tuple[int, int]:
    return in_minutes(view.policy.windows.short), in_minutes(view.policy.windows.main)


def _order(found: Finding) -> tuple[bool, bool, float]:
    return found.severity is not None, found.ongoing, found.observed / found.threshold


def _evaluate_cold(view: BrandView, own: NegativeBurst) -> Finding | None:
    """Evaluate a brand without history: a burst against the little that was seen before it."""
    seen_for, before = view.history_before(COLD_RECENT)
    if seen_for < _MIN_SEEN:
        return None
    found = _finding(view, own, _cold_threshold(own))
    if found.severity is None:
        return found
    shape = before[MENTIONS] + 0.5
    mean = shape / (seen_for + COLD_PRIOR) * COLD_RECENT
    limit = negative_binomial_quantile(mean, 1 / shape + _COLD_SPREAD, COLD_TAIL)
    return found if view.window(COLD_RECENT)[MENTIONS] >= limit else replace(found, severity=None)


def _cold_threshold(own: NegativeBurst) -> _Threshold:
    least = own.min_mentions
    return _Threshold(COLD_WINDOW, None, least, least // 2, own.max_mean_sentiment)


def _breached(view: BrandView, threshold: _Threshold) -> bool:
    counts = view.window(threshold.window)
    judged = scored(counts)
    if counts[MENTIONS] < threshold.min_count or not judged or is_light(view):
        return False
    dark = mean_sentiment(counts) <= threshold.max_mean_sentiment
    return dark and counts[NEGATIVE] >= threshold.min_negative_share * judged


def _finding(view: BrandView, own: NegativeBurst, threshold: _Threshold) -> Finding:
    counts = view.window(threshold.window)
    observed, compound = float(counts[MENTIONS]), mean_sentiment(counts)
    ongoing = observed >= threshold.resolve_below
    diversity = view.author_diversity(threshold.window) if ongoing else 0.0
    return Finding(
        view.severity_for(own.min_author_diversity, threshold.window) if _breached(view, threshold) else None,
        ongoing=ongoing,
        metric=wording.MENTIONS.name,
        window=threshold.window,
        observed=observed,
        expected=threshold.expected,
        threshold=float(threshold.min_count),
        extra={"compound": compound, "author_diversity": diversity},
    )


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    text, compound = comparison(signal, language, wording.MENTIONS), signal.evidence.extra["compound"]
    if language == "fr":
        return f"{text}, tonalité moyenne {compound:+.2f}".replace(".", ",")
    return f"{text}, mean sentiment {compound:+.2f}"


def _below_threshold(view: BrandView, own: NegativeBurst) -> bool:
    return not any(_breached(view, threshold) for threshold in _present_thresholds(view, own))


def _present_thresholds(view: BrandView, own: NegativeBurst) -> list[_Threshold]:
    return _thresholds(view, own) if view.baseline.warmed_up else [_cold_threshold(own)]


def _headroom(view: BrandView, own: NegativeBurst) -> Headroom:
    short, main = _lengths(view)
    fewest = _fewest(own)
    least = [(COLD_WINDOW, own.min_mentions), (short, own.min_mentions), (HOUR, fewest), (main, fewest)]
    few = headroom_below(view, MENTIONS, least)
    if few.remaining > 0:
        return few
    return headroom_below(view, MENTIONS, [(one.window, one.min_count) for one in _present_thresholds(view, own)])


DETECTOR: Final = Detector(
    name="negative_burst",
    parameters=NegativeBurst,
    label={"en": "Burst of negative mentions", "fr": "Vague de mentions négatives"},
    explain=explain,
    metrics=(wording.MENTIONS,),
    example=wording.Example("mentions", 60, 96, 11, 40),
    evaluate=evaluate,
    headroom=_headroom,
    below_threshold=_below_threshold,
    main_parameters=(
        wording.PEAK_RATIO,
        wording.MainParameter(
            "max_mean_sentiment",
            {
                "en": "highest mean sentiment that fires; larger fires sooner [-1 to 1]",
                "fr": "ton moyen maximal qui alerte ; plus grand, plus tôt [-1 à 1]",
            },
        ),
        wording.MIN_MENTIONS,
    ),
    featured=("peak_ratio",),
    tuning=Tuning(scaled=("peak_ratio",)),
)
