"""End-to-end heartbeat: canary mentions through every stage, and an outage reported outside Slack."""
