"""Listeners of the Slack app, by what they listen to; each module registers its own with Bolt."""
