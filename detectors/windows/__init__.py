"""Counts per minute and hour, and samples of who and what contributes to them."""
