"""Has a limit that the brand's owner named been reached?

Over the last `window`: `mentions`, `negative` mentions, or a `negative_share` among at least `share_least`. A limit
that is not given is off. It holds with and without history; so it is what guards a brand on its first day. The finding
pages (`warning`), because someone asked for it.

Blind to: everything else. Cost: one sum a minute.

>>> from detectors.policy import Policy
>>> from detectors.engine.simulation import first_alert, simulate
>>> named = Policy.model_validate({"static_threshold": {"negative": 10}})
>>> first_alert(simulate({"neutral": 20}, {"negative": 120}, days=0, policy=named), "static_threshold", days=0)
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
    """Limits that hold whatever the brand's past says; each is off until it is given."""

    window: Duration = Field(
        default=timedelta(minutes=10),
        ge=timedelta(minutes=1),
        le=timedelta(hours=3),
        description="The sliding window the limits are about; larger fires sooner and more [duration]",
    )
    mentions: int | None = Field(
        default=None,
        ge=1,
        description="Mentions in the window that fire, none for off; larger fires later [mentions]",
    )
    negative: int | None = Field(
        default=None,
        ge=1,
        description="Negative mentions in the window that fire, none for off; larger fires later [mentions]",
    )
    negative_share: float | None = Field(
        default=None,
        gt=0.0,
        le=1.0,
        description="Share of negative mentions that fires, none for off; larger fires later [share]",
    )
    share_min_mentions: int = Field(
        default=20,
        ge=1,
        le=1_000_000,
        description="Mentions in the window from which the share is judged; larger fires later [mentions]",
    )


def thresholds(view: BrandView) -> tuple[CountThreshold, ...]:
    """Return the counts that were named."""
    own = view.policy.static_threshold
    named = ((MENTIONS, own.mentions), (NEGATIVE, own.negative))
    return tuple(
        CountThreshold(metric, in_minutes(own.window), None, ((count, "warning"),), resolve_below=0.7 * count)
        for metric, count in named
        if count is not None
    )


def evaluate_share(view: BrandView) -> Finding | None:
    """Return what the negative share of the window says; None while no share is named."""
    own = view.policy.static_threshold
    if own.negative_share is None:
        return None
    length = in_minutes(own.window)
    counts = view.window(length)
    judged = scored(counts)
    share = counts[NEGATIVE] / judged if judged else 0.0
    breached = judged >= own.share_min_mentions and share >= own.negative_share
    lasting = judged >= own.share_min_mentions // 2 and share >= 0.7 * own.negative_share
    return Finding("warning" if breached else None, lasting, "negative share", length, share, None, own.negative_share)


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    return comparison(signal, language, against_limit=True)


def _enabled(policy: Policy) -> bool:
    return policy.static_threshold.enabled


COUNTS = Detector("static_threshold", explain, _enabled, thresholds=thresholds)


def _share_headroom(view: BrandView) -> Headroom:
    own = view.policy.static_threshold
    if own.negative_share is None:
        return NO_LIMIT
    return Headroom(MENTIONS, own.share_min_mentions - scored(view.window(in_minutes(own.window))))


SHARE = Detector("static_threshold_share", explain, _enabled, evaluate=evaluate_share, headroom=_share_headroom)
