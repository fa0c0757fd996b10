"""A detector that exists in tests only: as a new one is written, in one file. It fires where nobody has an opinion."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pydantic import Field

from detectors.base import Detector, Tuning, in_minutes
from detectors.model import wording
from detectors.model.duration import Duration
from detectors.model.finding import Finding
from detectors.model.parameters import Switched
from detectors.model.signal_text import comparison
from detectors.windows.buckets import MENTIONS, NEGATIVE, POSITIVE

if TYPE_CHECKING:
    from detectors.model.signal import Severity, Signal
    from detectors.model.signal_text import Language
    from detectors.view import BrandView

NEUTRAL_SHARE: Final = wording.Metric("neutral share", {"en": "neutral share", "fr": "part neutre"})


class NeutralShare(Switched):
    """Parameters of the toy detector."""

    window: Duration = Field(default=timedelta(minutes=10), description="Sliding window; a larger value is steadier")
    min_mentions: int = Field(default=20, ge=1, description="Fewest mentions that can fire [mentions]")
    min_share: float = Field(default=0.99, gt=0.0, le=1.0, description="Neutral share that fires [share]")


def evaluate(view: BrandView, own: NeutralShare) -> Finding:
    """Return the finding on the mentions that are neither negative nor positive."""
    length = in_minutes(own.window)
    counts = view.window(length)
    mentions = counts[MENTIONS]
    share = (mentions - counts[NEGATIVE] - counts[POSITIVE]) / mentions if mentions else 0.0
    severity: Severity | None = "warning" if mentions >= own.min_mentions and share >= own.min_share else None
    return Finding(severity, severity is not None, NEUTRAL_SHARE.name, length, share, None, own.min_share)


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    return comparison(signal, language, NEUTRAL_SHARE, against_limit=True)


DETECTOR: Final = Detector(
    name="neutral_share",
    parameters=NeutralShare,
    label={"en": "Nobody has an opinion", "fr": "Personne n’a d’avis"},
    explain=explain,
    metrics=(NEUTRAL_SHARE,),
    example=wording.Example("neutral share", 10, 1.0, None, 0.99),
    evaluate=evaluate,
    main_parameters=(
        wording.MainParameter(
            "min_share",
            {"en": "neutral share; larger fires less [0 to 1]", "fr": "part neutre ; plus grand, plus rare [0 à 1]"},
        ),
        wording.MIN_MENTIONS,
    ),
    featured=("min_share",),
    tuning=Tuning(scaled=("min_share",), values={"min_mentions": (10, 40)}),
)
