"""Transports of the Slack app: Socket Mode and signed HTTP requests."""
