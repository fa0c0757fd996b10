"""tocsin.cli.configure."""
