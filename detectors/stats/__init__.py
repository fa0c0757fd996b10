"""detectors.stats."""
