"""The pages: overview, incidents, reports, thresholds, tuning."""
