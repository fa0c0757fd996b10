"""detectors.engine."""
