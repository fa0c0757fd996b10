"""Data of the vaderSentiment package: the one place that imports it, since it carries no types."""

from __future__ import annotations

from vaderSentiment.vaderSentiment import (
    B_DECR,
    B_INCR,
    BOOSTER_DICT,
    C_INCR,
    N_SCALAR,
    NEGATE,
    SPECIAL_CASES,
    SentimentIntensityAnalyzer,
    SentiText,
)

__all__ = [
    "BOOSTER_DICT",
    "B_DECR",
    "B_INCR",
    "C_INCR",
    "NEGATE",
    "N_SCALAR",
    "SPECIAL_CASES",
    "SentiText",
    "SentimentIntensityAnalyzer",
]
