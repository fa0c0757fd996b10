"""alerts.delivery."""
