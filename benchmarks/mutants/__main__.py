"""Mutation tests of the detectors' engine, incidents, delivery and exactness. `make mutants`.

Draws mutants with a fixed seed and lets each meet the tests of `make unit` that run what it changes, the quickest
first, until one fails. Verdicts are kept: a run that was interrupted goes on, and survivors meet new tests. Prints each
mutant that is alive; exit code 1 if less than nine in ten are killed.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.mutants.drawing import ROOMS, drawn, modules
from benchmarks.mutants.journal import Journal, Verdict, digest
from benchmarks.mutants.planting import span
from benchmarks.mutants.reach import measured, stored
from benchmarks.mutants.selection import affordable, importing, running
from benchmarks.mutants.session import collect
from benchmarks.mutants.trial import try_imported, try_planted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pytest

    from benchmarks.mutants.drawing import Mutant
    from benchmarks.mutants.journal import Outcome

ROOT: Final = Path(__file__).resolve().parents[2]
KEPT: Final = ROOT / "out" / "mutants"
SEED: Final = 15
TESTS: Final = ("tests/unit", "tests/properties", *ROOMS)
GOAL: Final = 0.9
PATIENCE: Final = 600.0
"""Seconds for the tests of what changes an import."""

IMPATIENCE: Final = 20.0
"""A mutant whose tests take so many times as long as without it, and LEAST_PATIENCE more, has made one endless."""
LEAST_PATIENCE: Final = 20.0


def main() -> int:
    """Draw, try and report."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--count", type=int, default=300)
    arguments.add_argument("--seed", type=int, default=SEED)
    arguments.add_argument("--only", default="", help="only mutants whose place holds this text")
    arguments.add_argument("--numbers", type=int, nargs="+", help="only these of those drawn, counted from 1")
    arguments.add_argument("--tests", nargs="+", default=TESTS, help="folders of tests; fewer are measured sooner")
    arguments.add_argument("--seconds", type=float, default=60.0, help="of tests that a mutant meets at most")
    given = arguments.parse_args()
    KEPT.mkdir(parents=True, exist_ok=True)
    everyone = dict(enumerate(drawn(ROOT, modules(ROOT, ROOMS), given.count, given.seed, KEPT / "drawn.json"), 1))
    chosen = {number: one for number, one in everyone.items() if number in (given.numbers or [number])}
    chosen = {number: one for number, one in chosen.items() if given.only in str(one)}
    trials = _Trials(Journal(KEPT / "verdicts.jsonl"), given.seconds)
    _in_child(lambda: collect(ROOT, given.tests, lambda items: trials.plant(chosen, items)))
    trials = _Trials(Journal(KEPT / "verdicts.jsonl"), given.seconds)
    trials.load(chosen)
    return _report(chosen, trials.journal)


class _Trials:
    """Trials of mutants that are not known to be killed."""

    def __init__(self, journal: Journal, seconds: float) -> None:
        self.journal = journal
        self._seconds = seconds

    def plant(self, mutants: Mapping[int, Mutant], items: Sequence[pytest.Item]) -> bool:
        """Try those that change functions on tests that are collected."""
        reach, named = (
            measured(ROOT, items, modules(ROOT, ROOMS), KEPT / "reach.json"),
            {one.nodeid: one for one in items},
        )
        for number, mutant in mutants.items():
            if span(mutant, ROOT) is not None:
                tests = affordable(running(mutant, ROOT, reach), reach, self._seconds)
                patience = IMPATIENCE * sum(map(reach.seconds.__getitem__, tests)) + LEAST_PATIENCE
                run = partial(try_planted, ROOT, mutant, [named[test] for test in tests], patience, KEPT / "log")
                self._try(number, mutant, tests, run)
        return True

    def load(self, mutants: Mapping[int, Mutant]) -> None:
        """Try those that change what runs at import, or what no loaded function could take."""
        reach = stored(KEPT / "reach.json")
        for number, mutant in mutants.items():
            last = self.journal.last(mutant)
            if span(mutant, ROOT) is not None and (last is None or last.outcome != "unplanted"):
                continue
            tests = affordable(running(mutant, ROOT, reach), reach, self._seconds)
            tests = list(dict.fromkeys([*tests, *importing(mutant, ROOT)]))
            self._try(number, mutant, tests, partial(try_imported, ROOT, mutant, tests, PATIENCE, KEPT / "log"))

    def _try(self, number: int, mutant: Mutant, tests: Sequence[str], run: Callable[[], Outcome]) -> None:
        met = digest(ROOT, tests)
        if self.journal.find(mutant, met) is None:
            started = time.monotonic()
            outcome: Outcome = run() if tests else "survived"
            self.journal.add(Verdict(mutant.digest, str(mutant), outcome, len(tests), met))
            print(f"{number:3} {outcome:9} {time.monotonic() - started:5.1f} s  {len(tests):4}  {mutant}", flush=True)


def _in_child(work: Callable[[], object]) -> None:
    """Do something in a process of its own: this one loads nothing of the project."""
    child = os.fork()
    if not child:
        code = 1
        try:
            work()
            code = 0
        finally:
            sys.stdout.flush()
            os._exit(code)
    if os.waitpid(child, 0)[1]:
        raise SystemExit("mutants: the trials have ended early; see above")


def _report(mutants: Mapping[int, Mutant], journal: Journal) -> int:
    verdicts = {number: journal.last(mutant) for number, mutant in mutants.items()}
    killed = sum(one is not None and one.killed for one in verdicts.values())
    for number, one in verdicts.items():
        if one is not None and not one.killed:
            print(f"alive {number:3}: {one.place} ({one.tests} tests met)")
    print(f"{killed} of {len(mutants)} killed ({killed / max(1, len(mutants)):.1%})")
    return 0 if killed >= GOAL * len(mutants) else 1


if __name__ == "__main__":
    sys.exit(main())
