"""The listener process: sources and HTTP in, mentions out."""
