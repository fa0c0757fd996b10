"""Signals and their evidence, detector parameters, durations and texts."""
