"""detectors.model."""
