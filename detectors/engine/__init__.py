"""Detection engine: the pure fold over a brand's batches and watermarks that runs the detectors."""
