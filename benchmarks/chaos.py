"""Chaos benchmark: exact counts, whole incidents and quiet logs after faults, over several seeds. `make chaos`.

Each seed draws its faults from all that `tests.support.faults` and `rare_faults` know; --only names them instead, and
with --upgrade-from the first workers are of another commit, and are replaced one by one under load. With
--three-brokers topics have three copies, and what is done to a broker is done to one of three.

With --fail-over workers and broker are killed or frozen only, and the time is taken until another worker goes on: every
other seed sends one mention a record, the others twenty; both a thousand mentions a second.
"""

from __future__ import annotations

import argparse
import logging
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog

from tests.support import torture
from tests.support.brokers import start_real
from tests.support.chaos import Scenario, run
from tests.support.cluster import LocalCluster
from tests.support.installation import ROOT
from tests.support.torture import Ordeal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.brokers import RealBroker

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
    """Run the seeds and print a line for each; 1 if any fails."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seeds", type=int, default=10)
    arguments.add_argument("--first", type=int, default=1, help="the first seed")
    arguments.add_argument("--mentions", type=int, default=0, help="mentions a seed; 0: as many as suit")
    arguments.add_argument("--faults", type=int, default=4, help="faults a seed")
    arguments.add_argument("--only", nargs="+", default=(), metavar="FAULT", help="these faults, in this order")
    arguments.add_argument("--upgrade-from", default="", metavar="COMMIT", help="of which the first workers are")
    arguments.add_argument("--three-brokers", action="store_true", help="one cluster; a fault of a broker hits one")
    arguments.add_argument("--fail-over", action="store_true")
    given = arguments.parse_args()
    seeds = range(given.first, given.first + given.seeds)
    if given.fail_over:
        return _fail_over(seeds, given.mentions or 40_000)
    like = Ordeal(0, given.mentions or 12_000, faults=given.faults, only=tuple(given.only))
    start = _start_three if given.three_brokers else start_real
    if not given.upgrade_from:
        return _torture(seeds, like, start)
    with tempfile.TemporaryDirectory(prefix="tocsin-older-") as folder:
        archive = subprocess.run(["git", "archive", given.upgrade_from], cwd=ROOT, capture_output=True, check=True)
        subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)
        return _torture(seeds, replace(like, older=Path(folder)), start)


def _torture(seeds: range, like: Ordeal, start: Callable[[], RealBroker]) -> int:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    failed = 0
    for seed in seeds:
        broker = start()
        try:
            found = torture.run(broker, replace(like, seed=seed))
        finally:
            broker.close()
        failed += bool(found.problems)
        verdict = "FAILED\n" + "\n".join(found.problems) if found.problems else "exact"
        print(
            f"seed {seed}: {', '.join(found.faults)}: {verdict}; {found.incidents} incidents, {found.seconds:.0f} s",
            flush=True,
        )
    print(f"{len(seeds) - failed} of {len(seeds)} exact")
    return 1 if failed else 0


def _start_three() -> RealBroker:
    return LocalCluster().start()


def _fail_over(seeds: range, mentions: int) -> int:
    failed, slowest = 0, 0.0
    for seed in seeds:
        script = SCRIPTS[(seed - 1) % len(SCRIPTS)]
        size = PACKED if seed % 2 else 1
        script = replace(script, seed=seed, mentions=mentions, size=size, pace=PACE * size)
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
    print(f"{len(seeds) - failed} of {len(seeds)} exact, slowest fail-over {slowest:.1f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
