"""Text of a mention: its words, and the units that are counted."""
