"""Error messages for editors of YAML: the rule that a value breaks, with its remedy."""

from __future__ import annotations

from datetime import timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final, get_args

from pydantic import BaseModel

from detectors.model.duration import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

_RULES: Final[Mapping[str, str]] = {
    "greater_than": "must be > {gt}",
    "greater_than_equal": "must be ≥ {ge}",
    "less_than": "must be < {lt}",
    "less_than_equal": "must be ≤ {le}",
    "missing": "is missing: add it",
    "string_type": "must be text: put it in quotes",
    "string_too_short": "must not be empty",
    "string_too_long": "must be at most {max_length} characters long",
    "too_short": "must have at least {min_length} entry",
    "too_long": "must have at most {max_length} entries",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "tuple_type": "must be a list: [first, second], or one `- entry` a line",
    "time_delta_type": "must be a duration such as 10m, 2h or 1d",
    "time_delta_parsing": "must be a duration such as 10m, 2h or 1d",
    "list_type": "must be a list: [first, second], or one `- entry` a line",
    "dict_type": "must be a mapping: `key: value` lines, indented",
    "model_type": "must be a mapping: `key: value` lines, indented",
}


def describe(error: ErrorDetails, model: type[BaseModel]) -> str:
    """Return the broken rule and its remedy; `model` is the model that was validated."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return unknown_key(str(error["loc"][-1]), _keys(model, error["loc"][:-1]))
    if kind in {"literal_error", "enum"}:
        return _one_of(str(error["input"]), str(context.get("expected", "")))
    if kind in {"value_error", "assertion_error"}:
        return str(context.get("error", error["msg"]))
    if kind not in _RULES:
        return error["msg"]
    field = next(reversed(list(_fields(model, error["loc"]))), None)
    rule = _RULES[kind].format(**context | (_bounds(field) if field else {}))
    return rule + _quoted_number(kind, error["input"]) + (_default_hint(field) if field else "")


def unknown_key(key: str, known: Iterable[str]) -> str:
    """Return the message for an unknown key, with the nearest known one."""
    names = sorted(known)
    close = nearest(key.replace("-", "_"), names)
    return "is not known here: " + (f'did you mean "{close}"?' if close else f"known are {', '.join(names)}")


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that `word` is probably a misspelling of, in any case; None if none is near."""
    spelled = {name.casefold(): name for name in known}
    close = get_close_matches(word.casefold(), spelled, n=1)
    return spelled[close[0]] if close else None


def _one_of(given: str, expected: str) -> str:
    choices = expected.replace("'", "").replace(" or ", ", ").split(", ")
    close = nearest(given, choices)
    return f"must be one of {', '.join(choices)}" + (f': did you mean "{close}"?' if close else "")


def _bounds(field: FieldInfo) -> dict[str, str]:
    """Return the field's bounds as YAML spells them; pydantic spells durations as Python."""
    found = ((name, getattr(rule, name, None)) for rule in field.metadata for name in ("gt", "ge", "lt", "le"))
    return {name: _spell(bound) for name, bound in found if bound is not None}


def _quoted_number(kind: str, given: object) -> str:
    number = isinstance(given, str) and given.strip().lstrip("+-").replace(".", "", 1).isdigit()
    return ": remove the quotes" if number and kind.startswith(("int", "float")) else ""


def _default_hint(field: FieldInfo) -> str:
    """Return a hint at a sensible value: the declared usual range, else the default."""
    extra = field.json_schema_extra
    if isinstance(extra, dict) and "usual" in extra:
        return f" (usual {extra['usual']})"
    bounded = bool(_bounds(field)) and field.default is not None and not field.is_required()
    return f" (default {_spell(field.default)})" if bounded else ""


def _spell(value: Any) -> str:
    if isinstance(value, timedelta):
        return format_duration(value)
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _keys(model: type[BaseModel], loc: Sequence[str | int]) -> Iterable[str]:
    for field in _fields(model, loc):
        model = next(models_in(field.annotation), model)
    return model.model_fields


def _fields(model: type[BaseModel], loc: Sequence[str | int]) -> Iterator[FieldInfo]:
    for step in loc:
        field = model.model_fields.get(str(step))
        if field is not None:
            yield field
            model = next(models_in(field.annotation), model)


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models that an annotation mentions: itself, or inside a union, a list, a mapping."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models_in(part)
