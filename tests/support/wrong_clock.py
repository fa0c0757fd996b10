"""Wrong clock: `python -m tests.support.wrong_clock 3600 worker` runs `tocsin worker` an hour ahead of its time."""

from __future__ import annotations

import sys
import time


def main() -> None:
    """Set the clock of this process, and run the command."""
    seconds = float(sys.argv.pop(1))
    true_time, true_time_ns = time.time, time.time_ns
    time.time = lambda: true_time() + seconds
    time.time_ns = lambda: true_time_ns() + int(seconds * 1e9)

    from tocsin.cli.main import run  # noqa: PLC0415  after the clock is set

    run()


if __name__ == "__main__":
    main()
