"""tocsin.cli.analyse."""
