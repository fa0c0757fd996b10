"""Reach of the tests: which lines of the tried modules each test runs, and how long it takes.

Measured once, in a forked process, and kept; only what a changed test file reaches is measured again.
"""

from __future__ import annotations

import json
import os
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from coverage import Coverage

from benchmarks.mutants.journal import digest
from benchmarks.mutants.session import run_test

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import pytest

Reached = dict[str, list[int]]  # the lines of each module


@dataclass
class Reach:
    """Per test: its duration in seconds, and what it runs; tests that fail as they are, are left out."""

    seconds: dict[str, float] = field(default_factory=dict)
    lines: dict[str, Reached] = field(default_factory=dict)

    def tests(self, module: str, first: int, last: int, line: int) -> list[str]:
        """Return the tests that run any line of a span: those of one line of it first, each kind quickest first."""
        found = []
        for test, reached in self.lines.items():
            lines = [one for one in reached.get(module, []) if first <= one <= last]
            if lines:
                found.append((line not in lines, self.seconds[test], test))
        return [test for _, _, test in sorted(found)]


def measured(root: Path, items: Sequence[pytest.Item], modules: Iterable[Path], kept: Path) -> Reach:
    """Return the reach of some tests, measuring those whose file or whose modules have changed."""
    paths = sorted(modules)
    sources = digest(root, map(str, paths))
    before = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    files = {file: digest(root, [file]) + sources for file in {_file(item) for item in items}}
    known = {file: one for file, one in before.items() if files.get(file) == one["digest"]}
    unknown = [item for item in items if _file(item) not in known]
    fresh = _in_child(root, unknown, paths, kept.with_suffix(".new")) if unknown else {}
    known |= {file: {"digest": files[file], "tests": fresh.get(file, {})} for file in {_file(one) for one in unknown}}
    kept.write_text(json.dumps(known), encoding="utf-8")
    return stored(kept)


def stored(kept: Path) -> Reach:
    """Return the reach as it was measured last."""
    known = json.loads(kept.read_text(encoding="utf-8"))
    rows = [(name, row) for file in known.values() for name, row in file["tests"].items()]
    return Reach({name: seconds for name, (seconds, _) in rows}, {name: lines for name, (_, lines) in rows})


def _file(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


def _in_child(root: Path, items: Sequence[pytest.Item], modules: Sequence[Path], out: Path) -> Mapping[str, Any]:
    child = os.fork()
    if not child:
        _measure(root, items, modules, out)
    os.waitpid(child, 0)
    found: Mapping[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return found


def _measure(root: Path, items: Sequence[pytest.Item], modules: Sequence[Path], out: Path) -> None:
    """Run the tests, write what each file's tests reach, and end the process."""
    try:
        cover = Coverage(data_file=None, include=[str(root / path) for path in modules])
        seconds: dict[str, float] = {}
        log = os.open(out.with_suffix(".log"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(log, 1)
        os.dup2(log, 2)
        cover.start()
        for item in items:
            cover.switch_context(item.nodeid)
            started = time.monotonic()
            if run_test(item):
                seconds[item.nodeid] = round(time.monotonic() - started, 3)
        cover.stop()
        reached: dict[str, Reached] = defaultdict(dict)
        for path in modules:
            for line, tests in cover.get_data().contexts_by_lineno(str(root / path)).items():
                for test in filter(None, tests):
                    reached[test].setdefault(str(path), []).append(line)
        found: dict[str, dict[str, tuple[float, Reached]]] = defaultdict(dict)
        for item in items:
            if item.nodeid in seconds and item.nodeid in reached:
                found[_file(item)][item.nodeid] = (seconds[item.nodeid], reached[item.nodeid])
        out.write_text(json.dumps(found), encoding="utf-8")
    finally:
        os._exit(0)
