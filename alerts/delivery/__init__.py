"""Delivery of notifications: at least once to each receiver, one message an incident, within rate limits."""
