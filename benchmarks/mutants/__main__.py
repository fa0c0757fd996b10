"""Mutation tests of the detectors' engine, incidents, delivery and exactness. `make mutants`.

Draws mutants with a fixed seed and runs the tests that need no broker on each until one fails: those that import the
module, then those of its room, with --rest all others. Prints what survives; 1 if less than nine in ten are killed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.mutants.drawing import ROOMS, draw, modules
from benchmarks.mutants.selection import TestSelection
from benchmarks.mutants.trial import preload, try_tests

if TYPE_CHECKING:
    from benchmarks.mutants.drawing import Mutant
    from benchmarks.mutants.trial import Outcome

ROOT: Final = Path(__file__).resolve().parents[2]
SEED: Final = 15
GOAL: Final = 0.9
PATIENCE: Final = 300.0
"""Seconds that tests may take; a mutant that makes them hang is killed by that."""


def main() -> int:
    """Draw, try and report."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--count", type=int, default=300)
    arguments.add_argument("--seed", type=int, default=SEED)
    arguments.add_argument("--skip", type=int, default=0, help="leave out the first so many of those drawn")
    arguments.add_argument("--only", default="", help="only mutants whose place holds this text")
    arguments.add_argument("--rest", action="store_true", help="what survives the tests of its room meets all others")
    given = arguments.parse_args()
    drawn = draw(ROOT, modules(ROOT, ROOMS), given.count, given.seed)[given.skip :]
    chosen = [mutant for mutant in drawn if given.only in str(mutant)]
    preload()
    tests, counts = TestSelection(ROOT), Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        for number, mutant in enumerate(chosen, given.skip + 1):
            started = time.monotonic()
            outcome = _try(mutant, tests, Path(folder) / "log", rest=given.rest)
            counts[outcome] += 1
            print(f"{number:3} {outcome:8} {time.monotonic() - started:5.1f} s  {mutant}", flush=True)
    killed = counts["killed"] + counts["timeout"]
    print(f"{killed} of {len(chosen)} killed ({killed / max(1, len(chosen)):.1%}), seed {given.seed}")
    return 0 if killed >= GOAL * len(chosen) else 1


def _try(mutant: Mutant, tests: TestSelection, log: Path, *, rest: bool) -> Outcome:
    stages = [tests.first(mutant.path), tests.room(mutant.path), *([tests.rest(mutant.path)] if rest else [])]
    for stage in stages:
        outcome = try_tests(ROOT, mutant, stage, PATIENCE, log) if stage else "survived"
        if outcome != "survived":
            return outcome
    return "survived"


if __name__ == "__main__":
    sys.exit(main())
