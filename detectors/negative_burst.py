"""Is a burst of mentions an outcry: many people at once, in a dark tone?

At the end of a minute, over the last W minutes (W = `volume.fast`, `volume.window`), n mentions breach when at once

    n >= least    and    n + c >= over_peak * P    and    P(X >= n) <= tail

as in `detectors.volume_spike`, but with a larger `over_peak`, and when besides

    mean compound <= -tone

The finding pages (`warning`) where a crowd speaks, at least the share `crowd` of the latest sampled mentions being by
different authors; else it is worth a look (`info`). The mean compound, not the share of negative mentions: the first
news of an accident is told in sober words, each of which alone passes for neutral. A joke or a sponsorship is louder
than many a crisis, and bright.

Without history (before `learning.warm_up`) a brand has no usual. Then `least` mentions within COLD minutes breach, if
those of the last RECENT minutes are beyond what the minutes before them lead to expect: the quantile COLD_TAIL of the
Gamma-Poisson model with a prior of half a mention in PRIOR minutes. `expected` is then None.

Blind to: irony, which reads as bright; a storm under the usual daily peak. Cost: two sums a minute.
Reference: Gelman et al., Bayesian Data Analysis, 2.6 (the tail); the rule is our own, see docs/results.md.

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
    """Parameters of the outcry detector; its windows are those of `volume`."""

    min_mentions: int = Field(
        default=10, ge=1, le=1_000_000, description="Fewest mentions that can breach; larger fires later [mentions]"
    )
    peak_ratio: float = Field(
        default=1.75,
        ge=0.1,
        le=100,
        description="Multiple of the brand's own usual daily peak that breaches; larger fires later [ratio]",
    )
    max_mean_sentiment: float = Field(
        default=0.2,
        ge=-1.0,
        le=1.0,
        description="How far below zero the mean compound must be; larger fires less [compound]",
    )
    min_author_diversity: float = Field(
        default=0.5,
        ge=0.0,
        le=1.0,
        description="Least share of different authors among the latest mentions that pages; larger pages less [share]",
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
"""Minutes a new brand must have been seen before a burst can be told from its ordinary level."""

_TEN_THOUSANDTHS: Final = 10_000


class _Threshold(NamedTuple):
    """What the mentions of a window are held against, the same for the whole hour."""

    window: int  # minutes
    expected: float | None
    min_count: int  # mentions from which it is a burst
    resolve_below: int  # below which a breach is over


def evaluate(view: BrandView) -> Finding | None:
    """Return what the burst that goes on now says: the gravest of the windows, None where there is nothing to say."""
    if not view.baseline.warmed_up:
        return _evaluate_cold(view)
    return max((_finding(view, bar) for bar in _thresholds(view)), key=_order)


def _thresholds(view: BrandView) -> list[_Threshold]:
    """Return the bars of this hour, worked out when they are first asked for."""
    if "negative_burst" not in view.memo:
        view.memo["negative_burst"] = _new_thresholds(view)
    bars: list[_Threshold] = view.memo["negative_burst"]
    return bars


def _new_thresholds(view: BrandView) -> list[_Threshold]:
    own, usual = view.policy.negative_burst, view.baseline
    bars = []
    for column, length in enumerate(
        (in_minutes(view.policy.volume_spike.short_window), in_minutes(view.policy.volume_spike.window))
    ):
        over = usual.peak_threshold(column, length, view.policy.peak_ratio_factor * own.peak_ratio)
        count = max(own.min_mentions, over, usual.quantile(MENTIONS, length, tail_probability(view.policy, length)))
        calm = min(count, max(own.min_mentions // 2, usual.quantile(MENTIONS, length, RESOLVE_TAIL)))
        bars.append(_Threshold(length, usual.expected(MENTIONS, length), count, calm))
    return bars


def _order(found: Finding) -> tuple[bool, bool, float]:
    return found.severity is not None, found.ongoing, found.observed / found.threshold


def _evaluate_cold(view: BrandView) -> Finding | None:
    """Judge a brand without history: a burst against what little was seen before it."""
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
    least = view.policy.negative_burst.min_mentions
    return _Threshold(COLD_WINDOW, None, least, least // 2)


def _mean_sentiment(counts: Counts) -> float:
    """Return the mean compound, zero where nothing was in a language that is scored."""
    judged = scored(counts)
    return counts[COMPOUND] / _TEN_THOUSANDTHS / judged if judged else 0.0


def _breached(view: BrandView, bar: _Threshold) -> bool:
    counts = view.window(bar.window)
    return (
        counts[MENTIONS] >= bar.min_count
        and scored(counts) > 0
        and _mean_sentiment(counts) <= -view.policy.negative_burst.max_mean_sentiment
    )


def _finding(view: BrandView, bar: _Threshold) -> Finding:
    counts = view.window(bar.window)
    found, compound = float(counts[MENTIONS]), _mean_sentiment(counts)
    lasting = found >= bar.resolve_below
    crowd = view.author_diversity() if lasting else 0.0
    return Finding(
        view.severity_for(view.policy.negative_burst.min_author_diversity) if _breached(view, bar) else None,
        ongoing=lasting,
        metric="mentions",
        window=bar.window,
        observed=found,
        expected=bar.expected,
        threshold=float(bar.min_count),
        extra={"compound": compound, "crowd": crowd},
    )


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    told, compound = comparison(signal, language), signal.evidence.extra["compound"]
    if language == "fr":
        return f"{told}, ton moyen {compound:+.2f}".replace(".", ",")
    return f"{told}, mean tone {compound:+.2f}"


def _enabled(policy: Policy) -> bool:
    return policy.negative_burst.enabled


def _below_threshold(view: BrandView) -> bool:
    return not any(
        _breached(view, bar) for bar in (_thresholds(view) if view.baseline.warmed_up else [_cold_threshold(view)])
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
    bars = _thresholds(view) if view.baseline.warmed_up else [_cold_threshold(view)]
    return headroom_below(view, MENTIONS, [(bar.window, bar.min_count) for bar in bars])


DETECTOR: Final = Detector(
    "negative_burst", explain, _enabled, evaluate=evaluate, headroom=_headroom, below_threshold=_below_threshold
)
