"""Sentiment of English and French texts: `Scorer`, and `Vader`, bit-identical to vaderSentiment."""

from mentions.sentiment.scorer import Scorer
from mentions.sentiment.vader.batch_vader import BatchVader
from mentions.sentiment.vader.vader import Vader

__all__ = ["BatchVader", "Scorer", "Vader"]
