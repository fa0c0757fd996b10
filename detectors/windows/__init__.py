"""detectors.windows."""
