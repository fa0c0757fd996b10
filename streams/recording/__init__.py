"""Recording of what the workers read of some brands, as one self-contained file."""
