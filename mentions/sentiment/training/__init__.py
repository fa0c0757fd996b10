"""mentions.sentiment.training."""
