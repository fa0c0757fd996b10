"""Traces from a mention to the Slack request, where OpenTelemetry is set up; nothing where it is not."""
