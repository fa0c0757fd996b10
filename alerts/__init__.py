"""What becomes of a signal: an incident, its life, its words, and who is told."""
