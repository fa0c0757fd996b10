"""mentions.sentiment.vader."""
