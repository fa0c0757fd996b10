"""Trial of a mutant: a forked process in which one module is another runs tests until the first that fails.

The parent imports only what is not the project's, once; each child then imports the project with the mutant in it.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import time
from importlib.abc import MetaPathFinder, SourceLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import pytest
from hypothesis import Phase, settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

    from benchmarks.mutants.drawing import Mutant

Outcome = Literal["killed", "survived", "timeout", "broken"]

PRELOADED: Final = (
    "aiohttp.web",
    "aiokafka",
    "faust",
    "hypothesis",
    "hypothesis.strategies",
    "kafka",
    "msgspec",
    "numpy",
    "pydantic",
    "pytest_asyncio",
    "rich.console",
    "slack_sdk.web.async_client",
    "structlog",
    "ahocorasick",
    "prometheus_client",
    "typer",
)
"""What tests import besides the project."""

NO_TESTS: Final = 5
"""pytest's exit code where it finds no test."""

ARGUMENTS: Final = (
    *("-x", "-q", "--no-header", "--tb=no", "-m", "not kafka"),
    *("-p", "no:cacheprovider", "-p", "no:xdist", "--timeout", "120"),
)

EXAMPLES: Final = 15
"""How many a law is tried with; in the tests themselves they are more."""


class FewExamples:
    """Plugin of pytest: laws are tried with EXAMPLES, and one that fails is not made short: failing is enough."""

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self) -> None:
        """Set the profile, after the tests' own."""
        settings.register_profile("few", max_examples=EXAMPLES, phases=(Phase.explicit, Phase.generate), database=None)
        settings.load_profile("few")


def preload() -> None:
    """Import what is not the project's."""
    for name in PRELOADED:
        importlib.import_module(name)


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


def try_tests(root: Path, mutant: Mutant | None, tests: Sequence[str], patience: float, log: Path) -> Outcome:
    """Run tests with a mutant, None for the module as it is, in a process of its own for at most `patience` seconds."""
    child = os.fork()
    if not child:
        _run(root, mutant, tests, log)
    deadline = time.monotonic() + patience
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            code = os.waitstatus_to_exitcode(status)
            return {0: "survived", 1: "killed", 2: "killed", NO_TESTS: "survived"}.get(
                code, "killed" if code < 0 else "broken"
            )  # type: ignore[return-value]
        if time.monotonic() > deadline:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return "timeout"
        time.sleep(0.05)


def _run(root: Path, mutant: Mutant | None, tests: Sequence[str], log: Path) -> None:
    """Run the tests, and end the process."""
    code = 1  # a mutant that cannot be imported is killed by the first test that needs it
    try:
        os.setsid()
        out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(out, 1)
        os.dup2(out, 2)
        os.chdir(root)
        sys.dont_write_bytecode = False  # else each child compiles every module again; a mutant is never cached
        if mutant is not None:
            sys.meta_path.insert(0, _MutantFinder(mutant, root))
            importlib.import_module(mutant.module)  # else pytest, for its doctests, would load the module as it is
        code = int(pytest.main([*ARGUMENTS, *tests], plugins=[FewExamples()]))
    finally:
        sys.stdout.flush()
        os._exit(code)
