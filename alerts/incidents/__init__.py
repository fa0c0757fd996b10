"""alerts.incidents."""
