"""alerts.notifiers.slack."""
