"""The Slack app: what a tap on a button or a slash command does, and who may."""
