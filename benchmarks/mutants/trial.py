"""Trial of a mutant: a forked process meets tests until the first that fails.

What changes a function is planted in the function as it is loaded, with all tests collected. What changes an import is
imported in place of the module by a process that has loaded nothing of the project yet.
"""

from __future__ import annotations

import importlib
import os
import resource
import signal
import sys
import time
from importlib.abc import MetaPathFinder, SourceLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from benchmarks.mutants.planting import plant
from benchmarks.mutants.session import ARGUMENTS, FewExamples, run_test

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

    from benchmarks.mutants.drawing import Mutant
    from benchmarks.mutants.journal import Outcome

UNPLANTED: Final = 99
OUTCOMES: Final[dict[int, Outcome]] = {0: "survived", 5: "survived", UNPLANTED: "unplanted"}
"""By exit code, all others: killed. pytest ends with 5 where it finds no test."""

NOT_FOUND: Final = 4
"""pytest's exit code where a test that it should run is not there."""

MOST_MEMORY: Final = 4 << 30
"""Bytes: a mutant that asks for more is killed by that."""


class _MutantLoader(SourceLoader):
    def __init__(self, path: str, source: str) -> None:
        self._path, self._source = path, source

    def get_filename(self, fullname: str) -> str:
        del fullname
        return self._path

    def get_data(self, path: str | bytes) -> bytes:
        return self._source.encode() if str(path) == self._path else Path(os.fsdecode(path)).read_bytes()


class _MutantFinder(MetaPathFinder):
    """Finds a module's mutant in its place."""

    def __init__(self, mutant: Mutant, root: Path) -> None:
        self._module = mutant.module
        path = str(root / mutant.path)
        self._spec = spec_from_file_location(self._module, path, loader=_MutantLoader(path, mutant.source))

    def find_spec(self, fullname: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        del path, target
        return self._spec if fullname == self._module else None


def try_planted(root: Path, mutant: Mutant, items: Sequence[pytest.Item], patience: float, log: Path) -> Outcome:
    """Let collected tests run with a mutant in the functions that are loaded."""

    def run() -> int:
        if not plant(mutant, root):
            return UNPLANTED
        return int(not all(run_test(item) for item in items))

    return _fork(run, patience, log)


def try_imported(root: Path, mutant: Mutant, tests: Sequence[str], patience: float, log: Path) -> Outcome:
    """Let tests, by name, run with a mutant imported in place of its module."""

    def run() -> int:
        sys.meta_path.insert(0, _MutantFinder(mutant, root))
        importlib.import_module(mutant.module)  # else pytest, for its doctests, would load the module as it is
        return int(pytest.main([*ARGUMENTS, "-x", "--rootdir", str(root), *tests], plugins=[FewExamples()]))

    return _fork(run, patience, log)


def _fork(run: Callable[[], int], patience: float, log: Path) -> Outcome:
    """Run something in a process of its own for at most `patience` seconds."""
    child = os.fork()
    if not child:
        _run(run, log)
    deadline = time.monotonic() + patience
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            code = os.waitstatus_to_exitcode(status)
            if code == NOT_FOUND:
                raise RuntimeError(f"pytest did not find a test that it knew: {log.read_text(errors='replace')[-500:]}")
            return OUTCOMES.get(code, "killed")
        if time.monotonic() > deadline:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return "timeout"
        time.sleep(0.02)


def _run(run: Callable[[], int], log: Path) -> None:
    code = 1  # a mutant that cannot be imported is killed by the first test that needs it
    try:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(out, 1)
        os.dup2(out, 2)
        code = run()
    finally:
        sys.stdout.flush()
        os._exit(code)
