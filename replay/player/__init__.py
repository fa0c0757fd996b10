"""Replay of files and recordings through the live functions."""
