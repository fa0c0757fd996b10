"""Readers of mention files: JSON Lines, CSV and Parquet, compressed or not, resumable."""
