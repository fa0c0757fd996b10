"""Statistics: baseline, burstiness and tail quantiles."""
