"""The interface of a detector, and functions that several detectors share.

To add a detector:

1. Write `detectors/NAME.py`: a class of parameters derived from `Switched`, the functions of the rule, and
   `DETECTOR = Detector(name="NAME", parameters=..., label=..., explain=..., ...)`. Each function of the rule takes the
   brand's view and the detector's own parameters; the parameters of others are out of reach.
2. Add `NAME.DETECTOR` to `ALL` in `detectors/registry.py`, at its rank of importance.

That is all. The key `detect.NAME` of `brands.yaml` with its schema and reference, overrides, the threshold editor of
the web pages and of Slack, tuning, reports and the wording of alerts follow from the registry.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from math import floor
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from detectors.model import wording
from detectors.model.finding import Finding, Headroom
from detectors.model.parameters import Switched
from detectors.model.signal import SEVERITIES
from detectors.windows.buckets import COMPOUND, HIGH_REACH, MAX_SLIDING, MENTIONS, NEGATIVE, POSITIVE, UNKNOWN, Counts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import timedelta

    from detectors.model.finding import CountThreshold
    from detectors.model.policy import CommonPolicy
    from detectors.model.signal import Coverage, Severity, Signal
    from detectors.model.signal_text import Language
    from detectors.view import BrandView

METRICS: Final = {
    MENTIONS: wording.MENTIONS,
    NEGATIVE: wording.NEGATIVE_MENTIONS,
    POSITIVE: wording.POSITIVE_MENTIONS,
    HIGH_REACH: wording.HIGH_REACH_MENTIONS,
}
"""Column → what a count of it is called."""

FEW_BELOW: Final = 25.0
"""Mentions expected in the main window below which a brand has few: ten an hour."""

FEW_DARK_FROM: Final = -0.1
"""Mean compound of the main window above which such a brand is not paged. Chosen on the labelled streams, see
docs/results.md."""

NO_LIMIT: Final = Headroom(MENTIONS, 1 << 62)
"""Headroom of a detector that can find nothing in this hour."""

P = TypeVar("P", bound=Switched)


@dataclass(frozen=True, slots=True)
class Tuning:
    """What tuning tries: parameters that are scaled together with those of other detectors, and values of others."""

    scaled: tuple[str, ...] = ()
    values: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Detector(Generic[P]):
    """One rule that is applied to every brand's stream, and all that others need to know about it.

    A rule on counts gives `thresholds`: it fires the moment a count is reached, inside the open minute. Every other
    rule gives `evaluate`, called at the end of each minute, or `reads_topics`: then its findings are topics.

    Three functions save calls. `headroom` returns how much may be counted before a breach could be found at this minute
    or a later one of the hour: windows that slide on hold no more than what they hold now and what comes. Where
    `below_threshold` is true, `evaluate` finds nothing at this minute. `first_possible(view, own, hours)` returns in
    how many hours at the earliest `evaluate` finds something, `hours` at most, if no mention comes; the view is that of
    the end of an hour, which is hour 0. None of them may ever be too optimistic; property tests hold every registered
    detector to that.
    """

    name: str
    parameters: type[P]
    label: wording.Text  # what it finds, in a few words
    explain: Callable[[Signal, Language], str]  # one sentence for a manager
    metrics: tuple[wording.Metric, ...]  # every figure that its findings may name
    example: wording.Example

    thresholds: Callable[[BrandView, P], tuple[CountThreshold, ...]] | None = None
    evaluate: Callable[[BrandView, P], Finding | None] | None = None
    headroom: Callable[[BrandView, P], Headroom] | None = None
    below_threshold: Callable[[BrandView, P], bool] | None = None
    reads_topics: bool = False  # its findings are those of the topic tracker, which reads the texts of mentions
    hourly: bool = False  # evaluated when an hour ends too, and may fire in a minute without a mention
    first_possible: Callable[[BrandView, P, int], int] | None = None  # of an hourly one: see `Detector`
    pauses_learning: bool = True  # hours in breach are kept out of the baseline

    section: str = ""  # key of `detect:` that holds its parameters; empty: its name
    main_parameters: tuple[wording.MainParameter, ...] = ()  # may be overridden; the decisive one first
    featured: tuple[str, ...] = ()  # parameters that stand first in the editor
    tuning: Tuning = Tuning()
    alert_text: wording.Text | None = None  # in place of `N metric in WINDOW`; gaps: {source}, {window}
    statistic: str = ""  # key in `Finding.extra` of what is held against `extra[statistic + "_limit"]`; empty: observed
    charted: bool = True  # whether a report draws its distance from the threshold
    can_fire: Callable[[P], bool] = lambda own: own.enabled
    warnings: Callable[[P], Iterable[tuple[str, str]]] = lambda _own: ()  # parameter and what is odd about its value

    high_reach_from: Callable[[P], int] | None = None  # reach from which negative mentions count as HIGH_REACH
    coverage: Callable[[BrandView, P], Coverage | None] | None = None  # which usual sources are active
    forget_sources_after: Callable[[P], timedelta] | None = None

    @property
    def key(self) -> str:
        """Return the key of `detect:` that holds its parameters."""
        return self.section or self.name


def hourly_thresholds(view: BrandView, detector: Detector[P], own: P) -> tuple[CountThreshold, ...]:
    """Return the thresholds on counts of a detector, computed once an hour; none of a detector of another kind."""
    cached = view.cached_thresholds
    found = cached.get(detector.name)
    if found is None:
        found = cached[detector.name] = detector.thresholds(view, own) if detector.thresholds else ()
    return found


def evaluate_thresholds(view: BrandView, thresholds: tuple[CountThreshold, ...]) -> Finding | None:
    """Return the most severe finding among thresholds on counts, or None without any.

    Among equals the one furthest above its threshold is returned.
    """
    best: Finding | None = None
    best_order = (-2, False, 0.0)
    for one in thresholds:
        observed = view.window(one.window)[one.metric]
        keeps_pace = missing_pace(view, one) <= 0
        severity: Severity | None = None
        for count, level in one.levels:
            if observed >= count and missing_mentions(view, one) <= 0:
                negative = one.metric in (NEGATIVE, HIGH_REACH)
                severity = view.severity_for(one.min_author_diversity, one.window, negative=negative, severity=level)
                severity = "info" if one.needs_mood and is_light(view) else severity
        threshold = one.levels[0][0]
        ongoing = keeps_pace and observed >= one.resolve_below
        order = (-1 if severity is None else SEVERITIES.index(severity), ongoing, observed / max(1, threshold))
        if order > best_order:
            best_order = order
            name = METRICS[one.metric].name
            best = Finding(severity, ongoing, name, one.window, observed, one.expected, threshold, one.extra)
    return best


def missing_mentions(view: BrandView, threshold: CountThreshold) -> int:
    """Return how many mentions a threshold whose count is reached lacks to breach, 0 where none is lacking.

    Where the negative share is too low it is one: a negative mention may be enough, and no other mention is.
    """
    lacking = missing_pace(view, threshold)
    if lacking > 0 or threshold.min_negative_share <= 0:
        return lacking
    counts = view.window(threshold.window)
    return 0 if counts[NEGATIVE] >= threshold.min_negative_share * scored(counts) else 1


def missing_pace(view: BrandView, threshold: CountThreshold) -> int:
    """Return how many mentions the last three hours lack to keep the pace of a long window's threshold.

    0 for a short window. A burst that is long over does not continue.
    """
    if threshold.window <= MAX_SLIDING:
        return 0
    lacking = threshold.resolve_below * MAX_SLIDING - view.window(MAX_SLIDING)[threshold.metric] * threshold.window
    return max(1, floor(lacking / threshold.window)) if lacking > 0 else 0  # one too few: the next evaluation decides


def headroom_below(view: BrandView, metric: int, bounds: Iterable[tuple[int, int]]) -> Headroom:
    """Return the headroom below counts over windows: each bound is a window in minutes and its least threshold."""
    return Headroom(metric, min([count - view.window(length)[metric] for length, count in bounds]))


@cache
def in_minutes(duration: timedelta) -> int:
    """Return a duration in whole minutes, at least one."""
    return max(1, round(duration.total_seconds() / 60))


def scored(counts: Counts) -> int:
    """Return how many mentions are in a language that is scored."""
    return counts[MENTIONS] - counts[UNKNOWN]


def mean_sentiment(counts: Counts) -> float:
    """Return the mean compound, zero where nothing was in a language that is scored."""
    judged = scored(counts)
    return counts[COMPOUND] / _TEN_THOUSANDTHS / judged if judged else 0.0


def is_light(view: BrandView) -> bool:
    """Return whether the mood of a brand with few mentions is too light for a page: launches bring complaints, too."""
    return has_few_mentions(view) and mean_sentiment(view.window(in_minutes(view.policy.windows.main))) > FEW_DARK_FROM


def has_few_mentions(view: BrandView) -> bool:
    """Return whether the brand has so few mentions that its crises are small."""
    return view.baseline.expected(MENTIONS, in_minutes(view.policy.windows.main)) < FEW_BELOW


_TEN_THOUSANDTHS: Final = 10_000
_LOOKS: Final = 8.0  # a window that slides by the minute is looked at about so many times as often as one that tumbles


def tail_probability(policy: CommonPolicy, window: int, budget_share: float = 1 / 8) -> float:
    """Return how improbable a count over `window` minutes must be for a rule to stay within its share of the budget.

    A window that slides has fewer independent looks than minutes and more than windows. Episodes of Poisson counts
    above a quantile, divided by windows times the tail, came to 4.4-5.8 for 10 minutes and 6.5-10.3 for 120 (20 million
    simulated minutes each, means of 3 to 100 a window, tails of 1e-3 and 1e-4).
    """
    looks = _LOOKS * 1440 / window
    return policy.false_alarms_per_day * budget_share / looks
