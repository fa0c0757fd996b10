"""Probability that a text is abusive, calibrated from the linear score so that the threshold is one half."""

from __future__ import annotations

from math import exp
from typing import Final

THRESHOLD: Final = 0.5
STEEPEST: Final = 30.0


def abuse_probability(score: float) -> float:
    """Return the probability that a text of this score (log odds above the threshold) is abusive.

    >>> abuse_probability(0.0)
    0.5
    """
    return 1 / (1 + exp(-min(max(score, -STEEPEST), STEEPEST)))
