"""YAML with positions, so that every error names its line."""
