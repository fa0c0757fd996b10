"""How does a text feel? `Scorer` says so for English and French; `Vader` is vaderSentiment's own figure."""

from mentions.sentiment.scorer import Scorer
from mentions.sentiment.vader.batch_vader import BatchVader
from mentions.sentiment.vader.vader import Vader

__all__ = ["BatchVader", "Scorer", "Vader"]
