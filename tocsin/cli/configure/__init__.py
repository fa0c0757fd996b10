"""Commands on configuration and calendars."""
