"""Throughput of one core: contenders, what they read, how they are timed."""
