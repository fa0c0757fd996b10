"""Static threshold detectors: a count or a negative share reaches a limit from the brand's configuration.

Over the last `window`, a count breaches at `mentions` or at `negative` mentions; the share breaches at `negative_share`
among at least `share_min_mentions` mentions in a scored language. A limit that is not given is off. The severity is
`warning`, because somebody asked for it.

Trade-off: limits need no history, so they guard a brand from its first day; they do not adapt as the brand grows.
Blind spots: everything below the limits, however unusual.
Cost: one sum a minute.
Reference: none, fixed limits.

>>> from detectors.policy import Policy
>>> from detectors.engine.simulation import first_alert, simulate
>>> policy = Policy.model_validate({"static_threshold": {"negative": 10}})
>>> first_alert(simulate({"neutral": 20}, {"negative": 120}, days=0, policy=policy), "static_threshold", days=0)
'warning after 3 min at 10 negative mentions'
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from pydantic import Field

from detectors.base import NO_LIMIT, BrandView, CountThreshold, Detector, Finding, Headroom, in_minutes, scored
from detectors.model.duration import Duration
from detectors.model.parameters import Switched
from detectors.model.text import Language, comparison
from detectors.windows.buckets import MENTIONS, NEGATIVE

if TYPE_CHECKING:
    from detectors.model.signal import Signal
    from detectors.policy import Policy


class StaticThreshold(Switched):
    """Fixed limits, whatever the brand's history; each is off until it is given."""

    window: Duration = Field(
        default=timedelta(minutes=10),
        ge=timedelta(minutes=1),
        le=timedelta(hours=3),
        description="Sliding window that the limits apply to; a larger value fires sooner and more often [duration]",
    )
    mentions: int | None = Field(
        default=None,
        ge=1,
        description="Mentions in the window that fire; none: off; a larger value fires later [mentions]",
    )
    negative: int | None = Field(
        default=None,
        ge=1,
        description="Negative mentions in the window that fire; none: off; a larger value fires later [mentions]",
    )
    negative_share: float | None = Field(
        default=None,
        gt=0.0,
        le=1.0,
        description="Share of negative mentions that fires; none: off; a larger value fires later [share]",
    )
    share_min_mentions: int = Field(
        default=20,
        ge=1,
        le=1_000_000,
        description="Fewest mentions in the window for the share to count; a larger value fires later [mentions]",
    )


def thresholds(view: BrandView) -> tuple[CountThreshold, ...]:
    """Return the configured limits on counts."""
    params = view.policy.static_threshold
    limits = ((MENTIONS, params.mentions), (NEGATIVE, params.negative))
    return tuple(
        CountThreshold(metric, in_minutes(params.window), None, ((count, "warning"),), resolve_below=0.7 * count)
        for metric, count in limits
        if count is not None
    )


def evaluate_share(view: BrandView) -> Finding | None:
    """Return the finding about the negative share of the window, None without a configured share."""
    params = view.policy.static_threshold
    if params.negative_share is None:
        return None
    length = in_minutes(params.window)
    counts = view.window(length)
    scored_count = scored(counts)
    share = counts[NEGATIVE] / scored_count if scored_count else 0.0
    breached = scored_count >= params.share_min_mentions and share >= params.negative_share
    ongoing = scored_count >= params.share_min_mentions // 2 and share >= 0.7 * params.negative_share
    return Finding(
        "warning" if breached else None, ongoing, "negative share", length, share, None, params.negative_share
    )


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    return comparison(signal, language, against_limit=True)


def _enabled(policy: Policy) -> bool:
    return policy.static_threshold.enabled


COUNTS = Detector("static_threshold", explain, _enabled, thresholds=thresholds)


def _share_headroom(view: BrandView) -> Headroom:
    params = view.policy.static_threshold
    if params.negative_share is None:
        return NO_LIMIT
    return Headroom(MENTIONS, params.share_min_mentions - scored(view.window(in_minutes(params.window))))


SHARE = Detector("static_threshold_share", explain, _enabled, evaluate=evaluate_share, headroom=_share_headroom)
