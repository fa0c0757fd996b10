"""streams.heartbeat."""
