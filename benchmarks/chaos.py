"""Chaos benchmark: exact counts after workers and brokers are killed or frozen, over several seeds. `make chaos`.

Every other seed sends one mention a record, the others twenty; both a thousand mentions a second.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from typing import Final

from tests.support.brokers import start_real
from tests.support.chaos import Scenario, run

SCRIPTS: Final = (
    Scenario(0, victim="killed", broker="restarted"),
    Scenario(0, victim="killed", broker="killed"),
    Scenario(0, victim="paused", broker="left alone"),
    Scenario(0, victim="killed", broker="frozen"),
    Scenario(0, victim="paused", broker="killed"),
)
PACKED: Final = 20
PACE: Final = 0.001  # seconds a mention


def main() -> int:
    """Run the script for each seed and print a line for each; 1 if any count differs."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seeds", type=int, default=10)
    arguments.add_argument("--mentions", type=int, default=40_000)
    given = arguments.parse_args()
    failed, slowest = 0, 0.0
    for seed in range(1, given.seeds + 1):
        script = SCRIPTS[(seed - 1) % len(SCRIPTS)]
        size = PACKED if seed % 2 else 1
        script = replace(script, seed=seed, mentions=given.mentions, size=size, pace=PACE * size)
        started = time.monotonic()
        broker = start_real()
        try:
            outcome = run(broker, script)
        finally:
            broker.close()
        failed += not outcome.exact
        slowest = max(slowest, outcome.fail_over)
        verdict = "exact" if outcome.exact else f"DIFFERENT\n{outcome.difference()}"
        print(
            f"seed {seed}: {size} a record, worker {script.victim}, broker {script.broker}: {verdict}; "
            f"fail-over {outcome.fail_over:.1f} s ({time.monotonic() - started:.0f} s)",
            flush=True,
        )
    print(f"{given.seeds - failed} of {given.seeds} exact, slowest fail-over {slowest:.1f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
