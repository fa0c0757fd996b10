"""Modals of the Slack app: silence and threshold."""
