"""Negative burst detector: many people write at once, and their mean sentiment is negative.

At the end of a minute, over the last W minutes (W = `volume_spike.short_window`, `volume_spike.window`), n mentions
breach when all of these hold:

    n >= min_mentions    and    n + c >= peak_ratio * P    and    P(X >= n) <= tail    and
    mean compound <= -max_mean_sentiment

P, c, X and tail are those of `detectors.volume_spike`; `peak_ratio` is larger here. The severity is `warning` if at
least the share `min_author_diversity` of the latest sampled mentions comes from different authors, else `info`.

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
>>> calm = {"negative": 4, "positive": 4, "neutral": 22}
>>> first_alert(simulate(calm, {"negative": 120, "positive": 10, "neutral": 50}), "negative_burst")
'warning after 13 min at 31 mentions'
>>> first_alert(simulate(calm, {"negative": 20, "positive": 120, "neutral": 50}), "negative_burst")
'silent'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec.structs import replace
from pydantic import Field

from detectors.base import BrandView, Detector, Finding, Headroom, headroom_below, in_minutes, scored, tail_probability
from detectors.model.parameters import Switched
from detectors.model.text import Language, comparison
from detectors.stats.distributions import negative_binomial_quantile
from detectors.windows.buckets import COMPOUND, MENTIONS, Counts

if TYPE_CHECKING:
    from detectors.model.signal import Signal
    from detectors.policy import Policy


class NegativeBurst(Switched):
    """Parameters of the negative burst detector; its windows are those of `volume_spike`."""

    min_mentions: int = Field(
        default=10,
        ge=1,
        le=1_000_000,
        description="Fewest mentions that can fire; a larger value fires later [mentions]",
    )
    peak_ratio: float = Field(
        default=1.75,
        ge=0.1,
        le=100,
        description="Multiple of the brand's usual daily peak that fires; a larger value fires later [ratio]",
    )
    max_mean_sentiment: float = Field(
        default=0.2,
        ge=-1.0,
        le=1.0,
        description="How far below zero the mean sentiment (compound) must be; "
        "a larger value fires less often [compound]",
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
"""Minutes; see the module docstring. Of 247 streams started at random, 2 % paged within their first twelve hours."""

COLD_TAIL: Final = 1e-4

_COLD_SPREAD: Final = 0.3
_MIN_SEEN: Final = 5
"""Minutes of history before a burst of a new brand can be separated from its ordinary level."""

_TEN_THOUSANDTHS: Final = 10_000


class _Threshold(NamedTuple):
    """Threshold on the mentions of a window, the same for the whole hour."""

    window: int  # minutes
    expected: float | None
    min_count: int  # mentions that make a burst
    resolve_below: int  # mentions below which a breach is over


def evaluate(view: BrandView) -> Finding | None:
    """Return the most severe finding among the windows, None without one."""
    if not view.baseline.warmed_up:
        return _evaluate_cold(view)
    return max((_finding(view, threshold) for threshold in _thresholds(view)), key=_order)


def _thresholds(view: BrandView) -> list[_Threshold]:
    """Return the thresholds of this hour, computed on first use."""
    if "negative_burst" not in view.memo:
        view.memo["negative_burst"] = _new_thresholds(view)
    thresholds: list[_Threshold] = view.memo["negative_burst"]
    return thresholds


def _new_thresholds(view: BrandView) -> list[_Threshold]:
    params, baseline = view.policy.negative_burst, view.baseline
    thresholds = []
    for column, length in enumerate(
        (in_minutes(view.policy.volume_spike.short_window), in_minutes(view.policy.volume_spike.window))
    ):
        over = baseline.peak_threshold(column, length, view.policy.peak_ratio_factor * params.peak_ratio)
        count = max(
            params.min_mentions, over, baseline.quantile(MENTIONS, length, tail_probability(view.policy, length))
        )
        resolve_below = min(count, max(params.min_mentions // 2, baseline.quantile(MENTIONS, length, RESOLVE_TAIL)))
        thresholds.append(_Threshold(length, baseline.expected(MENTIONS, length), count, resolve_below))
    return thresholds


def _order(found: Finding) -> tuple[bool, bool, float]:
    return found.severity is not None, found.ongoing, found.observed / found.threshold


def _evaluate_cold(view: BrandView) -> Finding | None:
    """Return the finding of a brand without a baseline: a burst compared with the minutes before it."""
    seen_for, before = view.history_before(COLD_RECENT)
    if seen_for < _MIN_SEEN:
        return None
    found = _finding(view, _cold_threshold(view))
    if found.severity is None:
        return found
    shape = before[MENTIONS] + 0.5
    mean = shape / (seen_for + COLD_PRIOR) * COLD_RECENT
    limit = negative_binomial_quantile(mean, 1 / shape + _COLD_SPREAD, COLD_TAIL)
    return found if view.window(COLD_RECENT)[MENTIONS] >= limit else replace(found, severity=None)


def _cold_threshold(view: BrandView) -> _Threshold:
    min_mentions = view.policy.negative_burst.min_mentions
    return _Threshold(COLD_WINDOW, None, min_mentions, min_mentions // 2)


def _mean_sentiment(counts: Counts) -> float:
    """Return the mean compound, zero without mentions in a scored language."""
    scored_count = scored(counts)
    return counts[COMPOUND] / _TEN_THOUSANDTHS / scored_count if scored_count else 0.0


def _breached(view: BrandView, threshold: _Threshold) -> bool:
    counts = view.window(threshold.window)
    return (
        counts[MENTIONS] >= threshold.min_count
        and scored(counts) > 0
        and _mean_sentiment(counts) <= -view.policy.negative_burst.max_mean_sentiment
    )


def _finding(view: BrandView, threshold: _Threshold) -> Finding:
    counts = view.window(threshold.window)
    found, compound = float(counts[MENTIONS]), _mean_sentiment(counts)
    ongoing = found >= threshold.resolve_below
    diversity = view.author_diversity() if ongoing else 0.0
    return Finding(
        view.severity_for(view.policy.negative_burst.min_author_diversity) if _breached(view, threshold) else None,
        ongoing=ongoing,
        metric="mentions",
        window=threshold.window,
        observed=found,
        expected=threshold.expected,
        threshold=float(threshold.min_count),
        extra={"compound": compound, "crowd": diversity},
    )


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    text, compound = comparison(signal, language), signal.evidence.extra["compound"]
    if language == "fr":
        return f"{text}, tonalité moyenne {compound:+.2f}".replace(".", ",")
    return f"{text}, mean sentiment {compound:+.2f}"


def _enabled(policy: Policy) -> bool:
    return policy.negative_burst.enabled


def _below_threshold(view: BrandView) -> bool:
    return not any(
        _breached(view, threshold)
        for threshold in (_thresholds(view) if view.baseline.warmed_up else [_cold_threshold(view)])
    )


def _headroom(view: BrandView) -> Headroom:
    lengths = (
        COLD_WINDOW,
        in_minutes(view.policy.volume_spike.short_window),
        in_minutes(view.policy.volume_spike.window),
    )
    few = headroom_below(view, MENTIONS, [(length, view.policy.negative_burst.min_mentions) for length in lengths])
    if few.remaining > 0:
        return few
    thresholds = _thresholds(view) if view.baseline.warmed_up else [_cold_threshold(view)]
    return headroom_below(view, MENTIONS, [(threshold.window, threshold.min_count) for threshold in thresholds])


DETECTOR: Final = Detector(
    "negative_burst", explain, _enabled, evaluate=evaluate, headroom=_headroom, below_threshold=_below_threshold
)
