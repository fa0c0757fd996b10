"""tocsin.cli.run."""
