"""Selection of tests: for a module, the tests that name it first, then those of its room, then all without a broker."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

NEIGHBOURS: Final = {
    "detectors/engine": (
        "tests/unit/detectors",
        "tests/properties/test_detectors_laws.py",
        "tests/properties/test_watch*.py",
    ),
    "alerts/incidents": (
        "tests/unit/alerts/incidents",
        "tests/properties/test_alerts_*.py",
        "tests/unit/streams/agents",
    ),
    "alerts/delivery": (
        "tests/unit/alerts",
        "tests/properties/test_alerts_delivery.py",
        "tests/unit/streams/heartbeat",
    ),
    "streams/exactly_once": ("tests/unit/streams",),
}
"""The tests of each room: its own, the laws that it obeys, and those of what calls it."""


class TestSelection:
    """The tests of a project, by the modules that they import."""

    __test__ = False

    def __init__(self, root: Path) -> None:
        self._root = root
        files = [
            *sorted((root / "tests/unit").rglob("test_*.py")),
            *sorted((root / "tests/properties").glob("test_*.py")),
        ]
        self._texts = {str(file.relative_to(root)): file.read_text(encoding="utf-8") for file in files}

    def first(self, path: Path) -> list[str]:
        """Return the module, for its doctests, the tests that import it, and those beside it that try no examples."""
        module = ".".join(path.with_suffix("").parts)
        room, _, name = module.rpartition(".")
        imported = re.compile(
            rf"^from {re.escape(module)} import|^from {re.escape(room)} import .*\b{name}\b", re.MULTILINE
        )
        found = [file for file, text in self._texts.items() if imported.search(text)]
        own = sorted(file for file in self._texts if file.endswith(f"/test_{name}.py") and path.parts[0] in file)
        beside = [file for file in self._texts if file.startswith(f"tests/unit/{path.parent}/")]
        quick = [file for file in beside if "hypothesis" not in self._texts[file] and file not in {*own, *found}]
        return [str(path), *self._quickest_first({*own, *found}), *self._quickest_first(quick)]

    def room(self, path: Path) -> list[str]:
        """Return the tests of a module's room that are not among the first."""
        known = set(self.first(path))
        patterns = NEIGHBOURS["/".join(path.parts[:-1])]
        files = [file for pattern in patterns for file in self._matching(pattern)]
        own = [file for file in files if file.startswith(f"tests/unit/{path.parent}/") and file not in known]
        others = [file for file in files if file not in known and file not in own]
        return [*self._quickest_first(own), *self._quickest_first(others)]

    def rest(self, path: Path) -> list[str]:
        """Return all other tests."""
        known = {*self.first(path), *self.room(path)}
        return [file for file in self._texts if file not in known]

    def _quickest_first(self, files: Iterable[str]) -> list[str]:
        """Return tests with what tries many examples at the end, else the shortest first."""
        return sorted(set(files), key=lambda file: ("hypothesis" in self._texts[file], len(self._texts[file]), file))

    def _matching(self, pattern: str) -> list[str]:
        if "*" in pattern:
            return sorted(str(file.relative_to(self._root)) for file in self._root.glob(pattern))
        return [file for file in self._texts if file.startswith(pattern)]
