"""mentions.model."""
