"""alerts.rendering."""
