"""mentions.readers."""
