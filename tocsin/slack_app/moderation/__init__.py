"""Moderation in Slack: the card of an item, what can be done on it, and who posts which card when."""
