"""The demo: an invented crisis played through real workers, with a fake Slack."""
