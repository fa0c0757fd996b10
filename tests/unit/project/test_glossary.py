"""Test of the glossary's section of forbidden words: none of them is left in code, texts or documents."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

from tests.support.docs import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GLOSSARY: Final = ROOT / "docs" / "glossary.md"
EXEMPT: Final = {
    "CHANGELOG.md",  # says what was
    "docs/glossary.md",
    "tests/unit/project/test_glossary.py",
}
SUFFIXES: Final = {".py", ".md", ".j2", ".yaml", ".yml", ".toml", ".js", ".css", ".html", ".sh", ".txt", ".json"}
FOLDERS: Final = (
    "alerts",
    "benchmarks",
    "config",
    "detectors",
    "docs",
    "mentions",
    "replay",
    "streams",
    "tests",
    "tocsin",
)
DATA: Final = re.compile(r"/(fixtures|data|scenarios|broken|suspicious)/|common_words|hostile_|stopwords|lexicon")
"""Words of mentions, dictionaries and broken files, which say what people write."""


class Rule(NamedTuple):
    """One forbidden word, what to write instead, and whether only names are looked at."""

    word: str
    instead: str
    names_only: bool


def _rules() -> list[Rule]:
    section = GLOSSARY.read_text(encoding="utf-8").split("## Forbidden")[1]
    rows = re.findall(r"(?m)^\| (`.+?`) \| (.+?) \| (anywhere|names) \|$", section)
    return [
        Rule(word, instead, where == "names") for cell, instead, where in rows for word in re.findall(r"`(.+?)`", cell)
    ]


def _files() -> list[Path]:
    found = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in SUFFIXES]
    found += [*ROOT.glob("*.md"), *ROOT.glob("*.yml"), ROOT / "Makefile", ROOT / "pyproject.toml"]
    return sorted(
        path for path in found if (name := path.relative_to(ROOT).as_posix()) not in EXEMPT and not DATA.search(name)
    )


RULES: Final = _rules()
TEXTS: Final = {path: path.read_text(encoding="utf-8") for path in _files()}
SOURCES: Final = [path for path in TEXTS if path.suffix == ".py"]


def _names(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and name of each class, function, parameter, field, attribute that is set, and module constant."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.attr
    bodies = [tree.body, *(node.body for node in ast.walk(tree) if isinstance(node, ast.ClassDef))]
    for statement in (statement for body in bodies for statement in body):
        targets = getattr(statement, "targets", [getattr(statement, "target", None)])
        yield from ((statement.lineno, target.id) for target in targets if isinstance(target, ast.Name))


def _parts(name: str) -> set[str]:
    """Return the words of a name: `told_at`, `lastTold` and `LAST_TOLD` all hold `told`."""
    return {part.lower() for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}


def test_the_glossary_forbids_something() -> None:
    """The table is read: it holds words of both kinds."""
    assert {rule.names_only for rule in RULES} == {True, False}


@pytest.mark.parametrize("rule", [rule for rule in RULES if not rule.names_only], ids=lambda rule: rule.word)
def test_a_forbidden_word_is_nowhere(rule: Rule) -> None:
    """Neither in a name, a docstring, a comment, a text nor a document; also not as part of a snake_case name."""
    words = r"[ _]".join(map(re.escape, rule.word.split()))
    pattern = re.compile(rf"(?<![a-zA-Z]){words}(?![a-zA-Z])", re.IGNORECASE)
    found = [
        f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}"
        for path, text in TEXTS.items()
        for match in pattern.finditer(text)
    ]
    assert found == [], f"write {rule.instead}"


def test_no_name_holds_a_forbidden_word() -> None:
    """Identifiers are looked at word by word."""
    forbidden = {rule.word: rule.instead for rule in RULES if rule.names_only}
    found = [
        f"{path.relative_to(ROOT)}:{line} {name}: write {forbidden[part]}"
        for path in SOURCES
        for line, name in _names(TEXTS[path])
        for part in _parts(name) & forbidden.keys()
    ]
    assert found == []
