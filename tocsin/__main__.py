"""Entry point of `python -m tocsin`, the same as the `tocsin` command."""

from tocsin.cli.main import run

if __name__ == "__main__":
    run()
