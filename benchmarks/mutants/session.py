"""A pytest session that collects the tests without a broker once, and hands them over instead of running them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Generic, TypeVar

import pytest
from hypothesis import Phase, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

Result = TypeVar("Result")

EXAMPLES: Final = 15
"""How many a law is tried with; in the tests themselves they are more."""

LEFT_OUT: Final = ("tests/unit/project", "tests/unit/benchmarks", "tests/unit/tocsin/web", "tests/unit/tocsin/demo")
"""Tests that look at the project's own files, at pages in a browser, or at processes in which no mutant is planted."""

ARGUMENTS: Final = (
    *("-q", "-s", "--no-header", "--tb=no", "-m", "not kafka and not slow"),
    *("-p", "no:cacheprovider", "-p", "no:xdist", "--timeout", "120"),
    *(f"--ignore={folder}" for folder in LEFT_OUT),
)


class FewExamples:
    """Plugin of pytest: laws are tried with EXAMPLES, the same each time; one that fails is not made short."""

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self) -> None:
        """Set the profile, after the tests' own."""
        phases = (Phase.explicit, Phase.generate)
        settings.register_profile(
            "few", deadline=None, max_examples=EXAMPLES, phases=phases, database=None, derandomize=True
        )
        settings.load_profile("few")


class _Handover(FewExamples, Generic[Result]):
    def __init__(self, use: Callable[[Sequence[pytest.Item]], Result]) -> None:
        self._use = use
        self.result: Result | None = None

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Use the tests that were collected; they do not run by themselves."""
        self.result = self._use(session.items)
        return True


def collect(root: Path, tests: Sequence[str], use: Callable[[Sequence[pytest.Item]], Result]) -> Result:
    """Collect the tests and doctests of some folders that need no broker, and return what is made of them."""
    handover = _Handover(use)
    pytest.main([*ARGUMENTS, "--rootdir", str(root), *tests], plugins=[handover])
    if handover.result is None:
        raise RuntimeError("pytest collected no tests; run make unit to see why")
    return handover.result


def run_test(item: pytest.Item) -> bool:
    """Run a test with its fixtures, which end with it; tell whether it passed."""
    failed = item.session.testsfailed
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
    return item.session.testsfailed == failed
