"""config.calendars."""
