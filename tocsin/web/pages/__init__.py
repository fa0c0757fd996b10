"""The web pages: overview, incidents, reports, tuning."""
