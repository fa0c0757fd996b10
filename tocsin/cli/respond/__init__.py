"""tocsin.cli.respond."""
