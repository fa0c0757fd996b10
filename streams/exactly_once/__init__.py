"""Exact counts without transactions: offsets, in-flight records, fenced state tables, stall watchdog."""
