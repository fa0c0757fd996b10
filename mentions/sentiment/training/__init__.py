"""Training of a brand's own sentiment weights from its labels."""
