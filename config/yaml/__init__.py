"""config.yaml."""
