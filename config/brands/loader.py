"""Loader of `brands.yaml`: resolves inheritance, and reports every error and warning with its place."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from config.brands.document import Document, TopLevelKeys
from config.brands.model import Brand, BrandDefaults, Config
from config.brands.paging_validation import check_paging
from config.brands.threshold_validation import check_thresholds
from config.brands.validation import Finding, check_brands, check_groups
from config.error_messages import describe, models_in
from config.errors import ConfigError, Problem, shown
from config.yaml import parser
from config.yaml.nodes import Node, find, merge, plain_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from pydantic_core import ErrorDetails

    from config.yaml.builder import EmptyValue

_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class LoadResult:
    """Configuration of a file and its problems; `config` is None if one of them is an error."""

    config: Config | None
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Return the problems that make the file unusable."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Return the problems that are suspicious but may be intended."""
        return tuple(problem for problem in self.problems if problem.severity == "warning")


def load(path: Path, warn: Callable[[Problem], object] = lambda _: None) -> Config:
    """Return the configuration of a file, with its inheritance resolved; `warn` receives each warning.

    Raises:
        ConfigError: the file is missing or invalid; it lists every error.
    """
    report = check(path)
    if report.config is None:
        raise ConfigError(report.errors)
    for warning in report.warnings:
        warn(warning)
    return report.config


def check(path: Path) -> LoadResult:
    """Return the configuration of a file with every error and warning about it. Never raises on its content."""
    try:
        return _validate(parser.read(path), str(path))
    except ConfigError as error:
        return LoadResult(None, error.problems)


def parse(raw: bytes, name: str = "brands.yaml") -> LoadResult:
    """Check bytes as `check` checks a file; messages name the file `name`."""
    try:
        return _validate(parser.parse(raw, name), name)
    except ConfigError as error:
        return LoadResult(None, error.problems)


def _validate(read: parser.ParsedFile, file: str) -> LoadResult:
    reader = _Reader(file, [*read.problems, *_empty_values(read.empty_values, file)])
    root = replace(read.root, value={k: v for k, v in read.root.fields.items() if not k.startswith("x-")})
    reader.validate(TopLevelKeys, root)
    groups = _with_empty_groups(root.fields.get("groups"), read.empty_values)
    nodes = list(reader.entries(root, groups))
    brands = [(brand, node) for node in nodes if (brand := reader.validate(Brand, node))]
    for brand, node in brands:
        reader.report(check_thresholds(brand, node))
    reader.report(check_brands(nodes))
    reader.report(check_groups(nodes, groups))
    if all(problem.severity == "warning" for problem in reader.problems):
        reader.report(finding for brand, node in brands for finding in check_paging(brand, node))
    problems = _sorted(reader.problems)
    if any(problem.severity == "error" for problem in problems):
        return LoadResult(None, problems)
    organisation = root.fields.get("organisation")
    name = str(organisation.value) if organisation else ""
    return LoadResult(Config(organisation=name, brands=tuple(brand for brand, _ in brands)), problems)


def _sorted(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Return each problem once, in the order of the file; a warning at the place of an error is left out."""
    wrong = {(problem.line, problem.column) for problem in problems if problem.severity == "error"}
    kept = {p for p in problems if p.severity == "error" or (p.line, p.column) not in wrong}
    return tuple(sorted(kept, key=lambda p: (p.line, p.column, p.path, p.rule)))


def _with_empty_groups(groups: Node | None, blanks: Iterable[EmptyValue]) -> Node | None:
    """Return the groups with those of which only the name is written: they are declared too."""
    bare_groups = {blank.name: replace(blank.node, value={}) for blank in blanks if blank.parent == "groups"}
    if groups is None or not isinstance(groups.value, dict):
        return groups
    return replace(groups, value=groups.value | bare_groups)


class _Reader:
    """Validates nodes, and turns errors into problems with a place."""

    def __init__(self, file: str, problems: Iterable[Problem]) -> None:
        self.file = file
        self.problems = list(problems)
        self._known_places = {(problem.line, problem.column) for problem in self.problems}

    def entries(self, root: Node, groups: Node | None) -> Iterator[Node]:
        """Yield each entry under `brands` merged with its defaults; validate the defaults themselves too."""
        empty = Node({}, "defaults", root.line, root.column, root.key)
        defaults = root.fields.get("defaults", empty)
        self.validate(BrandDefaults, defaults)
        inherited = {
            name: merge(defaults, group.fields.get("defaults", empty))
            for name, group in (groups.fields if groups else {}).items()
        }
        for node in inherited.values():
            self.validate(BrandDefaults, node)
        for entry in root.fields.get("brands", empty).items:
            group = entry.fields.get("group")
            if isinstance(entry.value, dict):
                yield merge(inherited.get(str(group.value), defaults) if group else defaults, entry)

    def validate(self, model: type[_Model], node: Node) -> _Model | None:
        """Return the node as a model, or None after recording its problems."""
        if not isinstance(node.value, dict):
            return None
        try:
            return model.model_validate_json(json.dumps(plain_value(node)), strict=True)
        except ValidationError as error:
            found = [
                self._problem(detail, model, node) for detail in error.errors() if not _is_consequence(detail, node)
            ]
            self.problems += [p for p in found if p.value is None or (p.line, p.column) not in self._known_places]
            return None

    def report(self, findings: Iterable[Finding]) -> None:
        """Record the findings of checks across brands."""
        for node, rule, severity in findings:
            value = None if isinstance(node.value, dict | list) else shown(node.value)
            self.problems.append(Problem(self.file, node.line, node.column, node.path, value, rule, severity))

    def _problem(self, error: ErrorDetails, model: type[BaseModel], root: Node) -> Problem:
        node = find(root, error["loc"])
        path, value, (line, column) = node.path, None, (node.line, node.column)
        if error["type"] == "missing":
            path = f"{path}.{error['loc'][-1]}".lstrip(".")
        elif error["type"] == "extra_forbidden":
            line, column = node.key
        elif not isinstance(node.value, dict | list):
            value = shown(node.value)
        return Problem(self.file, line, column, path, value, describe(error, model))


def _empty_values(blanks: Iterable[EmptyValue], file: str) -> Iterator[Problem]:
    """Yield a problem for each empty setting. A section may be empty: its entries may all be comments."""
    sections = set(_sections(Document))
    for parent, name, node in blanks:
        if name not in sections and parent != "groups":
            rule = "is empty (a # outside quotes starts a comment): write a value, in quotes if it holds a #"
            yield Problem(file, *node.key, node.path, None, rule)


def _is_consequence(error: ErrorDetails, root: Node) -> bool:
    """Return whether another error is the cause: a default from an invalid value, a list without invalid ones."""
    return error["type"] == "default_factory_not_called" or (
        error["type"] == "too_short" and bool(find(root, error["loc"]).items)
    )


def _sections(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        for below in models_in(field.annotation):
            yield name
            yield from _sections(below)
