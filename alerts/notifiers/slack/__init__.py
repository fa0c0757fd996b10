"""Slack notifier: messages by the Web API, its errors, user groups, do-not-disturb and health probes."""
