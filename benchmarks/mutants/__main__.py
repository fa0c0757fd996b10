"""Mutation tests of the detectors' engine, incidents, delivery and exactness. `make mutants`.

Draws mutants with a fixed seed and runs the tests that need no broker on each until one fails: those that import the
module or lie beside it, then those of its room, with --until rest all others. Prints each; 1 if less than nine in ten
are killed.
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
    from collections.abc import Sequence

    from benchmarks.mutants.drawing import Mutant
    from benchmarks.mutants.trial import Outcome

ROOT: Final = Path(__file__).resolve().parents[2]
SEED: Final = 15
GOAL: Final = 0.9
STAGES: Final = ("first", "room", "rest")
PATIENCE: Final = 1800.0
"""Seconds that a stage of tests may take, on a busy machine; a test that hangs fails after 120 of them."""


def main() -> int:
    """Draw, try and report."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--count", type=int, default=300)
    arguments.add_argument("--seed", type=int, default=SEED)
    arguments.add_argument("--skip", type=int, default=0, help="leave out the first so many of those drawn")
    arguments.add_argument("--only", default="", help="only mutants whose place holds this text")
    arguments.add_argument("--numbers", type=int, nargs="+", help="only these of those drawn, counted from 1")
    arguments.add_argument("--until", choices=STAGES, default="room", help="which tests survivors meet at most")
    given = arguments.parse_args()
    drawn = list(enumerate(draw(ROOT, modules(ROOT, ROOMS), given.count, given.seed), 1))[given.skip :]
    chosen = [(number, mutant) for number, mutant in drawn if number in (given.numbers or [number])]
    chosen = [(number, mutant) for number, mutant in chosen if given.only in str(mutant)]
    stages = STAGES[: STAGES.index(given.until) + 1]
    preload()
    tests, counts = TestSelection(ROOT), Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        for number, mutant in chosen:
            started = time.monotonic()
            outcome = _try(mutant, tests, Path(folder) / "log", stages)
            counts[outcome] += 1
            print(f"{number:3} {outcome:8} {time.monotonic() - started:5.1f} s  {mutant}", flush=True)
    killed = counts["killed"] + counts["timeout"]
    print(f"{killed} of {len(chosen)} killed ({killed / max(1, len(chosen)):.1%}), seed {given.seed}")
    return 0 if killed >= GOAL * len(chosen) else 1


def _try(mutant: Mutant, tests: TestSelection, log: Path, stages: Sequence[str]) -> Outcome:
    for stage in stages:
        files = getattr(tests, stage)(mutant.path)
        outcome = try_tests(ROOT, mutant, files, PATIENCE, log) if files else "survived"
        if outcome != "survived":
            return outcome
    return "survived"


if __name__ == "__main__":
    sys.exit(main())
