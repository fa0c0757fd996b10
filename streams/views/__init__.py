"""streams.views."""
