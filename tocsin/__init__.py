"""Everything with a door: command line, web pages, Slack app, demo."""
