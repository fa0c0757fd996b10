"""Which brands are watched, with what thresholds, and what the environment says."""
