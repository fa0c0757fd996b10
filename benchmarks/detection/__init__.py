"""Benchmarks of detection: labelled incidents, quiet brands, crowds, and what topics cost."""
