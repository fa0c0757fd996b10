"""Fields of the threshold editor, derived from the configuration models."""

from __future__ import annotations

import math
import re
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, get_args, get_origin

from pydantic import BaseModel

from alerts.incidents.policy import Policy as AlertPolicy
from detectors.model.duration import format_duration, parse_duration
from detectors.policy import Policy as DetectPolicy
from detectors.registry import SECTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo

    from config.brands.edit import Value
    from config.brands.model import Brand

Kind = Literal["whole", "number", "switch", "choice", "duration"]

COMMON: Final = (
    "detect.sensitivity",
    *(f"detect.{key}.{name}" for key, detector in SECTIONS.items() for name in detector.featured),
    "alert.page_from",
    "alert.cooldown",
)
"""What is changed most often comes first."""

_UNIT: Final = re.compile(r"\s*\[([^\]]+)\]\.?$")
_BOUNDS: Final = {"gt": "low", "ge": "low", "lt": "high", "le": "high"}
MAX_VALUE_CHARS: Final = 40


class Field(NamedTuple):
    """One setting, as its model declares it."""

    path: str
    section: str
    kind: Kind
    description: str
    unit: str
    default: str
    low: str
    high: str
    choices: tuple[str, ...]
    choice_names: tuple[str, ...]  # of each choice, as it is shown
    optional: bool
    label: str


class Section(NamedTuple):
    """Settings that belong together."""

    name: str
    description: str
    fields: tuple[Field, ...]


@cache
def sections() -> tuple[Section, ...]:
    """Return all settings: the common ones first, then by detector."""
    found = {one.path: one for one in (*_walk(DetectPolicy, "detect"), *_walk(AlertPolicy, "alert"))}
    first = Section("main", "", tuple(found[path] for path in COMMON if path in found))
    rest: dict[str, list[Field]] = {}
    for one in found.values():
        if one.path not in COMMON:
            rest.setdefault(one.section, []).append(one)
    return (first, *(Section(name, _section_description(name), tuple(fields)) for name, fields in rest.items()))


def fields() -> dict[str, Field]:
    """Return all settings by their path."""
    return {one.path: one for section in sections() for one in section.fields}


def value_text(brand: Brand, path: str) -> str:
    """Return a brand's setting as the editor shows it."""
    found: Any = brand
    for step in path.split("."):
        found = getattr(found, step)
    return format_value(found)


def format_value(value: object) -> str:
    """Return a value as it is typed.

    >>> format_value(timedelta(minutes=90)), format_value(1.50), format_value(True), format_value(None)
    ('1h 30m', '1.5', 'true', '')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, timedelta):
        return format_duration(value)
    return f"{value:g}" if isinstance(value, float) and float(f"{value:g}") == value else str(value)


def parse_value(field: Field, typed: str) -> Value:
    """Return a typed value as the configuration holds it; the model checks its bounds.

    Nothing typed is None, where the setting may be none.

    Raises:
        ValueError: it is nothing of that kind; the message says what would be.
    """
    if len(typed) > MAX_VALUE_CHARS:
        raise ValueError("is too long")
    if field.optional and not typed:
        return None
    if field.kind == "switch":
        return _parse_choice(typed, ("true", "false")) == "true"
    if field.kind == "choice":
        return _parse_choice(typed, field.choices)
    if field.kind == "duration":
        found = parse_duration(typed)
        if not isinstance(found, timedelta):
            raise ValueError("must be a duration such as 10m, 2h or 1d")
        return found
    return _parse_number(typed, whole=field.kind == "whole")


def _parse_choice(typed: str, choices: tuple[str, ...]) -> str:
    if typed not in choices:
        raise ValueError(f"must be one of {', '.join(choices)}")
    return typed


def _parse_number(typed: str, *, whole: bool) -> int | float:
    try:
        number = float(typed.replace(",", ".").replace(" ", ""))
    except ValueError:
        raise ValueError("must be a whole number" if whole else "must be a number") from None
    if not math.isfinite(number):
        raise ValueError("must be a finite number")
    if whole and not number.is_integer():
        raise ValueError("must be a whole number")
    return int(number) if number.is_integer() else number


def _walk(model: type[BaseModel], path: str) -> Iterator[Field]:
    for name, info in model.model_fields.items():
        annotation = info.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from _walk(annotation, f"{path}.{name}")
        elif (kind := _kind(annotation)) is not None:
            yield _field(f"{path}.{name}", path, kind, info)


def _field(path: str, section: str, kind: Kind, info: FieldInfo) -> Field:
    said = info.description or ""
    unit = _UNIT.search(said)
    bounds = {
        _BOUNDS[name]: format_value(getattr(rule, name))
        for rule in info.metadata
        for name in _BOUNDS
        if getattr(rule, name, None) is not None
    }
    choices = tuple(map(str, get_args(info.annotation))) if kind == "choice" else ()
    return Field(
        path,
        section,
        kind,
        _UNIT.sub("", said),
        unit[1] if unit else "",
        format_value(info.default),
        bounds.get("low", ""),
        bounds.get("high", ""),
        choices,
        choices,
        type(None) in get_args(info.annotation),
        path.partition(".")[2].replace(".", ": ").replace("_", " "),
    )


def _kind(annotation: Any) -> Kind | None:
    if get_origin(annotation) is Literal:
        return "choice"
    given = [one for one in get_args(annotation) if one is not type(None)] or [annotation]
    kinds: dict[Any, Kind] = {bool: "switch", int: "whole", float: "number", timedelta: "duration"}
    return kinds.get(given[0]) if len(given) == 1 else None


def _section_description(section: str) -> str:
    """Return a section's description, from its model."""
    model, _, name = section.partition(".")
    if model == "detect" and name:
        return _UNIT.sub("", DetectPolicy.model_fields[name].description or "")
    return ""
