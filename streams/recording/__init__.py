"""streams.recording."""
