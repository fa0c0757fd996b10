"""Bytes of files: packings, encodings, lines."""
