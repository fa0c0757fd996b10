"""replay.player."""
