"""Transports of the Slack app: Socket Mode and HTTP."""
