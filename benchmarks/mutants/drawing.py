"""Drawing of mutants: one change each, by Cosmic Ray's operators, at places drawn with a seed.

Each place that can be changed is equally likely, then each of its changes. What changes nothing that runs (annotations,
docstrings, imports for type checkers) is not drawn, nor identity in place of equality: of what is compared here
(literals, enumerations, None) both say the same.
"""

from __future__ import annotations

import ast
import json
import random
import re
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cosmic_ray import plugins
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOMS: Final = ("detectors/engine", "alerts/incidents", "alerts/delivery", "streams/exactly_once")

_IDENTITY: Final = re.compile(r"Comparison\w+?_(Is|IsNot)_(Eq|NotEq)$|Comparison\w+?_(Eq|NotEq)_(Is|IsNot)$")

_NEEDS_VARIABLES: Final = frozenset({"core/VariableReplacer", "core/VariableInserter"})
"""Operators that ask for the names of variables."""


@dataclass(frozen=True)
class Mutant:
    """One changed module."""

    path: Path  # of the module, relative to the root
    line: int
    operator: str
    before: str  # the changed line
    after: str
    source: str

    @property
    def module(self) -> str:
        """Return the name of the module."""
        return ".".join(self.path.with_suffix("").parts)

    @property
    def digest(self) -> str:
        """Return what tells it from all others, as long as nothing else in its module changes."""
        return sha256(f"{self.path}\n{self.source}".encode()).hexdigest()[:16]

    def __str__(self) -> str:
        """Return where it is and what it changes."""
        return f"{self.path}:{self.line}: {self.before}  ->  {self.after}"


def modules(root: Path, rooms: Iterable[str] = ROOMS) -> list[Path]:
    """Return the modules of some rooms, relative to the root."""
    found = (path.relative_to(root) for room in rooms for path in sorted((root / room).glob("*.py")))
    return [path for path in found if path.name != "__init__.py"]


def drawn(root: Path, paths: Iterable[Path], count: int, seed: int, kept: Path) -> list[Mutant]:
    """Return what `draw` returns, from a file where that was drawn before and no module has changed since."""
    paths = sorted(paths)
    sources = sha256(b"".join((root / path).read_bytes() for path in paths)).hexdigest()
    wanted = {"count": count, "seed": seed, "sources": sources}
    before = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    if before.get("of") != wanted:
        rows = [asdict(mutant) | {"path": str(mutant.path)} for mutant in draw(root, paths, count, seed)]
        before = {"of": wanted, "mutants": rows}
        kept.write_text(json.dumps(before), encoding="utf-8")
    return [Mutant(**{**row, "path": Path(row["path"])}) for row in before["mutants"]]


def draw(root: Path, paths: Iterable[Path], count: int, seed: int) -> list[Mutant]:
    """Return so many mutants of some modules, in the order in which they were drawn."""
    chance = random.Random(seed)
    operators = {name: plugins.get_operator(name)() for name in _operators()}
    trees = {path: list(ast_nodes(get_ast((root / path).read_text(encoding="utf-8")))) for path in sorted(paths)}
    everywhere = [(path, number) for path, nodes in trees.items() for number in range(len(nodes))]
    chance.shuffle(everywhere)
    found: list[Mutant] = []
    for path, number in everywhere:
        nodes = trees[path]
        choices = [name for name, operator in operators.items() if any(operator.mutation_positions(nodes[number]))]
        if choices:
            name = chance.choice(choices)
            earlier = sum(len(list(operators[name].mutation_positions(node))) for node in nodes[:number])
            mutant = _mutated(root, path, name, earlier)
            found += [] if mutant is None else [mutant]
        if len(found) == count:
            break
    return found


def _operators() -> list[str]:
    names = sorted(set(plugins.operator_names()) - _NEEDS_VARIABLES)
    return [name for name in names if not _IDENTITY.search(name)]


def _mutated(root: Path, path: Path, operator: str, occurrence: int) -> Mutant | None:
    """Return the mutant of a place; None where it runs as before, or not at all."""
    source = (root / path).read_text(encoding="utf-8")
    changed = mutate_code(source, plugins.get_operator(operator)(), occurrence)
    if changed is None or not _differ(source, changed):
        return None
    lines = zip(source.splitlines(), changed.splitlines(), strict=False)
    number, before, after = next((n, a, b) for n, (a, b) in enumerate(lines, 1) if a != b)
    return Mutant(path, number, operator, before.strip(), after.strip(), changed)


def _differ(before: str, after: str) -> bool:
    try:
        return ast.dump(_Running().visit(ast.parse(before))) != ast.dump(_Running().visit(ast.parse(after)))
    except SyntaxError:
        return False


class _Running(ast.NodeTransformer):
    """Leaves out what does not run: annotations, which are not evaluated, docstrings, imports for type checkers."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        """Leave out the annotation of a parameter."""
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        """Leave out the annotation of what is returned."""
        node.returns = None
        return self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> Any:
        """Leave out the annotation of what is returned."""
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        """Leave out the annotation of a variable."""
        node.annotation = ast.Constant(None)
        return self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> Any:
        """Leave out docstrings."""
        return None if isinstance(node.value, ast.Constant) else self.generic_visit(node)

    def visit_If(self, node: ast.If) -> Any:
        """Leave out imports for type checkers."""
        only_types = "TYPE_CHECKING" in ast.unparse(node.test)
        return None if only_types else self.generic_visit(node)
