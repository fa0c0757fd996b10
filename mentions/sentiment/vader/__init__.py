"""VADER, bit-identical to vaderSentiment 3.3.2 and several times as fast."""
