"""streams.exactly_once."""
