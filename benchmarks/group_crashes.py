"""Crashes of `tocsin up`: all its processes are killed again and again, and what it found is compared with a replay.

`make group-crashes`. What is not acknowledged to the sender is sent again; all else must be there once.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.support.local_group import GroupScenario


def main() -> int:
    """Run the scenario; 1 if a count, an event of an incident or the silence differs."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--kills", type=int, default=20)
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="tocsin-group-") as folder:
        started = time.monotonic()
        scenario = GroupScenario(
            Path(folder), given.kills, calm=6_000, storm=3_000, speed=30.0, life=(0.5, 14.0), seed=given.seed
        )
        wrong = scenario.run()
        size = sum(file.stat().st_size for file in (Path(folder) / "data").iterdir())
        took = time.monotonic() - started
    print(
        f"{given.kills} kills of the whole group, {len(scenario.mentions)} mentions, {took:.0f} s, {size / 1e6:.1f} MB"
    )
    print("\n".join(wrong[:20]) or "counts, events of incidents and the silence as in one uninterrupted run")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
