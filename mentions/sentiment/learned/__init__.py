"""mentions.sentiment.learned."""
