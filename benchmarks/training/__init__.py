"""Training of the shipped sentiment weights from labelled sets."""
