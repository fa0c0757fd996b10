"""Tuning of thresholds on labelled incidents, with intervals. Mentions are scored only once."""
