"""Does the project keep to what it says about itself: names, versions, licence, make targets, import contracts?"""

from __future__ import annotations

import ast
import re
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES: list[str] = PROJECT["tool"]["setuptools"]["packages"]
TOP_LEVEL = sorted({name.split(".")[0] for name in PACKAGES})
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
HASHES = (ROOT / "requirements.txt").read_text(encoding="utf-8")
CONSTRAINTS = (ROOT / "constraints.txt").read_text(encoding="utf-8")


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("package", TOP_LEVEL)
def test_nobody_else_owns_our_names(package: str) -> None:
    """No other installed distribution brings a package of this name, which would overwrite ours (ADR 0012)."""
    assert set(packages_distributions().get(package, ())) <= {"tocsin"}


def test_every_package_is_shipped() -> None:
    """Each folder with Python code under our top-level packages is listed for the wheel."""
    folders = {path.parent.relative_to(ROOT).as_posix() for name in TOP_LEVEL for path in (ROOT / name).rglob("*.py")}
    assert {folder.replace("/", ".") for folder in folders} == set(PACKAGES)


def test_the_name_cannot_be_uploaded() -> None:
    """The wheel is marked private, because its package names are generic."""
    assert "Private :: Do Not Upload" in PROJECT["project"]["classifiers"]


def test_every_dependency_is_pinned() -> None:
    """Each dependency, development included, has exactly one version in constraints.txt."""
    extras = PROJECT["project"]["optional-dependencies"]
    wanted = [*PROJECT["project"]["dependencies"], *(name for extra in extras.values() for name in extra)]
    names = {_normal(re.split(r"[<>=~!\[; ]", line)[0]) for line in wanted}
    pinned = [_normal(name) for name in re.findall(r"(?m)^([\w.-]+)==\S+$", CONSTRAINTS)]
    assert names <= set(pinned)
    assert len(pinned) == len(set(pinned))


def test_constraints_name_no_index() -> None:
    """The pinned versions come from whatever index the machine is set up for."""
    lines = [line for line in CONSTRAINTS.splitlines() if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.!+-]+", line) for line in lines)


def test_hashes_are_those_of_the_pinned_versions() -> None:
    """Each package is pinned as in constraints.txt and has a hash; none that the project needs is missing."""
    lines = [line for line in HASHES.splitlines() if line and not line.startswith("#")]
    heads = [line for line in lines if not line.startswith(" ")]
    assert all(re.fullmatch(r" +--hash=sha256:[0-9a-f]{64}( \\)?", line) for line in lines if line.startswith(" "))
    assert all(line.endswith(" \\") for line in heads)
    versions = dict(line.removesuffix(" \\").split("==") for line in heads if ";" not in line)
    pinned = {_normal(name): version for name, version in re.findall(r"(?m)^([\w.-]+)==(\S+)$", CONSTRAINTS)}
    assert {name: pinned[_normal(name)] for name in versions} == versions
    wanted = {_normal(re.split(r"[<>=~!\[; ]", line)[0]) for line in PROJECT["project"]["dependencies"]}
    assert wanted <= {_normal(name) for name in versions}


def test_make_lists_every_target() -> None:
    """Each phony target has a description, which `make help` prints."""
    phony = re.search(r"(?m)^\.PHONY: (.*)$", MAKEFILE)
    assert phony is not None
    described = set(re.findall(r"(?m)^([a-z-]+):.*## \S", MAKEFILE))
    assert set(phony[1].split()) == described


def test_ci_runs_what_a_person_runs() -> None:
    """CI calls `make test`, on which every check hangs."""
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").rstrip().endswith("make test")
    assert re.search(r"(?m)^test: check", MAKEFILE)
    for tool in ("ruff check", "ruff format --check", "mypy", "lint-imports"):
        assert f"$(BIN)/{tool}" in MAKEFILE


def test_licence_is_the_one_declared() -> None:
    """The licence file is the Apache licence that the project declares."""
    assert PROJECT["project"]["license"] == "Apache-2.0"
    assert "Version 2.0, January 2004" in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_changelog_knows_this_version() -> None:
    """The changelog has a section of the version that the project declares, or one of what is unreleased."""
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## [{PROJECT['project']['version']}]" in changelog or "## [Unreleased]" in changelog


def _modules() -> list[Path]:
    return sorted(path for name in TOP_LEVEL for path in (ROOT / name).rglob("*.py"))


@pytest.mark.parametrize("path", _modules(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_module_answers_one_question(path: Path) -> None:
    """Each module opens with a docstring whose first line fits on one line, and is at most 300 lines long."""
    source = path.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(source)), "no docstring"
    assert len(source.splitlines()) <= 300


@pytest.mark.parametrize("module", sorted(set(re.findall(r"\$\(RUN\) ([a-z_]+(?:\.[a-z_]+)+)", MAKEFILE))))
def test_make_runs_modules_that_exist(module: str) -> None:
    """Each of our modules that a make target runs is there, or the package that it runs."""
    path = module.replace(".", "/")
    assert (ROOT / f"{path}.py").is_file() or (ROOT / path / "__main__.py").is_file()
