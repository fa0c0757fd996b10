"""Statistics of topics: the baseline of units, tail probability, and growth."""
