"""config.brands."""
