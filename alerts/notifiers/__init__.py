"""alerts.notifiers."""
