"""Planting of a mutant in functions that are loaded: each function takes the code of its mutant."""

from __future__ import annotations

import ast
import gc
from collections import defaultdict
from types import CodeType, FunctionType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.mutants.drawing import Mutant


def span(mutant: Mutant, root: Path) -> tuple[int, int] | None:
    """Return the first and the last line of the function whose body a mutant changes; None: it changes an import."""
    source = (root / mutant.path).read_text(encoding="utf-8")
    if _outline(source) != _outline(mutant.source):
        return None
    functions = [
        node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    around = [(one.lineno, one.end_lineno or one.lineno) for one in functions]
    return max((one for one in around if one[0] <= mutant.line <= one[1]), default=None)


def plant(mutant: Mutant, root: Path) -> bool:
    """Give every loaded function of a module the code of the mutant; False: there is none that can take it."""
    name = str(root / mutant.path)
    source = (root / mutant.path).read_text(encoding="utf-8")
    before, after = (_codes(compile(text, name, "exec")) for text in (source, mutant.source))
    changed = {place: code for place, code in after.items() if before.get(place, code) != code}
    planted = 0
    for function in _functions(name):
        code = changed.get((function.__code__.co_qualname, function.__code__.co_firstlineno))
        if code is not None and len(code.co_freevars) == len(function.__code__.co_freevars):
            function.__code__ = code
            planted += 1
    return planted > 0


def _functions(file: str) -> Iterator[FunctionType]:
    for one in gc.get_objects():
        if type(one) is FunctionType and one.__code__.co_filename == file:
            yield one


def _codes(module: CodeType) -> dict[tuple[str, int], CodeType]:
    """Return a module's code objects by their names and first lines; none of several lambdas of one line."""
    found: dict[tuple[str, int], list[CodeType]] = defaultdict(list)
    waiting = [module]
    for code in waiting:
        found[code.co_qualname, code.co_firstlineno].append(code)
        waiting += [inner for inner in code.co_consts if isinstance(inner, CodeType)]
    return {place: codes[0] for place, codes in found.items() if len(codes) == 1}


def _outline(source: str) -> str:
    """Return what runs when a module is imported: all but the bodies of functions."""
    return ast.dump(_Outline().visit(ast.parse(source)))


class _Outline(ast.NodeTransformer):
    """Leaves out the bodies of functions."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Leave out the body."""
        node.body = []
        return self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        """Leave out the body."""
        node.body = []
        return self.generic_visit(node)
