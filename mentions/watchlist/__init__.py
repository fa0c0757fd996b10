"""mentions.watchlist."""
