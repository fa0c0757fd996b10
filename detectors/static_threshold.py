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
from typing import TYPE_CHECKING, Final

from pydantic import Field

from detectors.base import NO_LIMIT, Detector, in_minutes, scored
from detectors.model import wording
from detectors.model.duration import Duration
from detectors.model.finding import CountThreshold, Finding, Headroom
from detectors.model.parameters import Switched
from detectors.model.signal_text import comparison
from detectors.windows.buckets import MENTIONS, NEGATIVE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from detectors.model.signal import Severity, Signal
    from detectors.model.signal_text import Language
    from detectors.view import BrandView


class StaticThreshold(Switched):
    """Limits that hold whatever the brand's history; each is off until it is given."""

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


def thresholds(_view: BrandView, own: StaticThreshold) -> tuple[CountThreshold, ...]:
    """Return the counts that are given."""
    given = ((MENTIONS, own.mentions), (NEGATIVE, own.negative))
    return tuple(
        CountThreshold(metric, in_minutes(own.window), None, ((count, "warning"),), resolve_below=0.7 * count)
        for metric, count in given
        if count is not None
    )


def evaluate_share(view: BrandView, own: StaticThreshold) -> Finding | None:
    """Return the finding on the negative share of the window; None while no share is given."""
    if own.negative_share is None:
        return None
    length = in_minutes(own.window)
    counts = view.window(length)
    judged = scored(counts)
    share = counts[NEGATIVE] / judged if judged else 0.0
    breached = judged >= own.share_min_mentions and share >= own.negative_share
    ongoing = judged >= own.share_min_mentions // 2 and share >= 0.7 * own.negative_share
    severity: Severity | None = "warning" if breached else None
    return Finding(severity, ongoing, wording.NEGATIVE_SHARE.name, length, share, None, own.negative_share)


def _share_headroom(view: BrandView, own: StaticThreshold) -> Headroom:
    if own.negative_share is None:
        return NO_LIMIT
    return Headroom(MENTIONS, own.share_min_mentions - scored(view.window(in_minutes(own.window))))


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    return comparison(signal, language, *_METRICS, against_limit=True)


def _can_fire(own: StaticThreshold) -> bool:
    return own.enabled and (own.mentions, own.negative, own.negative_share) != (None, None, None)


def _warnings(own: StaticThreshold) -> Iterator[tuple[str, str]]:
    if own.mentions is not None and own.negative is not None and own.negative >= own.mentions:
        rule = f"is never reached first, as mentions = {own.mentions} counts the negative ones too: set it lower"
        yield "negative", rule


_METRICS: Final = (wording.MENTIONS, wording.NEGATIVE_MENTIONS, wording.NEGATIVE_SHARE)

COUNTS: Final = Detector(
    name="static_threshold",
    parameters=StaticThreshold,
    label={"en": "Fixed threshold reached", "fr": "Seuil fixe atteint"},
    explain=explain,
    metrics=_METRICS[:2],
    example=wording.Example("negative mentions", 10, 40, None, 40),
    thresholds=thresholds,
    main_parameters=(
        wording.MainParameter(
            "mentions",
            {
                "en": "mentions in the window that fire [mentions]",
                "fr": "mentions dans la fenêtre qui alertent [mentions]",
            },
        ),
        wording.MainParameter(
            "negative",
            {
                "en": "negative mentions in the window that fire [mentions]",
                "fr": "mentions négatives dans la fenêtre qui alertent [mentions]",
            },
        ),
        wording.MainParameter(
            "negative_share",
            {"en": "negative share that fires [0 to 1]", "fr": "part négative qui alerte [0 à 1]"},
        ),
    ),
    featured=("negative",),
    can_fire=_can_fire,
    warnings=_warnings,
)

SHARE: Final = Detector(
    name="static_threshold_share",
    section="static_threshold",
    parameters=StaticThreshold,
    label={"en": "Fixed threshold on the negative share reached", "fr": "Seuil fixe de part négative atteint"},
    explain=explain,
    metrics=_METRICS[2:],
    example=wording.Example("negative share", 10, 0.7, None, 0.5),
    evaluate=evaluate_share,
    headroom=_share_headroom,
    can_fire=_can_fire,
)
