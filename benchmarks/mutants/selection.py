"""Selection of the tests that a mutant meets: those that run what it changes, the quickest first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from benchmarks.mutants.planting import span

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.mutants.drawing import Mutant
    from benchmarks.mutants.reach import Reach

WHOLE: tuple[int, int] = (1, 1_000_000)


def running(mutant: Mutant, root: Path, reach: Reach) -> list[str]:
    """Return the tests that run the function, or for what is changed at import the module, those of its line first."""
    first, last = span(mutant, root) or WHOLE
    return reach.tests(str(mutant.path), first, last, mutant.line)


def importing(mutant: Mutant, root: Path) -> list[str]:
    """Return the test files that import a mutant's module, the shortest first."""
    room, _, name = mutant.module.rpartition(".")
    imported = re.compile(
        rf"^from {re.escape(mutant.module)} import|^from {re.escape(room)} import .*\b{name}\b", re.MULTILINE
    )
    files = [*(root / "tests/unit").rglob("test_*.py"), *(root / "tests/properties").glob("test_*.py")]
    texts = {str(file.relative_to(root)): file.read_text(encoding="utf-8") for file in sorted(files)}
    return sorted((file for file, text in texts.items() if imported.search(text)), key=lambda file: len(texts[file]))


def affordable(tests: list[str], reach: Reach, seconds: float) -> list[str]:
    """Return as many tests, from the first, as take no longer than so many seconds; one at least."""
    chosen: list[str] = []
    spent = 0.0
    for test in tests:
        spent += reach.seconds[test]
        if chosen and spent > seconds:
            break
        chosen.append(test)
    return chosen
