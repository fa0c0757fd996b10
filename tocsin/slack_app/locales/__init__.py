"""Texts of the Slack app, one module a language."""
