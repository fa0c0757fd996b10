"""A fake Slack on this machine: its Web API, Socket Mode, limits and errors, for tests and for the demo."""
