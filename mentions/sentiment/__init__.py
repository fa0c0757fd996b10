"""How does a text feel? `Scorer` says so for English and French; `Vader` is vaderSentiment's own figure."""

from mentions.sentiment.compounds import Compounds
from mentions.sentiment.scorer import Scorer
from mentions.sentiment.vader import Vader

__all__ = ["Compounds", "Scorer", "Vader"]
