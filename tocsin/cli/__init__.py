"""The `tocsin` command: parses options, calls the packages below, prints."""
