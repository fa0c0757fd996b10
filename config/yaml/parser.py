"""YAML parser: reads a file into values with places; whatever it contains, the result is values or a ConfigError."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Final, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, ReusedAnchorWarning, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from config.errors import ConfigError, Problem, redact
from config.yaml.builder import Builder, EmptyValue

if TYPE_CHECKING:
    from pathlib import Path

    from config.yaml.nodes import Node

MAX_BYTES: Final = 2 * 1024 * 1024
"""A file of this size holds some 20,000 brands and takes seconds to read; a larger one is a mistake."""

_REMEDIES: Final = {
    "'\\t'": "indent with spaces, YAML allows no tabs",
    "mapping values": "a value that holds a colon needs quotes, or the line is indented too far",
    "another document": "keep one document, remove the line ---",
    "undefined alias": "a text that begins with * needs quotes",
    "cannot start any token": "put the value in quotes",
}


class ParsedFile(NamedTuple):
    """A parsed file: its values, its YAML problems, and the keys without a value."""

    root: Node
    problems: list[Problem]
    empty_values: list[EmptyValue]


def read(path: Path) -> ParsedFile:
    """Return the parsed file; errors that do not stop the parser are among its problems.

    Raises:
        ConfigError: the file cannot be read at all: missing, too large, not UTF-8, not YAML, empty.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _error(str(path), (0, 0), f"cannot be read: {error.strerror or error}") from error
    return parse(raw, str(path))


def parse(raw: bytes, name: str) -> ParsedFile:
    """Parse bytes as `read` parses a file; messages name the file `name`."""
    root = _compose(_decode(raw, name), name)
    if not isinstance(root, MappingNode):
        raise _error(name, (1, 1), "must be a mapping with the keys organisation, defaults, groups, brands")
    builder = Builder(name)
    return ParsedFile(builder.build(root), builder.problems, builder.empty_values)


def _decode(raw: bytes, name: str) -> str:
    if len(raw) > MAX_BYTES:
        raise _error(name, (0, 0), f"is larger than {MAX_BYTES:,} bytes: split it, one file for each Kafka prefix")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = _place(raw[: error.start].decode("utf-8", "replace"))
        raise _error(name, place, f"byte 0x{raw[error.start]:02x} is not UTF-8: save the file as UTF-8") from error


def _compose(text: str, name: str) -> MappingNode | SequenceNode | ScalarNode:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ReusedAnchorWarning)
            root = YAML(typ="rt", pure=True).compose(text)
    except RecursionError as error:
        raise _error(name, (0, 0), "is nested too deeply: no setting lies deeper than 6 levels") from error
    except ReaderError as error:
        place = _place(text[: error.position])
        rule = f"character U+{ord(text[error.position]):04X} is not allowed: remove it"
        raise _error(name, place, rule) from error
    except MarkedYAMLError as error:
        raise _syntax(error, name) from error
    except (YAMLError, ValueError, NotImplementedError) as error:
        raise _error(name, (0, 0), f"is not YAML: {redact(str(error)).splitlines()[0]}") from error
    if not isinstance(root, MappingNode | SequenceNode | ScalarNode):
        raise _error(name, (0, 0), "is empty: start with `brands:` and a list of brands (see config/brands.yaml)")
    return root


def _syntax(error: MarkedYAMLError, name: str) -> ConfigError:
    quoted = "quoted scalar" in str(error.context)
    mark = error.context_mark if quoted else error.problem_mark or error.context_mark
    place = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    problem = redact(str(error.problem or error.context))
    return _error(name, place, f"is not YAML: {problem}{_remedy(error, problem)}")


def _remedy(error: MarkedYAMLError, problem: str) -> str:
    if "quoted scalar" in str(error.context):
        return "; this quote is not closed, or a backslash in it should be two"
    if "flow" in str(error.context):
        opened = f" opened in line {error.context_mark.line + 1}" if error.context_mark else ""
        return f"; the bracket{opened} is not closed"
    return next((f"; {remedy}" for sign, remedy in _REMEDIES.items() if sign in problem), "")


def _place(before: str) -> tuple[int, int]:
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def _error(name: str, place: tuple[int, int], rule: str) -> ConfigError:
    return ConfigError([Problem(name, *place, "", None, rule)])
