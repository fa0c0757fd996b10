"""alerts.oncall."""
