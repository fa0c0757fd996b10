"""Strict JSON parser for the lines that the fast decoder rejects, with precise errors."""

from __future__ import annotations

import json
from typing import Any, Final

MAX_DEPTH: Final = 128
"""How deep objects and arrays may nest."""

MAX_DIGITS: Final = 400
"""Whole numbers longer than this are read as infinite, which no field accepts."""

BOM: Final = b"\xef\xbb\xbf"


def parse(line: bytes) -> dict[str, Any]:
    """Return the JSON object of `line`. The last of duplicate keys wins.

    Raises:
        ValueError: not a JSON object; the message begins with "line:".
    """
    value = _value(line)
    if not isinstance(value, dict):
        raise ValueError(f"line: must be a JSON object, got {_kind(value)}: send one object a line")  # noqa: TRY004
    if _too_deep(value):
        raise ValueError(f"line: nests deeper than {MAX_DEPTH} levels: flatten it")
    return value


def is_json(raw: bytes) -> bool:
    """Return whether `raw` is one JSON value."""
    try:
        _value(raw)
    except ValueError:
        return False
    return True


def _value(raw: bytes) -> Any:
    try:
        return _reader.decode(raw.decode())
    except UnicodeDecodeError as error:
        raise ValueError(f"line: byte {raw[error.start]:#04x} at {error.start} is not UTF-8: send UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"line: not JSON: {error.msg} at character {error.pos}: send one object a line") from None
    except RecursionError:
        raise ValueError(f"line: nests deeper than {MAX_DEPTH} levels: flatten it") from None


def _no_constant(name: str) -> float:
    raise ValueError(f"line: {name} is not JSON: send null")


def _number(digits: str) -> float:
    return int(digits) if len(digits) <= MAX_DIGITS else float(digits)


def _too_deep(value: Any) -> bool:
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            return True
        level = [
            part
            for parent in level
            for part in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(part, dict | list)
        ]
    return False


def _kind(value: Any) -> str:
    return "an array" if isinstance(value, list) else "null" if value is None else f"a {type(value).__name__}"


_reader = json.JSONDecoder(parse_constant=_no_constant, parse_int=_number)
