"""Listening: sources read into `mentions`, each item once, with what is not heard told."""
