"""streams.agents."""
